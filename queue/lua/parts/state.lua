-- state: the hash of a queue with the version of its key format, its pause, the time at which a consumer was last seen, and the counts
-- of claims: those that consumers have made, and those that they have requeued or dead-lettered since the last sweep.

local keyFormat = '2'

-- An error if another program has changed the queue to a format that this one does not know.
local function unknownFormat(state)
  local found = redis.call('HGET', state, 'format')
  if found and found ~= keyFormat then
    return redis.error_reply('FORMAT ' .. state .. ' says that the queue has key format ' .. found
      .. ', and this program knows format ' .. keyFormat .. '; nothing was written')
  end
end

local function recordFormat(state)
  redis.call('HSETNX', state, 'format', keyFormat)
end

-- Records that a consumer reads the queue, to within five seconds: a write for each claim would be replicated for nothing.
-- @return the pause, if the queue is paused
local function recordConsumer(state, now)
  local found = redis.call('HMGET', state, 'paused', 'consumer-seen')
  if now - (tonumber(found[2]) or 0) >= 5000 then redis.call('HSET', state, 'consumer-seen', string.format('%.0f', now)) end
  return found[1]
end
