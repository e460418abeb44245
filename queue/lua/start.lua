#!lua flags=allow-oom
-- start: the consumer begins to work on a text that it had only prefetched; renews the lease.
-- KEYS[1] state hash   KEYS[2] claims hash   KEYS[3] leases zset
-- ARGV[1] claim id   ARGV[2] lease, ms
-- RETURNS started | not-held
-- INVARIANT only the holder starts a text; it counts as started from then on
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
expectCounts(3, 2)
local failed = wrongType({ 'hash', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
local leaseMs = wholeNumber(2, 'the lease', 1, 1e11)

return startClaim(KEYS[2], KEYS[3], ARGV[1], nowMs() + leaseMs) and 'started' or 'not-held'
