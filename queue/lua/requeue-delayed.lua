#!lua flags=allow-oom
-- requeue-delayed: retries whose backoff is over go back to the queue, also where no consumer claims.
-- KEYS[1] delayed zset   KEYS[2] main list
-- ARGV[1] how many at most
-- RETURNS how many moved
-- INVARIANT a text leaves delayed and appears in main in one step
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE requeue-delayed
local failed = wrongType({ 'zset', 'list' })
if failed then return failed end
return requeueDelayed(KEYS[1], KEYS[2], nowMs(), ARGV[1])
