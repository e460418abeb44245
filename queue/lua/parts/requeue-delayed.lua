-- requeue-delayed: moves retries whose backoff is over to the head of the queue, in the order in which they are due. Snoozed
-- messages go behind the waiting ones: a circuit breaker that attempts one message at a time would never reach those.

local function requeueDelayed(delayed, main, now, limit)
  local due, snoozed = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, limit), {}
  for index = #due, 1, -1 do
    redis.call('ZREM', delayed, due[index])
    if string.find(due[index], '"snoozed_since_ms":', 1, true) then snoozed[#snoozed + 1] = due[index]
    else redis.call('RPUSH', main, due[index]) end
  end
  for index = #snoozed, 1, -1 do redis.call('LPUSH', main, snoozed[index]) end
  return #due
end
