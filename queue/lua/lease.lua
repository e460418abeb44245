#!lua flags=allow-oom
-- lease: gives a text that BLMOVE has just brought into processing its lease and record, as claim does in one step.
-- KEYS[1] processing list   KEYS[2] leases zset   KEYS[3] holders hash   KEYS[4] delayed zset
-- ARGV[1] text   ARGV[2] nonce   ARGV[3] consumer   ARGV[4] lease, ms
-- RETURNS leased | gone (reclaimed meanwhile) | twin (an equal text is in other hands: this one waits in delayed)
-- INVARIANT the lease is taken only if the text is still in processing and nobody else holds it; no text has two claims
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'list', 'zset', 'hash', 'zset' })
if failed then return failed end

local entries = #redis.call('LPOS', KEYS[1], ARGV[1], 'COUNT', 2)
if entries == 0 then return 'gone' end
local nonce = nonceOf(redis.call('HGET', KEYS[3], ARGV[1]))
local now = nowMs()
if nonce == ARGV[2] then return 'leased' end
if nonce and entries == 2 then
  redis.call('LREM', KEYS[1], 1, ARGV[1])
  redis.call('ZADD', KEYS[4], 'NX', now + 1000, ARGV[1])
  return 'twin'
end
-- One entry and the record of a real consumer: it is theirs. The record "-" was given to this very entry by the monitor.
if nonce and nonce ~= '-' then return 'gone' end
redis.call('HSET', KEYS[3], ARGV[1], newRecord(ARGV[2], ARGV[3], now, true))
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
return 'leased'
