#!lua flags=allow-oom
-- snooze: the consumer postpones one message; the attempt does not count.
-- KEYS[1] state hash   KEYS[2] processing list   KEYS[3] claims hash   KEYS[4] leases zset   KEYS[5] delayed zset
-- ARGV[1] claim id   ARGV[2] text   ARGV[3] pause, ms   ARGV[4] how long after its first snooze a message may be snoozed, ms
-- RETURNS snoozed | too-late: nothing changed, the message has been snoozed for too long or is not a message | not-held
-- INVARIANT the text leaves processing and appears, with the same retry_count, among the delayed messages in one step
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
-- INCLUDE delay
-- INCLUDE retry-count
expectCounts(5, 4)
local failed = wrongType({ 'hash', 'list', 'hash', 'zset', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
local pauseMs = wholeNumber(3, 'the pause', 0, 1e11)
local limitMs = wholeNumber(4, 'the limit', 0, 1e12)

local now = nowMs()
local text, sinceMs = snoozedText(ARGV[2], now)
if not findClaim(KEYS[3], ARGV[1], ARGV[2]) then return 'not-held' end
if not text or now - sinceMs > limitMs then return 'too-late' end
endClaim(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[2])
delay(KEYS[5], text, now + pauseMs)
return 'snoozed'
