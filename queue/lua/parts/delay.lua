-- delay: a message waits in the delayed zset until its time. Members are unique: a copy of an equal text gets a trailing space,
-- which JSON ignores.

local function delay(delayed, text, dueMs)
  while redis.call('ZADD', delayed, 'NX', dueMs, text) == 0 do text = text .. ' ' end
end
