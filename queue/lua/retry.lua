#!lua flags=allow-oom
-- retry: the consumer failed to process one message; it is retried after a backoff, or dead-lettered after too many attempts.
-- KEYS[1] processing list   KEYS[2] leases zset   KEYS[3] holders hash   KEYS[4] delayed zset   KEYS[5] dead letters list
-- ARGV[1] text   ARGV[2] nonce   ARGV[3] backoff, ms   ARGV[4] maximum number of retries   ARGV[5] queue   ARGV[6] error as JSON
-- RETURNS retried | dead-lettered | not-held
-- INVARIANT the text leaves processing and appears, with one more retry_count, in exactly one other place
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE holders
-- INCLUDE retry-count
-- INCLUDE dead-letter
local failed = wrongType({ 'list', 'zset', 'hash', 'zset', 'list' })
if failed then return failed end

if nonceOf(redis.call('HGET', KEYS[3], ARGV[1])) ~= ARGV[2] then return 'not-held' end
local now = nowMs()
local retries = retryCountOf(ARGV[1])
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
-- A text without a counter could be retried without end.
if not retries or retries >= tonumber(ARGV[4]) then
  redis.call('LPUSH', KEYS[5], deadLetter(ARGV[1], ARGV[6], now, 'consumer', ARGV[5]))
  return 'dead-lettered'
end
redis.call('ZADD', KEYS[4], now + ARGV[3], withRetryCount(ARGV[1], retries + 1))
return 'retried'
