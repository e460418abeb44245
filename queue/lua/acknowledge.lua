#!lua flags=allow-oom
-- acknowledge: the consumer is done with one message.
-- KEYS[1] processing list   KEYS[2] leases zset   KEYS[3] holders hash
-- ARGV[1] text, byte for byte as claimed   ARGV[2] nonce
-- RETURNS acknowledged | not-held
-- INVARIANT a text leaves processing, leases and holders together; a second call changes nothing
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'list', 'zset', 'hash' })
if failed then return failed end

if nonceOf(redis.call('HGET', KEYS[3], ARGV[1])) ~= ARGV[2] then return 'not-held' end
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return 'acknowledged'
