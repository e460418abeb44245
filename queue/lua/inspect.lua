#!lua flags=no-writes
-- inspect: depths of a queue and the age of its oldest entries.
-- KEYS[1] main list   KEYS[2] processing list   KEYS[3] holders hash   KEYS[4] delayed zset   KEYS[5] dead letters list
-- KEYS[6] leases zset, of which only the type is read: a wrong type stops every consumer   KEYS[7] examined letters list
-- KEYS[8] operator hash, of which only the type is read: a wrong type stops every operator
-- ARGV[1] maximum number of entries to read for the ages
-- RETURNS {depth of main, of processing, of delayed, of dead letters, event time of the oldest waiting message that no
--   replay brought (ISO 8601, or ''), ms since the oldest claim (or -1), server time in ms}
-- INVARIANT nothing is written, and the cost does not depend on the depths
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'list', 'list', 'hash', 'zset', 'list', 'zset', 'list', 'hash' })
if failed then return failed end

local now = nowMs()
local look = tonumber(ARGV[1])
local oldest = ''
local waiting = redis.call('LRANGE', KEYS[1], -look, -1)
for index = #waiting, 1, -1 do
  local envelope = string.match(waiting[index], '^{"event_type":"model_ready_to_deploy".-,"payload":') or ''
  local timestamp = string.match(envelope, ',"timestamp":"(%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ)"')
  if timestamp and not string.find(envelope, ',"replay_name":', 1, true) and (oldest == '' or timestamp < oldest) then
    oldest = timestamp
  end
end

local claimAge = -1
local claims = redis.call('LRANGE', KEYS[2], -look, -1)
if #claims > 0 then
  for _, record in ipairs(redis.call('HMGET', KEYS[3], unpack(claims))) do
    local claimedAt = claimedAtOf(record)
    if claimedAt then claimAge = math.max(claimAge, now - claimedAt) end
  end
end

return {
  redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[2]), redis.call('ZCARD', KEYS[4]),
  redis.call('LLEN', KEYS[5]) + redis.call('LLEN', KEYS[7]), oldest, claimAge, now,
}
