-- processing: finds and removes entries. A removal by position costs the replica no text.

-- From the oldest end first, since messages are settled about in the order of their claims, then from the newest.
local function positionOf(list, text)
  return redis.call('LPOS', list, text, 'RANK', -1, 'MAXLEN', 256) or redis.call('LPOS', list, text, 'MAXLEN', 256)
    or redis.call('LPOS', list, text, 'RANK', -1)
end

local function removeAt(list, positions)
  local last = redis.call('LLEN', list) - 1
  if #positions == 1 and positions[1] == last then redis.call('RPOP', list)
  elseif #positions == 1 and positions[1] == 0 then redis.call('LPOP', list)
  elseif #positions > 0 then
    for _, position in ipairs(positions) do redis.call('LSET', list, position, '') end
    -- Any empty entry may go: entries with equal texts are interchangeable.
    redis.call('LREM', list, positions[1] * 2 > last and -#positions or #positions, '')
  end
end

local function removeText(list, text)
  local position = positionOf(list, text)
  if position then removeAt(list, { position }) end
  return position
end
