#!lua
-- publish: adds a batch of records, each to every queue of its subscriptions, unless it is a duplicate.
-- KEYS[1] dead letters list   KEYS[2] smoke list   KEYS[3 .. 2+Q] main queues   KEYS[3+Q ..] the records' seen keys
-- ARGV[1] Q, number of queues   ARGV[2] expiry of seen keys, seconds   ARGV[3] expiry of the smoke list, seconds
-- ARGV[4 ..] three for each record: target (its queues as a string of 0 and 1 | dead-letter | smoke), digest
--   (dead letter: offset of its failed_at, in bytes; smoke: empty), text (dead letter: without its failed_at)
-- RETURNS for each record: published | duplicate | id-reused | wrong-type; an error that names the argument if one is not valid
-- INVARIANT a record's seen key and its entries appear together; a second call with the same records adds nothing,
--   but writes (EXPIRE), so that a WAIT after it covers the entries of the first call too; an error writes nothing
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE iso-time
local function invalid(name, rule)
  return redis.error_reply('ERR publish: ' .. name .. ' must be ' .. rule .. '; nothing was written')
end

-- Scripts do not roll back: every argument is checked before the first write.
local year = 31536000
if #KEYS < 4 then return invalid('the number of keys', 'at least 4: two lists, a queue and a seen key') end
local queueCount = whole(ARGV[1], 1, #KEYS - 3)
if not queueCount then
  return invalid('ARGV[1], the number of queues,', 'from 1 to ' .. #KEYS - 3 .. ', the keys without two lists and a seen key')
end
local seenSeconds, smokeSeconds = ARGV[2], ARGV[3]
if not whole(seenSeconds, 1, year) then return invalid('ARGV[2], the expiry of seen keys,', '1 to ' .. year .. ' seconds') end
if not whole(smokeSeconds, 1, year) then return invalid('ARGV[3], the expiry of the smoke list,', '1 to ' .. year .. ' seconds') end
local recordCount = #KEYS - 2 - queueCount
if #ARGV ~= 3 + 3 * recordCount then
  return invalid('the number of arguments', 3 + 3 * recordCount .. ' for ' .. recordCount .. ' seen keys, not ' .. #ARGV)
end
for index = 1, #KEYS do
  if KEYS[index] == '' then return invalid('KEYS[' .. index .. ']', 'a name') end
end
for at = 4, #ARGV, 3 do
  local target, digest, text = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local digestName = 'ARGV[' .. at + 1 .. '], the digest,'
  if text == '' then return invalid('ARGV[' .. at + 2 .. '], the text,', 'a text') end
  if target == 'dead-letter' then
    if not whole(digest, 0, #text) then
      return invalid('ARGV[' .. at + 1 .. '], the offset of failed_at,', 'from 0 to ' .. #text .. ', the length of the text')
    end
  elseif target == 'smoke' then
    if digest ~= '' then return invalid(digestName, 'empty for a smoke event') end
  elseif #target ~= queueCount or not string.match(target, '^0*1[01]*$') then
    -- Without a 1 the seen key would be written without a push, and every later delivery would be a duplicate.
    return invalid('ARGV[' .. at .. '], the target,', 'dead-letter, smoke or ' .. queueCount .. ' times 0 or 1, with a 1')
  elseif #digest > 100 or not string.match(digest, '^%S+$') then
    return invalid(digestName, '1 to 100 characters without white space')
  end
end

-- Entries by the key they are pushed to, and the errors of keys that are not lists.
local entries, wrong = {}, {}
local function look(key)
  if entries[key] or wrong[key] then return end
  local found = redis.call('TYPE', key).ok
  if found == 'none' or found == 'list' then
    entries[key] = {}
  else
    wrong[key] = 'WRONGTYPE ' .. key .. ' holds a ' .. found .. ' where a list belongs; nothing was written'
  end
end

-- For each target of a record: the keys it is pushed to, the text after the digest in its seen key, and the error of one of
-- the keys, which fails only the records of this target.
local places, remarks, blocked = {}, {}, {}
local writable, failure = false, nil
local nowText = string.format(' %.0f ', nowMs())
for record = 1, recordCount do
  local place = ARGV[3 * record + 1]
  if not places[place] then
    local keys = {}
    if place == 'dead-letter' then keys[1] = KEYS[1]
    elseif place == 'smoke' then keys[1] = KEYS[2]
    else
      for index = 1, queueCount do
        if string.byte(place, index) == 49 then keys[#keys + 1] = KEYS[2 + index] end
      end
    end
    for _, key in ipairs(keys) do
      look(key)
      blocked[place] = blocked[place] or wrong[key]
    end
    places[place], remarks[place] = keys, nowText .. table.concat(keys, ',')
  end
  writable, failure = writable or not blocked[place], failure or blocked[place]
end
if failure and not writable then return redis.error_reply(failure) end

local results = {}
for record = 1, recordCount do
  local at = 3 * record + 1
  local place, digest, text = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local key = KEYS[2 + queueCount + record]
  if place == 'dead-letter' then
    local head = tonumber(digest)
    text = string.sub(text, 1, head) .. isoTime(nowMs()) .. string.sub(text, head + 1)
    digest = place
  elseif place == 'smoke' then
    digest = place
  end
  -- A wrong type of one record's key is an error of that record, not of the others.
  local known = blocked[place] and { err = blocked[place] }
    or redis.pcall('SET', key, digest .. remarks[place], 'NX', 'GET', 'EX', seenSeconds)
  if not known then
    for _, list in ipairs(places[place]) do
      local pushed = entries[list]
      pushed[#pushed + 1] = text
    end
    results[record] = 'published'
  elseif type(known) == 'table' then
    results[record] = 'wrong-type'
  elseif string.match(known, '^%S*') == digest then
    redis.call('EXPIRE', key, seenSeconds)
    results[record] = 'duplicate'
  else
    results[record] = 'id-reused'
  end
end

-- In slices: unpack fails from about 8000 values.
for key, pushed in pairs(entries) do
  for from = 1, #pushed, 1000 do
    redis.call('LPUSH', key, unpack(pushed, from, math.min(from + 999, #pushed)))
  end
end
if entries[KEYS[2]] then
  redis.call('LTRIM', KEYS[2], 0, 999)
  redis.call('EXPIRE', KEYS[2], smokeSeconds)
end
return results
