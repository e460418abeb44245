-- clock: the server's time; no client's clock decides about a lease or a backoff.

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
