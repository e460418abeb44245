-- requeue-delayed: moves retries whose backoff is over to the head of the queue, in the order in which they are due.

local function requeueDelayed(delayed, main, now, limit)
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, limit)
  for index = #due, 1, -1 do
    redis.call('ZREM', delayed, due[index])
    redis.call('RPUSH', main, due[index])
  end
  return #due
end
