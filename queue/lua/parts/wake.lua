-- wake: which idle consumers wait where. Each message in main unblocks every client that waits there, so only two consumers do;
-- the others wait for an entry in the wake list, which unblocks one. A claim wakes the next consumer while messages are left, or
-- when one of the two has got work. Idle zset: instances that wait on main, scored by the time until which that counts, ms.

local function placeToWait(idle, instance, now, waitMs)
  redis.call('ZREMRANGEBYSCORE', idle, '-inf', now)
  if not redis.call('ZSCORE', idle, instance) and redis.call('ZCARD', idle) >= 2 then return 'wait-wake' end
  redis.call('ZADD', idle, now + waitMs + 1000, instance)
  redis.call('PEXPIRE', idle, waitMs + 1000)
  return 'wait-main'
end

-- @return whether the instance waited on main
local function wakeAnother(idle, wake, instance, more)
  local waited = redis.call('ZREM', idle, instance) == 1
  if (waited or more) and redis.call('LLEN', wake) == 0 then
    redis.call('LPUSH', wake, '1')
    redis.call('EXPIRE', wake, 60)
  end
  return waited
end
