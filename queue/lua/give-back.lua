#!lua flags=allow-oom
-- give-back: the consumer returns claims that it will not process, unchanged, to the head of the queue.
-- KEYS[1] main list   KEYS[2] processing list   KEYS[3] leases zset   KEYS[4] holders hash
-- ARGV[1] nonce   ARGV[2 ..] texts in the order of their claim; none: everything claimed under the nonce
--   (a claim whose reply was lost: the texts are unknown), which reads all of processing
-- RETURNS the number of returned texts
-- INVARIANT only the holder returns a claim; the order of the queue is preserved
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'list', 'list', 'zset', 'hash' })
if failed then return failed end

local texts = {}
for index = 2, #ARGV do
  if nonceOf(redis.call('HGET', KEYS[4], ARGV[index])) == ARGV[1] then texts[#texts + 1] = ARGV[index] end
end
if #ARGV == 1 then
  local claims = redis.call('LRANGE', KEYS[2], 0, -1)
  for index = #claims, 1, -1 do
    if nonceOf(redis.call('HGET', KEYS[4], claims[index])) == ARGV[1] then texts[#texts + 1] = claims[index] end
  end
end

local returned = 0
for index = #texts, 1, -1 do
  local text = texts[index]
  -- An equal text that a plain consumer holds is in processing as well; the record represents only one of the two.
  if redis.call('HDEL', KEYS[4], text) == 1 then
    redis.call('ZREM', KEYS[3], text)
    if redis.call('LREM', KEYS[2], 1, text) == 1 then
      redis.call('RPUSH', KEYS[1], text)
      returned = returned + 1
    end
  end
end
return returned
