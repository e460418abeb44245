#!lua
-- sample: records the depths of a queue, once a minute, in a ring.
-- KEYS[1] samples list   KEYS[2] state hash   KEYS[3] main list   KEYS[4] processing list   KEYS[5] delayed zset
-- KEYS[6] dead letters list   KEYS[7] examined letters list
-- ARGV[1] maximum number of samples   ARGV[2] expiry of the list, seconds
-- RETURNS the number of samples
-- INVARIANT a second call in the same minute replaces the sample; no other key changes
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
expectCounts(7, 2)
local failed = wrongType({ 'list', 'hash', 'list', 'list', 'zset', 'list', 'list' }) or unknownFormat(KEYS[2])
if failed then return failed end
local most = wholeNumber(1, 'the number of samples', 1, 10000)
local seconds = wholeNumber(2, 'the expiry', 1, 1e6)

local now = nowMs()
local sample = table.concat({
  string.format('%.0f', now), redis.call('LLEN', KEYS[3]), redis.call('LLEN', KEYS[4]), redis.call('ZCARD', KEYS[5]),
  redis.call('LLEN', KEYS[6]) + redis.call('LLEN', KEYS[7]), redis.call('HGET', KEYS[2], 'claimed') or 0,
}, ' ')
local newest = redis.call('LINDEX', KEYS[1], 0)
local newestMs = newest and tonumber(string.match(newest, '^%d+')) or 0
if math.floor(newestMs / 60000) == math.floor(now / 60000) then
  redis.call('LSET', KEYS[1], 0, sample)
else
  redis.call('LPUSH', KEYS[1], sample)
  redis.call('LTRIM', KEYS[1], 0, most - 1)
end
redis.call('EXPIRE', KEYS[1], seconds)
return redis.call('LLEN', KEYS[1])
