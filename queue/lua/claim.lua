#!lua flags=allow-oom
-- claim: takes the oldest messages, each with a lease; retries that are due and a few expired claims come first. Before that, the
--   consumer is done with messages that it holds and begins to work on others, as by advance.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] processing list   KEYS[4] claims hash   KEYS[5] leases zset
-- KEYS[6] delayed zset   KEYS[7] isolated set   KEYS[8] revoked zset   KEYS[9] dead letters list   KEYS[10] idle zset
-- KEYS[11] wake list
-- ARGV[1] nonce of this call; what precedes its first dot names the consumer's process   ARGV[2] consumer   ARGV[3] maximum number
-- ARGV[4] how many of them start at once   ARGV[5] lease, ms   ARGV[6] bytes after which no further message is taken
-- ARGV[7] number of messages that the consumer holds   ARGV[8] how long it waits if it gets none, ms
-- ARGV[9] maximum number of retries   ARGV[10] queue   ARGV[11 ..] as in parts/steps.lua
-- RETURNS {state, ms until the next delayed message is due or -1, as advance, id, text, id, text, …}, oldest first. State:
--   claimed | alone: the one message may have killed its consumer, so nothing may run beside it |
--   wait-alone: such a message is next, and the consumer holds others | paused | revoked |
--   wait-main: nothing; wait on the main list | wait-wake: nothing; wait on the wake list
-- INVARIANT a text is in processing with a claim and a lease from the moment it leaves main
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
-- INCLUDE steps
-- INCLUDE isolation
-- INCLUDE retry-count
-- INCLUDE dead-letter
-- INCLUDE reclaim
-- INCLUDE requeue-delayed
-- INCLUDE wake
expectSteps(11, 11)
local failed = wrongType({ 'hash', 'list', 'list', 'hash', 'zset', 'zset', 'set', 'zset', 'list', 'zset', 'list' })
  or unknownFormat(KEYS[1])
if failed then return failed end
local nonce = matching(1, 'the nonce', '^%w[%w.]*$')
local consumer = matching(2, 'the consumer', '^[%w._:-]+$')
local wanted = wholeNumber(3, 'the maximum number', 1, 10000)
local starting = wholeNumber(4, 'the number that starts', 0, 10000)
local leaseMs = wholeNumber(5, 'the lease', 1, 1e11)
local maxBytes = wholeNumber(6, 'the number of bytes', 1, 1e9)
local holding = wholeNumber(7, 'the number of held messages', 0, 1e6)
local waitMs = wholeNumber(8, 'the wait', 0, 1e8)
local maxRetries = wholeNumber(9, 'the number of retries', 0, 1000)
local queue = matching(10, 'the queue', queueName)
local instance = string.match(nonce, '^%w+')

local now = nowMs()
local steps = takeSteps(11, #ARGV, KEYS[3], KEYS[4], KEYS[5], now + leaseMs)
-- A call that arrives after its client has given it up.
if redis.call('ZSCORE', KEYS[8], nonce) then return { 'revoked', -1, steps } end
if recordConsumer(KEYS[1], now) then return { 'paused', -1, steps } end

recordFormat(KEYS[1])
requeueDelayed(KEYS[6], KEYS[2], now, 100)
if #redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', now, 'LIMIT', 0, 1) > 0 then
  local keys = { main = KEYS[2], processing = KEYS[3], claims = KEYS[4], leases = KEYS[5], isolated = KEYS[7], deadLetters = KEYS[9] }
  local result = reclaimWindow(keys, 20, 20, 100000, now, maxRetries, queue)
  -- The next sweep reports them.
  if result[2] > 0 then redis.call('HINCRBY', KEYS[1], 'requeued', result[2]) end
  if result[3] > 0 then redis.call('HINCRBY', KEYS[1], 'dead-lettered', result[3]) end
end

local reply, taken, bytes = { 'claimed', -1, steps }, 0, 0
local isolatedWait = redis.call('EXISTS', KEYS[7]) == 1
while taken < wanted and bytes < maxBytes do
  local next = isolatedWait and redis.call('LINDEX', KEYS[2], -1)
  local alone = next and redis.call('SISMEMBER', KEYS[7], digestOf(next)) == 1
  if alone and (holding > 0 or taken > 0) then
    if taken == 0 then reply[1] = 'wait-alone' end
    break
  end
  local text = redis.call('LMOVE', KEYS[2], KEYS[3], 'RIGHT', 'LEFT')
  if not text then break end
  taken, bytes = taken + 1, bytes + #text
  local digest = digestOf(text)
  local record = newRecord(nonce .. '.' .. taken, consumer, now, alone and '2' or taken <= starting and '1' or '0')
  addClaim(KEYS[4], KEYS[5], digest, record, now + leaseMs)
  reply[#reply + 1], reply[#reply + 2] = idOf(digest, record), text
  if alone then
    redis.call('SREM', KEYS[7], digest)
    reply[1] = 'alone'
    break
  end
end

-- For rates; a count of each claim would cost a write for each message.
if taken > 0 then redis.call('HINCRBY', KEYS[1], 'claimed', taken) end
if taken == 0 and reply[1] == 'claimed' then reply[1] = placeToWait(KEYS[10], instance, now, waitMs) end
-- Also if this consumer may not take the message: one that holds nothing may wait.
if taken > 0 or reply[1] == 'wait-alone' then wakeAnother(KEYS[10], KEYS[11], instance, redis.call('LLEN', KEYS[2]) > 0) end
local nextDue = redis.call('ZRANGE', KEYS[6], 0, 0, 'WITHSCORES')
if nextDue[2] then reply[2] = math.max(0, math.ceil(nextDue[2] - now)) end
return reply
