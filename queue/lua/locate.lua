#!lua flags=no-writes
-- locate: looks through one window of a list or a sorted set for an entry that carries a message's id.
-- KEYS[1] list or zset
-- ARGV[1] index of the window's first entry   ARGV[2] entries looked at, at most
-- ARGV[3 ..] what to look for, each as it stands in the text: "message_id":"…"; one of them is enough
-- RETURNS {index after the last entry looked at, or -1 where that was the last of all, text, score (zset only)};
--   no text and no score where nothing was found
-- INVARIANT nothing is written; what stands in a message's payload is not looked at
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return { -1 } end
if kind ~= 'list' and kind ~= 'zset' then
  return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' holds a ' .. kind .. ' where a list or a zset belongs; nothing was written')
end

local first = tonumber(ARGV[1])
local last = first + ARGV[2] - 1
local texts = redis.call(kind == 'list' and 'LRANGE' or 'ZRANGE', KEYS[1], first, last)
local length = redis.call(kind == 'list' and 'LLEN' or 'ZCARD', KEYS[1])

for index, text in ipairs(texts) do
  for which = 3, #ARGV do
    local at = string.find(text, ARGV[which], 1, true)
    if at and at < (string.find(text, ',"payload":', 1, true) or #text) then
      local after = first + index
      local reply = { after < length and after or -1, text }
      if kind == 'zset' then reply[3] = redis.call('ZSCORE', KEYS[1], text) end
      return reply
    end
  end
end
return { first + #texts < length and first + #texts or -1 }
