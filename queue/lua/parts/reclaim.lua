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

-- The claims of a text: the ended ones, and how many are live.
local function claimsOf(keys, digest, now)
  local claims = { live = 0, ended = {} }
  for _, record in ipairs(recordsIn(redis.call('HGET', keys.claims, digest))) do
    if tonumber(redis.call('ZSCORE', keys.leases, idOf(digest, record)) or 0) > now then claims.live = claims.live + 1
    else table.insert(claims.ended, record) end
  end
  return claims
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
      -- Equal entries are interchangeable: each one belongs to an ended claim of the text, or else to a live one.
      seen[digest] = seen[digest] or claimsOf(keys, digest, now)
      local of = seen[digest]
      local ended = table.remove(of.ended, 1)
      if ended then
        dropClaim(keys.claims, keys.leases, idOf(digest, ended))
        local result = bringBack(keys, text, ended, now, maxRetries, queue)
        results[result] = results[result] + 1
        positions[#positions + 1] = first + index - 1
      elseif of.live > 0 then
        of.live = of.live - 1
      elseif unclaimed then
        unclaimed(text, digest)
      end
    end
    examined = examined + size
  end
  removeAt(keys.processing, positions)
  return { examined, results.requeued, results['dead-lettered'] }
end
