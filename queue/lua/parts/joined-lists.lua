-- joined-lists: reads two lists as one, the newer entries first. An entry that moves between them stays at its place.

-- The entries from index `first` to `last`, and the length of both lists; `older` may be nil.
local function joinedRange(newer, older, first, last)
  local length = redis.call('LLEN', newer)
  local total = length + (older and redis.call('LLEN', older) or 0)
  last = math.min(last, total - 1)
  if first > last then return {}, total end
  if last < length then return redis.call('LRANGE', newer, first, last), total end
  if first >= length then return redis.call('LRANGE', older, first - length, last - length), total end
  local texts = redis.call('LRANGE', newer, first, -1)
  for _, text in ipairs(redis.call('LRANGE', older, 0, last - length)) do texts[#texts + 1] = text end
  return texts, total
end
