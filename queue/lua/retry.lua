#!lua flags=allow-oom
-- retry: the consumer failed to process one message; it is retried after a backoff, or dead-lettered after too many attempts.
-- KEYS[1] state hash   KEYS[2] processing list   KEYS[3] claims hash   KEYS[4] leases zset   KEYS[5] delayed zset
-- KEYS[6] dead letters list
-- ARGV[1] claim id   ARGV[2] text   ARGV[3] backoff, ms   ARGV[4] maximum number of retries   ARGV[5] queue
-- ARGV[6] error as JSON
-- RETURNS retried | dead-lettered | not-held
-- INVARIANT the text leaves processing and appears, with one more retry_count, in exactly one other place
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
-- INCLUDE delay
-- INCLUDE retry-count
-- INCLUDE dead-letter
expectCounts(6, 6)
local failed = wrongType({ 'hash', 'list', 'hash', 'zset', 'zset', 'list' }) or unknownFormat(KEYS[1])
if failed then return failed end
local backoffMs = wholeNumber(3, 'the backoff', 0, 1e11)
local maxRetries = wholeNumber(4, 'the number of retries', 0, 1000)
local queue, errorJson = matching(5, 'the queue', queueName), jsonObject(6, 'the error')

if not endClaim(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2]) then return 'not-held' end
local now = nowMs()
local retries = retryCountOf(ARGV[2])
-- A text without a counter could be retried without end.
if not retries or retries >= maxRetries then
  redis.call('LPUSH', KEYS[6], deadLetter(ARGV[2], errorJson, now, 'consumer', queue))
  return 'dead-lettered'
end
delay(KEYS[5], withRetryCount(ARGV[2], retries + 1), now + backoffMs)
return 'retried'
