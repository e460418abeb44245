-- oldest-event: the event time of the oldest waiting message. Replayed messages are old on purpose and do not count.

-- @return the event time as ISO 8601; nil for a replayed message and for a text that is not a message
local function eventTimeOf(text)
  local envelope = string.match(text or '', '^{"event_type":"model_ready_to_deploy".-,"payload":') or ''
  if string.find(envelope, ',"replay_name":', 1, true) then return nil end
  return string.match(envelope, ',"timestamp":"(%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ)"')
end

-- The oldest among the `sample` entries at the old end. If a replay fills them, a binary search finds the message behind the
-- replay: it expects replayed messages in one block, and otherwise reports a younger message than the oldest.
local function oldestEvent(main, sample)
  local oldest = ''
  for _, text in ipairs(redis.call('LRANGE', main, -sample, -1)) do
    local time = eventTimeOf(text)
    if time and (oldest == '' or time < oldest) then oldest = time end
  end
  local replayed, fresh = sample, nil
  local length = redis.call('LLEN', main)
  local distance = sample
  while oldest == '' and not fresh and replayed < length do
    distance = math.min(distance * 2, length)
    if eventTimeOf(redis.call('LINDEX', main, -distance)) then fresh = distance else replayed = distance end
  end
  while fresh do
    oldest = eventTimeOf(redis.call('LINDEX', main, -fresh))
    local middle = math.floor((replayed + fresh) / 2)
    if middle <= replayed then break end
    if eventTimeOf(redis.call('LINDEX', main, -middle)) then fresh = middle else replayed = middle end
  end
  return oldest
end
