#!lua flags=allow-oom
-- start: the consumer begins to work on a text that it had only prefetched; renews the lease.
-- KEYS[1] leases zset   KEYS[2] holders hash
-- ARGV[1] text   ARGV[2] nonce   ARGV[3] lease, ms
-- RETURNS started | not-held
-- INVARIANT only the holder processes a text, and it counts as started before the work begins
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'zset', 'hash' })
if failed then return failed end

local record = redis.call('HGET', KEYS[2], ARGV[1])
if nonceOf(record) ~= ARGV[2] then return 'not-held' end
redis.call('HSET', KEYS[2], ARGV[1], startedRecord(record))
redis.call('ZADD', KEYS[1], nowMs() + ARGV[3], ARGV[1])
return 'started'
