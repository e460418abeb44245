#!lua
-- publish: one batch of records, each in every queue it is for, or known already.
-- KEYS[1] dead letters list   KEYS[2] smoke list   KEYS[3 .. 2+Q] main queues   KEYS[3+Q ..] the records' seen keys
-- ARGV[1] Q, number of queues   ARGV[2] seconds for which seen keys live   ARGV[3] seconds for which the smoke list lives
-- ARGV[4 ..] five for each record: kind (message | dead-letter | smoke), queues it is for (string of 0 and 1),
--   digest, text (dead letter: all before failed_at), tail (dead letter: all after failed_at; else empty)
-- RETURNS for each record: published | duplicate | id-reused | wrong-type
-- INVARIANT a record's seen key and its entries appear together; a second call with the same records adds nothing,
--   but writes (EXPIRE), so that a WAIT after it speaks of the first call's entries too
-- INCLUDE clock
-- INCLUDE iso-time
local queueCount = tonumber(ARGV[1])
local seenSeconds = ARGV[2]

for index = 1, 2 + queueCount do
  local found = redis.call('TYPE', KEYS[index]).ok
  if found ~= 'none' and found ~= 'list' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[index] .. ' holds a ' .. found .. ' where a list belongs; nothing was written')
  end
end

local now = nowMs()
local queueNames = {}
for index = 1, queueCount do queueNames[index] = KEYS[2 + index] end

local results, pushes, deadLetters, smoke = {}, {}, {}, {}
for index = 1, queueCount do pushes[index] = {} end

for record = 1, #KEYS - 2 - queueCount do
  local at = 4 + (record - 1) * 5
  local kind, targets, digest = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local key = KEYS[2 + queueCount + record]
  -- A wrong type behind one record's key is that record's trouble, not its neighbours'.
  local known = redis.pcall('GET', key)
  if type(known) == 'string' then known = string.match(known, '^%S*') end

  if type(known) == 'table' then
    results[record] = 'wrong-type'
  elseif known and known ~= digest then
    results[record] = 'id-reused'
  elseif known then
    redis.call('EXPIRE', key, seenSeconds)
    results[record] = 'duplicate'
  else
    local queues = {}
    if kind == 'dead-letter' then
      deadLetters[#deadLetters + 1] = ARGV[at + 3] .. isoTime(now) .. ARGV[at + 4]
      queues[1] = KEYS[1]
    elseif kind == 'smoke' then
      smoke[#smoke + 1] = ARGV[at + 3]
      queues[1] = KEYS[2]
    else
      for index = 1, queueCount do
        if string.byte(targets, index) == 49 then
          local push = pushes[index]
          push[#push + 1] = ARGV[at + 3]
          queues[#queues + 1] = queueNames[index]
        end
      end
    end
    redis.call('SET', key, digest .. ' ' .. string.format('%.0f', now) .. ' ' .. table.concat(queues, ','), 'EX', seenSeconds)
    results[record] = 'published'
  end
end

for index = 1, queueCount do
  if #pushes[index] > 0 then redis.call('LPUSH', queueNames[index], unpack(pushes[index])) end
end
if #deadLetters > 0 then redis.call('LPUSH', KEYS[1], unpack(deadLetters)) end
if #smoke > 0 then
  redis.call('LPUSH', KEYS[2], unpack(smoke))
  redis.call('LTRIM', KEYS[2], 0, 999)
  redis.call('EXPIRE', KEYS[2], ARGV[3])
end
return results
