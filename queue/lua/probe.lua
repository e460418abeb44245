#!lua
-- probe: writes like a publisher; a full or read-only Redis refuses it, while it answers a PING.
-- KEYS[1] probe string
-- ARGV[1] expiry, seconds
-- RETURNS server time in ms
-- INVARIANT only the probe key changes
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
expectCounts(1, 1)
local failed = wrongType({ 'string' })
if failed then return failed end
local seconds = wholeNumber(1, 'the expiry', 1, 1e6)

local now = nowMs()
redis.call('SET', KEYS[1], string.format('%.0f', now), 'EX', seconds)
return now
