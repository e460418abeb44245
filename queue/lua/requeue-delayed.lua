#!lua flags=allow-oom
-- requeue-delayed: retries whose backoff is over go back to the queue, even if no consumer claims.
-- KEYS[1] delayed zset   KEYS[2] main list
-- ARGV[1] maximum number
-- RETURNS the number of moved texts
-- INVARIANT a text leaves delayed and appears in main in one step
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE requeue-delayed
local failed = wrongType({ 'zset', 'list' })
if failed then return failed end
return requeueDelayed(KEYS[1], KEYS[2], nowMs(), ARGV[1])
