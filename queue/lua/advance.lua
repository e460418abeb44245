#!lua flags=allow-oom
-- advance: the consumer is done with some messages, and begins to work on others that it had only prefetched.
-- KEYS[1] state hash   KEYS[2] processing list   KEYS[3] claims hash   KEYS[4] leases zset
-- ARGV[1] lease, ms   ARGV[2 ..] as in parts/steps.lua
-- RETURNS for each message, in the order of the arguments: acknowledged | started | not-held
-- INVARIANT as acknowledge and start; a second call changes nothing but the leases of what it starts
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
-- INCLUDE steps
local leaseMs = wholeNumber(1, 'the lease', 1, 1e11)
expectSteps(4, 2)
local failed = wrongType({ 'hash', 'list', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end

return takeSteps(2, #ARGV, KEYS[2], KEYS[3], KEYS[4], nowMs() + leaseMs)
