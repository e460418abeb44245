-- state: the hash of a queue with the version of its key format, its pause, and the counts of claims that consumers have requeued or
-- dead-lettered since the last sweep.

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
