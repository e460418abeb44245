#!lua flags=allow-oom
-- requeue-delayed: retries whose backoff is over go back to the queue, even if no consumer claims.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] delayed zset
-- ARGV[1] maximum number
-- RETURNS the number of moved texts
-- INVARIANT a text leaves delayed and appears in main in one step
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE requeue-delayed
expectCounts(3, 1)
local failed = wrongType({ 'hash', 'list', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
return requeueDelayed(KEYS[3], KEYS[2], nowMs(), wholeNumber(1, 'the maximum number', 1, 10000))
