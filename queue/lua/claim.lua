#!lua flags=allow-oom
-- claim: takes the oldest messages, each with a lease; retries that are due come first.
-- KEYS[1] main list   KEYS[2] processing list   KEYS[3] leases zset   KEYS[4] holders hash   KEYS[5] delayed zset
-- ARGV[1] nonce of this claim   ARGV[2] consumer   ARGV[3] maximum number   ARGV[4] how many of them start at once
-- ARGV[5] lease, ms   ARGV[6] maximum number of due retries to move
-- RETURNS {ms until the next delayed message is due or -1, text, text, …}, oldest first
-- INVARIANT a text is in processing with a lease and a record from the moment it leaves main; no text has two claims
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE holders
-- INCLUDE requeue-delayed
local failed = wrongType({ 'list', 'list', 'zset', 'hash', 'zset' })
if failed then return failed end

local now = nowMs()
requeueDelayed(KEYS[5], KEYS[1], now, ARGV[6])

local leaseEnd = now + ARGV[5]
local wanted = tonumber(ARGV[3])
local starting = tonumber(ARGV[4])
local claimed = { -1 }
for _ = 1, wanted do
  local text = redis.call('LMOVE', KEYS[1], KEYS[2], 'RIGHT', 'LEFT')
  if not text then break end
  local record = newRecord(ARGV[1], ARGV[2], now, #claimed <= starting)
  -- An equal text that is already claimed is delayed: one lease and one record cannot represent two claims. A record
  -- without its own entry in processing belongs to a plain consumer that has finished.
  if redis.call('HSETNX', KEYS[4], text, record) == 0 then
    if #redis.call('LPOS', KEYS[2], text, 'COUNT', 2) == 2 then
      redis.call('LPOP', KEYS[2])
      redis.call('ZADD', KEYS[5], 'NX', now + 1000, text)
      text = nil
    else
      redis.call('HSET', KEYS[4], text, record)
    end
  end
  if text then
    redis.call('ZADD', KEYS[3], leaseEnd, text)
    claimed[#claimed + 1] = text
  end
end

if #claimed <= wanted then
  local nextDue = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
  if nextDue[2] then claimed[1] = math.max(0, math.ceil(nextDue[2] - now)) end
end
return claimed
