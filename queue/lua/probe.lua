#!lua
-- probe: writes like a publisher; a full or read-only Redis refuses it, while it answers a PING.
-- KEYS[1] probe string
-- ARGV[1] expiry, seconds
-- RETURNS server time in ms
-- INVARIANT only the probe key changes
-- INCLUDE clock
-- INCLUDE types
local failed = wrongType({ 'string' })
if failed then return failed end

local now = nowMs()
redis.call('SET', KEYS[1], string.format('%.0f', now), 'EX', ARGV[1])
return now
