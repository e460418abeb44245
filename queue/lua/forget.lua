#!lua flags=allow-oom
-- forget: drops claims that ended before a complete sweep and whose messages the sweep did not find in processing: a plain
-- consumer has removed them.
-- KEYS[1] state hash   KEYS[2] claims hash   KEYS[3] leases zset
-- ARGV[1] server time of the sweep's begin, ms   ARGV[2] maximum number
-- RETURNS the number of dropped claims
-- INVARIANT no message is touched; an entry whose claim is dropped by mistake is adopted by the next sweep
-- INCLUDE arguments
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
expectCounts(3, 2)
local failed = wrongType({ 'hash', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
local before = wholeNumber(1, 'the time', 0, 1e15)
local most = wholeNumber(2, 'the maximum number', 1, 100000)

local ended = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', before, 'LIMIT', 0, most)
for _, id in ipairs(ended) do dropClaim(KEYS[2], KEYS[3], id) end
return #ended
