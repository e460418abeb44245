#!lua flags=allow-oom
-- adopt: entries of processing without a lease (a plain consumer's) get one.
-- KEYS[1] processing list   KEYS[2] leases zset   KEYS[3] holders hash
-- ARGV[1] lease of a plain claim, ms   ARGV[2] maximum number of entries to read
-- RETURNS the number of adopted entries
-- INVARIANT an existing lease or record is not touched
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'list', 'zset', 'hash' })
if failed then return failed end

local length = redis.call('LLEN', KEYS[1])
if length == 0 then return 0 end
local now = nowMs()
local limit = tonumber(ARGV[2])
-- The window moves on with each minute of the server's clock: concurrent monitors read the same window and need no cursor.
local first = length <= limit and 0 or math.floor(now / 60000) * limit % length
local texts = redis.call('LRANGE', KEYS[1], first, first + limit - 1)
local leases = redis.call('ZMSCORE', KEYS[2], unpack(texts))
local adopted = 0
for index = 1, #texts do
  if not leases[index] then
    redis.call('ZADD', KEYS[2], 'NX', now + ARGV[1], texts[index])
    redis.call('HSETNX', KEYS[3], texts[index], newRecord('-', 'plain', now, true))
    adopted = adopted + 1
  end
end
return adopted
