#!lua flags=no-writes
-- locate: searches one window of a list or a sorted set for an entry with a message's id.
-- KEYS[1] list or zset   KEYS[2] none, or a list whose entries follow those of the other list
-- ARGV[1] index of the window's first entry   ARGV[2] maximum number of entries to read
-- ARGV[3 ..] search texts, byte for byte as in the entry: "message_id":"…"; one match is enough
-- RETURNS {index after the last entry read, or -1 if it was the last one, text, score (zset only)};
--   no text and no score if nothing was found
-- INVARIANT nothing is written; a message's payload is not searched
-- INCLUDE arguments
-- INCLUDE types
-- INCLUDE joined-lists
local first = wholeNumber(1, 'the index', 0, 1e12)
local last = first + wholeNumber(2, 'the maximum number', 1, 10000) - 1
if #ARGV < 3 then refuse('ERR no search text given') end
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'list' and kind ~= 'zset' then
  return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' holds a ' .. kind .. ' where a list or a zset belongs; nothing was written')
end

local failed = wrongType({ kind, 'list' })
if failed then return failed end

local texts, length
if kind == 'zset' then
  texts, length = redis.call('ZRANGE', KEYS[1], first, last), redis.call('ZCARD', KEYS[1])
else
  texts, length = joinedRange(KEYS[1], KEYS[2], first, last)
end

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
