#!lua flags=allow-oom
-- start: the consumer begins to work on a text that it had only prefetched; renews the lease.
-- KEYS[1] state hash   KEYS[2] claims hash   KEYS[3] leases zset
-- ARGV[1] claim id   ARGV[2] lease, ms
-- RETURNS started | not-held
-- INVARIANT only the holder processes a text, and it counts as started before the work begins
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
expectCounts(3, 2)
local failed = wrongType({ 'hash', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
local leaseMs = wholeNumber(2, 'the lease', 1, 1e11)

local record, records, digest = findClaim(KEYS[2], ARGV[1])
if not record then return 'not-held' end
if phaseOf(record) == '0' then
  records[#records + 1] = string.sub(record, 1, -2) .. '1'
  storeRecords(KEYS[2], digest, records)
end
redis.call('ZADD', KEYS[3], nowMs() + leaseMs, ARGV[1])
return 'started'
