-- reclaim: a claim whose lease has ended goes back to the queue, or to the dead letters after too many attempts.
-- `keys`: main, processing, claims, leases, isolated, deadLetters.

-- @return requeued | dead-lettered. The entry in processing and the lease are the caller's to remove.
local function bringBack(keys, text, record, now, maxRetries, queue)
  if phaseOf(record) == '0' then
    redis.call('RPUSH', keys.main, text)
    return 'requeued'
  end
  local retries = retryCountOf(text)
  if retries and retries < maxRetries then
    local again = withRetryCount(text, retries + 1)
    redis.call('RPUSH', keys.main, again)
    isolate(keys.isolated, again)
    return 'requeued'
  end
  local reason = 'the lease of consumer ' .. consumerOf(record) .. ' ran out and no retry is left'
  local errorJson = '{"code":"LEASE_EXPIRED","message":' .. cjson.encode(reason) .. '}'
  redis.call('LPUSH', keys.deadLetters, deadLetter(text, errorJson, now, 'reclaimer', queue))
  return 'dead-lettered'
end

-- Examines entries of processing from the one `from` entries before the old end, older ones next, at most `count` entries and
-- about `maxBytes` bytes. Expired claims come back so that the oldest is claimed next.
-- @param unclaimed called with the text and the digest of an entry that no claim accounts for
-- @return {examined, requeued, dead-lettered}
local function reclaimWindow(keys, from, count, maxBytes, now, maxRetries, queue, unclaimed)
  local length = redis.call('LLEN', keys.processing)
  from = math.min(from, length)
  local examined, bytes, seen, positions = 0, 0, {}, {}
  local results = { requeued = 0, ['dead-lettered'] = 0 }
  while examined < math.min(count, from) and bytes < maxBytes do
    local size = math.min(25, count - examined, from - examined)
    local first = length - from + examined
    for index, text in ipairs(redis.call('LRANGE', keys.processing, first, first + size - 1)) do
      bytes = bytes + #text
      local digest = digestOf(text)
      -- The n-th entry of a text belongs to the n-th claim of that text: equal entries are interchangeable.
      seen[digest] = seen[digest] or { records = recordsIn(redis.call('HGET', keys.claims, digest)), next = 1 }
      local of = seen[digest]
      local record = of.records[of.next]
      if not record then
        if unclaimed then unclaimed(text, digest) end
      elseif tonumber(redis.call('ZSCORE', keys.leases, idOf(digest, record)) or 0) <= now then
        table.remove(of.records, of.next)
        storeRecords(keys.claims, digest, of.records)
        redis.call('ZREM', keys.leases, idOf(digest, record))
        local result = bringBack(keys, text, record, now, maxRetries, queue)
        results[result] = results[result] + 1
        positions[#positions + 1] = first + index - 1
      else
        of.next = of.next + 1
      end
    end
    examined = examined + size
  end
  removeAt(keys.processing, positions)
  return { examined, results.requeued, results['dead-lettered'] }
end
