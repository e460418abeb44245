#!lua flags=allow-oom
-- dead-letter: the consumer dead-letters one message without further attempts.
-- KEYS[1] state hash   KEYS[2] processing list   KEYS[3] claims hash   KEYS[4] leases zset   KEYS[5] dead letters list
-- ARGV[1] claim id   ARGV[2] text   ARGV[3] queue   ARGV[4] error as JSON
-- RETURNS dead-lettered | not-held
-- INVARIANT the text leaves processing and appears in the dead letters in one step; a second call changes nothing
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
-- INCLUDE dead-letter
expectCounts(5, 4)
local failed = wrongType({ 'hash', 'list', 'hash', 'zset', 'list' }) or unknownFormat(KEYS[1])
if failed then return failed end
local queue, errorJson = matching(3, 'the queue', queueName), jsonObject(4, 'the error')

if not endClaim(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2]) then return 'not-held' end
redis.call('LPUSH', KEYS[5], deadLetter(ARGV[2], errorJson, nowMs(), 'consumer', queue))
return 'dead-lettered'
