#!lua flags=allow-oom
-- sweep: one window of processing: expired claims come back, and entries without a claim (a plain consumer's) get one.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] processing list   KEYS[4] claims hash   KEYS[5] leases zset
-- KEYS[6] isolated set   KEYS[7] dead letters list   KEYS[8] leases zset of key format 1
-- ARGV[1] distance of the window's first entry from the old end   ARGV[2] maximum number of entries   ARGV[3] bytes after which
--   no further entry is read   ARGV[4] lease of a plain claim, ms   ARGV[5] maximum number of retries   ARGV[6] queue
-- RETURNS {examined, requeued, dead-lettered, adopted, server time in ms}; with what claims have requeued since the last sweep
-- INVARIANT a text leaves processing, claims and leases together and appears in one other place, with one more
--   retry_count if its holder had started it; a prefetched message keeps its retry_count
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
expectCounts(8, 6)
local failed = wrongType({ 'hash', 'list', 'list', 'hash', 'zset', 'set', 'list', 'zset' }) or unknownFormat(KEYS[1])
if failed then return failed end
local from = wholeNumber(1, 'the distance', 0, 1e12)
local count = wholeNumber(2, 'the maximum number', 1, 10000)
local maxBytes = wholeNumber(3, 'the number of bytes', 1, 1e9)
local plainLeaseMs = wholeNumber(4, 'the lease of a plain claim', 1, 1e11)
local maxRetries = wholeNumber(5, 'the number of retries', 0, 1000)
local queue = matching(6, 'the queue', queueName)

local now = nowMs()
if redis.call('EXISTS', KEYS[3]) == 1 then recordFormat(KEYS[1]) end
local keys = { main = KEYS[2], processing = KEYS[3], claims = KEYS[4], leases = KEYS[5], isolated = KEYS[6], deadLetters = KEYS[7] }
local formerClaims = redis.call('EXISTS', KEYS[8]) == 1
local adopted = 0
local result = reclaimWindow(keys, from, count, maxBytes, now, maxRetries, queue, function(text, digest)
  -- A consumer of key format 1 holds it.
  if formerClaims and redis.call('ZSCORE', KEYS[8], text) then return end
  adopted = adopted + 1
  local nonce = string.format('-%.0f.%.0f.%.0f', from, adopted, now)
  addClaim(KEYS[4], KEYS[5], digest, newRecord(nonce, 'plain', now, '1'), now + plainLeaseMs)
end)
local byClaims = redis.call('HMGET', KEYS[1], 'requeued', 'dead-lettered')
if byClaims[1] or byClaims[2] then redis.call('HDEL', KEYS[1], 'requeued', 'dead-lettered') end
result[2], result[3] = result[2] + (tonumber(byClaims[1]) or 0), result[3] + (tonumber(byClaims[2]) or 0)
result[4], result[5] = adopted, now
return result
