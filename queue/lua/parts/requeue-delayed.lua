-- requeue-delayed: retries whose backoff is over go to the end that is taken next, the one due first before the others.

local function requeueDelayed(delayed, main, now, limit)
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, limit)
  for index = #due, 1, -1 do
    redis.call('ZREM', delayed, due[index])
    redis.call('RPUSH', main, due[index])
  end
  return #due
end
