#!lua flags=allow-oom
-- reclaim: claims whose lease ran out go back to the queue, or are dead-lettered after too many attempts.
-- KEYS[1] main list   KEYS[2] processing list   KEYS[3] leases zset   KEYS[4] holders hash   KEYS[5] dead letters list
-- ARGV[1] maximum number of claims to read   ARGV[2] maximum number of retries   ARGV[3] queue
-- RETURNS {requeued, dead-lettered, vanished}: vanished ones had been acknowledged by a plain consumer
-- INVARIANT a text leaves processing, leases and holders together and appears in one other place, with one more
--   retry_count if its holder had started it; a prefetched message keeps its retry_count
-- INCLUDE clock
-- INCLUDE iso-time
-- INCLUDE types
-- INCLUDE holders
-- INCLUDE retry-count
-- INCLUDE dead-letter
local failed = wrongType({ 'list', 'list', 'zset', 'hash', 'list' })
if failed then return failed end

local now = nowMs()
local requeued, deadLettered, vanished = 0, 0, 0
local expired = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, ARGV[1])
for index = #expired, 1, -1 do
  local text = expired[index]
  local record = redis.call('HGET', KEYS[4], text)
  redis.call('ZREM', KEYS[3], text)
  redis.call('HDEL', KEYS[4], text)
  if redis.call('LREM', KEYS[2], -1, text) == 0 then
    vanished = vanished + 1
  elseif not isStarted(record) then
    redis.call('RPUSH', KEYS[1], text)
    requeued = requeued + 1
  else
    local retries = retryCountOf(text)
    if retries and retries < tonumber(ARGV[2]) then
      redis.call('RPUSH', KEYS[1], withRetryCount(text, retries + 1))
      requeued = requeued + 1
    else
      local reason = 'the lease of consumer ' .. consumerOf(record) .. ' ran out and no retry is left'
      local errorJson = '{"code":"LEASE_EXPIRED","message":' .. cjson.encode(reason) .. '}'
      redis.call('LPUSH', KEYS[5], deadLetter(text, errorJson, now, 'reclaimer', ARGV[3]))
      deadLettered = deadLettered + 1
    end
  end
end
return { requeued, deadLettered, vanished }
