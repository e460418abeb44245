-- clock: the server's time; leases and backoffs do not depend on a client's clock.

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
