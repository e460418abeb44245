-- types: scripts do not roll back, so the types of all keys are checked before the first write.

local function wrongType(expected)
  for index = 1, #KEYS do
    local found = redis.call('TYPE', KEYS[index]).ok
    if expected[index] and found ~= 'none' and found ~= expected[index] then
      return redis.error_reply('WRONGTYPE ' .. KEYS[index] .. ' holds a ' .. found .. ' where a ' .. expected[index]
        .. ' belongs; nothing was written')
    end
  end
end
