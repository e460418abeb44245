-- claims: who holds what. A claim's id is "<digest>/<nonce>": the digest of its text, and a nonce that only its holder knows.
-- Claims hash: digest to the records of all claims of that text, one a line, "<nonce> <consumer> <claimed at, ms> <phase>".
-- Phase: 0 only prefetched, 1 started, 2 started alone. Leases zset: id to the end of the lease, ms.
-- A plain consumer's claim has a nonce that begins with "-", which no client can hold. queue/holder.ts parses the same records.

local function digestOf(text)
  return string.sub(redis.sha1hex(text), 1, 24)
end

local function idOf(digest, record)
  return digest .. '/' .. string.match(record, '^%S+')
end

local function recordsIn(value)
  local records = {}
  for record in string.gmatch(value or '', '%S[^\n]*') do records[#records + 1] = record end
  return records
end

-- The record of a claim, and the records of other claims of an equal text; nil if no client holds it under this id.
-- @param text optional; with the text of another message it is not the claim
local function findClaim(claims, id, text)
  local digest, nonce = string.match(id, '^(%x+)/(%S+)$')
  if text and digestOf(text) ~= digest then return nil end
  local found, others = nil, {}
  for _, record in ipairs(recordsIn(digest and redis.call('HGET', claims, digest))) do
    if string.match(record, '^%S+') == nonce then found = record else others[#others + 1] = record end
  end
  return found, others, digest
end

local function storeRecords(claims, digest, records)
  if #records == 0 then redis.call('HDEL', claims, digest)
  else redis.call('HSET', claims, digest, table.concat(records, '\n')) end
end

-- Removes a claim and its lease, but not the message. @return its record, if it existed
local function dropClaim(claims, leases, id)
  local record, others, digest = findClaim(claims, id)
  if record then storeRecords(claims, digest, others) end
  redis.call('ZREM', leases, id)
  return record
end

local function addClaim(claims, leases, digest, record, leaseEnd)
  local equal = redis.call('HGET', claims, digest)
  redis.call('HSET', claims, digest, equal and equal .. '\n' .. record or record)
  redis.call('ZADD', leases, leaseEnd, idOf(digest, record))
end

local function newRecord(nonce, consumer, claimedAtMs, phase)
  return nonce .. ' ' .. consumer .. ' ' .. string.format('%.0f', claimedAtMs) .. ' ' .. phase
end

local function consumerOf(record)
  return string.match(record, '^%S+ ([%w._:-]+) ') or 'unknown'
end

local function claimedAtOf(record)
  return string.match(record, '^%S+ %S+ (%d+)')
end

local function phaseOf(record)
  return string.sub(record, -1)
end

-- Marks a claim as started, and renews its lease. @return whether a client holds it under this id
local function startClaim(claims, leases, id, leaseEnd)
  local record, records, digest = findClaim(claims, id)
  if not record then return false end
  if phaseOf(record) == '0' then
    records[#records + 1] = string.sub(record, 1, -2) .. '1'
    storeRecords(claims, digest, records)
  end
  redis.call('ZADD', leases, leaseEnd, id)
  return true
end
