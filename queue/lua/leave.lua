#!lua flags=allow-oom
-- leave: a consumer that stops no longer waits for messages; another one takes its place.
-- KEYS[1] state hash   KEYS[2] idle zset   KEYS[3] wake list
-- ARGV[1] the consumer's instance, with which its nonces begin
-- RETURNS left | absent
-- INVARIANT no message is touched; a second call changes nothing
-- INCLUDE arguments
-- INCLUDE types
-- INCLUDE state
-- INCLUDE wake
expectCounts(3, 1)
local failed = wrongType({ 'hash', 'zset', 'list' }) or unknownFormat(KEYS[1])
if failed then return failed end
local instance = matching(1, 'the instance', '^%w+$')

return wakeAnother(KEYS[2], KEYS[3], instance, false) and 'left' or 'absent'
