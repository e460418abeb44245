#!lua flags=allow-oom
-- advance: the consumer is done with some messages, and begins to work on others that it had only prefetched.
-- KEYS[1] state hash   KEYS[2] processing list   KEYS[3] claims hash   KEYS[4] leases zset
-- ARGV[1] lease, ms   ARGV[2] D, number of messages that it is done with   ARGV[3] S, number of messages that it begins to work on
-- ARGV[4 ..] claim id and text, byte for byte as claimed, of each of the D; then the claim ids of the S
-- RETURNS for each message, in the order of the arguments: acknowledged | started | not-held
-- INVARIANT as acknowledge and start; a second call changes nothing but the leases of what it starts
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
local leaseMs = wholeNumber(1, 'the lease', 1, 1e11)
local done = wholeNumber(2, 'the number of messages that are done', 0, 10000)
expectCounts(4, 3 + 2 * done + wholeNumber(3, 'the number of messages that start', 0, 10000))
local failed = wrongType({ 'hash', 'list', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end

local results = {}
for at = 4, 2 + 2 * done, 2 do
  results[#results + 1] = endClaim(KEYS[2], KEYS[3], KEYS[4], ARGV[at], ARGV[at + 1]) and 'acknowledged' or 'not-held'
end
local leaseEnd = nowMs() + leaseMs
for at = 4 + 2 * done, #ARGV do
  results[#results + 1] = startClaim(KEYS[3], KEYS[4], ARGV[at], leaseEnd) and 'started' or 'not-held'
end
return results
