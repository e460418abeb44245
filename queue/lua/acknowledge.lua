#!lua flags=allow-oom
-- acknowledge: the consumer is done with one message.
-- KEYS[1] state hash   KEYS[2] processing list   KEYS[3] claims hash   KEYS[4] leases zset
-- ARGV[1] claim id   ARGV[2] text, byte for byte as claimed
-- RETURNS acknowledged | not-held
-- INVARIANT a message leaves processing, claims and leases together; a second call changes nothing
-- INCLUDE arguments
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
expectCounts(4, 2)
local failed = wrongType({ 'hash', 'list', 'hash', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end

return endClaim(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2]) and 'acknowledged' or 'not-held'
