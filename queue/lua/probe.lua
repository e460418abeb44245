#!lua
-- probe: writes as a publisher does; a full or read-only Redis refuses it, where a PING would be answered.
-- KEYS[1] probe string
-- ARGV[1] seconds for which it lives
-- RETURNS server time in ms
-- INVARIANT only the probe key changes
-- INCLUDE clock
-- INCLUDE types
local failed = wrongType({ 'string' })
if failed then return failed end

local now = nowMs()
redis.call('SET', KEYS[1], string.format('%.0f', now), 'EX', ARGV[1])
return now
