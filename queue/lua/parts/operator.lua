-- operator: the pass that last had a turn, a hash of pass, ends_at (ms) and caller.

-- The pass, the end of its turn, and its caller; nil without a pass.
local function lastTurn(key)
  local pass, endsAt, caller = unpack(redis.call('HMGET', key, 'pass', 'ends_at', 'caller'))
  if pass then return pass, tonumber(endsAt) or 0, caller or '' end
end

-- A turn lasts an hour at most: a later end was written by another clock or by another program.
local function hasTurn(endsAt, now)
  return endsAt > now and endsAt <= now + 3600000
end

-- The id of a pass, or - for a step without a pass; nil where it is neither.
local function passId(text)
  return text and #text <= 64 and string.match(text, '^[%w-]+$')
end
