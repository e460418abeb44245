-- processing: finds and removes entries. A removal by position costs the replica no text.

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

-- Messages are settled about in the order of their claims, so an entry is near the oldest end, or near the newest. Further away
-- one scan with the text is cheaper than two without.
-- @return whether an entry was removed
local function removeText(list, text)
  local position = redis.call('LPOS', list, text, 'RANK', -1, 'MAXLEN', 256) or redis.call('LPOS', list, text, 'MAXLEN', 256)
  if not position then return redis.call('LREM', list, -1, text) == 1 end
  removeAt(list, { position })
  return true
end
