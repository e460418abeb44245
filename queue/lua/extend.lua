#!lua flags=allow-oom
-- extend: renews the leases of all claims of a consumer.
-- KEYS[1] state hash   KEYS[2] claims hash   KEYS[3] leases zset
-- ARGV[1] lease, ms   ARGV[2] number of claims   ARGV[3 ..] their ids
-- RETURNS for each claim: extended | not-held
-- INVARIANT only the holder's lease is renewed; not-held reports a lost claim
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
local leaseMs = wholeNumber(1, 'the lease', 1, 1e11)
expectCounts(3, 2 + wholeNumber(2, 'the number of claims', 0, 1e6))
local failed = wrongType({ 'hash', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end

local leaseEnd = nowMs() + leaseMs
local results = {}
for index = 3, #ARGV do
  if findClaim(KEYS[2], ARGV[index]) then
    redis.call('ZADD', KEYS[3], leaseEnd, ARGV[index])
    results[#results + 1] = 'extended'
  else
    results[#results + 1] = 'not-held'
  end
end
return results
