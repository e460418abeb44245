#!lua flags=no-writes
-- inspect: depths of a queue and the age of its oldest entries.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] processing list   KEYS[4] claims hash   KEYS[5] delayed zset
-- KEYS[6] dead letters list
-- KEYS[7] leases zset   KEYS[8] isolated set   KEYS[9] revoked zset   KEYS[10] idle zset, of which only the type is read
-- KEYS[11] wake list   KEYS[12] leases zset and KEYS[13] holders hash of key format 1, of which only the type is read:
--   a wrong type stops every consumer, or the maintenance
-- KEYS[14] examined letters list   KEYS[15] operator hash, of which only the type is read: a wrong type stops every operator
-- ARGV[1] maximum number of entries to read for the ages
-- RETURNS {depth of main, of processing, of delayed, of dead letters, event time of the oldest waiting message that no
--   replay brought (ISO 8601, or ''), ms since the oldest claim (or -1), server time in ms, the pause or '',
--   ms since a consumer was last seen, or -1}
-- INVARIANT nothing is written, and the cost does not depend on the depths
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE oldest-event
expectCounts(15, 1)
local failed = wrongType({
  'hash', 'list', 'list', 'hash', 'zset', 'list', 'zset', 'set', 'zset', 'zset', 'list', 'zset', 'hash', 'list',
  'hash',
}) or unknownFormat(KEYS[1])
if failed then return failed end
local sample = wholeNumber(1, 'the maximum number', 1, 1000)

local now = nowMs()
local claimAge = -1
for _, text in ipairs(redis.call('LRANGE', KEYS[3], -sample, -1)) do
  for _, record in ipairs(recordsIn(redis.call('HGET', KEYS[4], digestOf(text)))) do
    local claimedAt = claimedAtOf(record)
    if claimedAt then claimAge = math.max(claimAge, now - claimedAt) end
  end
end

local state = redis.call('HMGET', KEYS[1], 'paused', 'consumer-seen')
local seen = tonumber(state[2])

return {
  redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[5]),
  redis.call('LLEN', KEYS[6]) + redis.call('LLEN', KEYS[14]),
  oldestEvent(KEYS[2], sample), claimAge, now, state[1] or '', seen and math.max(0, now - seen) or -1,
}
