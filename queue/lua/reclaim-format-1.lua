#!lua flags=allow-oom
-- reclaim-format-1: expired claims of consumers that use key format 1, which identify a claim by its text, come back.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] processing list   KEYS[4] leases zset of format 1
-- KEYS[5] holders hash of format 1   KEYS[6] isolated set   KEYS[7] dead letters list   KEYS[8] claims hash
-- ARGV[1] maximum number of claims to read   ARGV[2] maximum number of retries   ARGV[3] queue
-- RETURNS {requeued, dead-lettered, vanished}: vanished ones had been acknowledged by a plain consumer
-- INVARIANT a text leaves processing, leases and holders together and appears in one other place, with one more
--   retry_count if its holder had started it; the keys of format 1 disappear with their last claim
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE isolation
-- INCLUDE retry-count
-- INCLUDE dead-letter
-- INCLUDE reclaim
expectCounts(8, 3)
local failed = wrongType({ 'hash', 'list', 'list', 'zset', 'hash', 'set', 'list', 'hash' }) or unknownFormat(KEYS[1])
if failed then return failed end
local most = wholeNumber(1, 'the maximum number', 1, 10000)
local maxRetries = wholeNumber(2, 'the number of retries', 0, 1000)
local queue = matching(3, 'the queue', queueName)

local now = nowMs()
local keys = { main = KEYS[2], isolated = KEYS[6], deadLetters = KEYS[7] }
local results = { requeued = 0, ['dead-lettered'] = 0, vanished = 0 }
local expired = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, most)
for index = #expired, 1, -1 do
  local text = expired[index]
  local record = redis.call('HGET', KEYS[5], text) or 'former unknown 0 1'
  redis.call('ZREM', KEYS[4], text)
  redis.call('HDEL', KEYS[5], text)
  -- A monitor of format 1 gives leases to claims of this format too.
  local isClaimed = redis.call('HEXISTS', KEYS[8], digestOf(text)) == 1
  local result = not isClaimed and removeText(KEYS[3], text) and bringBack(keys, text, record, now, maxRetries, queue) or 'vanished'
  results[result] = results[result] + 1
end
return { results.requeued, results['dead-lettered'], results.vanished }
