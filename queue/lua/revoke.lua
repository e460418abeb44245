#!lua flags=allow-oom
-- revoke: returns whatever was claimed in a call whose reply was lost, and refuses the call if it arrives later.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] processing list   KEYS[4] claims hash   KEYS[5] leases zset
-- KEYS[6] isolated set   KEYS[7] revoked zset
-- ARGV[1] nonce of the call
-- RETURNS the number of returned texts
-- INVARIANT after it, nothing is claimed under the nonce; the order of the queue is preserved
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE isolation
expectCounts(7, 1)
local failed = wrongType({ 'hash', 'list', 'list', 'hash', 'zset', 'set', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
local nonce = matching(1, 'the nonce', '^%w[%w.]*$')

local now = nowMs()
redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', now - 86400000)
redis.call('ZADD', KEYS[7], now, nonce)
redis.call('EXPIRE', KEYS[7], 86400)
-- The client does not know the ids. The search reads all claims, which only a lost reply costs.
local wanted, left = {}, 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[5], 0, -1)) do
  local digest, found = string.match(id, '^(%x+)/(.+)%.%d+$')
  if found == nonce then
    wanted[digest] = wanted[digest] or {}
    table.insert(wanted[digest], id)
    left = left + 1
  end
end
-- The newest claims are at the left.
local first = 0
local length = left > 0 and redis.call('LLEN', KEYS[3]) or 0
local texts, positions = {}, {}
while left > 0 and first < length do
  for index, text in ipairs(redis.call('LRANGE', KEYS[3], first, first + 49)) do
    local ids = wanted[digestOf(text)]
    if ids and #ids > 0 then
      texts[#texts + 1] = { text = text, id = table.remove(ids) }
      positions[#positions + 1] = first + index - 1
      left = left - 1
    end
  end
  first = first + 50
end
removeAt(KEYS[3], positions)
for _, entry in ipairs(texts) do
  local record = dropClaim(KEYS[4], KEYS[5], entry.id)
  redis.call('RPUSH', KEYS[2], entry.text)
  if record and phaseOf(record) == '2' then isolate(KEYS[6], entry.text) end
end
-- Claims whose entries a plain consumer has removed.
for _, ids in pairs(wanted) do
  for _, id in ipairs(ids) do dropClaim(KEYS[4], KEYS[5], id) end
end
return #texts
