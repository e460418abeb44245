#!lua flags=allow-oom
-- dead-letter: the consumer dead-letters one message without further attempts.
-- KEYS[1] processing list   KEYS[2] leases zset   KEYS[3] holders hash   KEYS[4] dead letters list
-- ARGV[1] text   ARGV[2] nonce   ARGV[3] queue   ARGV[4] error as JSON
-- RETURNS dead-lettered | not-held
-- INVARIANT the text leaves processing and appears in the dead letters in one step; a second call changes nothing
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE holders
-- INCLUDE dead-letter
local failed = wrongType({ 'list', 'zset', 'hash', 'list' })
if failed then return failed end

if nonceOf(redis.call('HGET', KEYS[3], ARGV[1])) ~= ARGV[2] then return 'not-held' end
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('LPUSH', KEYS[4], deadLetter(ARGV[1], ARGV[4], nowMs(), 'consumer', ARGV[3]))
return 'dead-lettered'
