-- holders: one record for each claimed text, "<nonce> <consumer> <claimed at, ms> <1 started, 0 only prefetched>".
-- A plain consumer's claim has the nonce "-", which no client can hold. queue/holder.ts parses the same format.

local function newRecord(nonce, consumer, claimedAtMs, started)
  return nonce .. ' ' .. consumer .. ' ' .. string.format('%.0f', claimedAtMs) .. ' ' .. (started and '1' or '0')
end

local function nonceOf(record)
  return record and string.match(record, '^(%S+) ')
end

local function consumerOf(record)
  return record and string.match(record, '^%S+ ([%w._:-]+) ') or 'unknown'
end

local function claimedAtOf(record)
  return record and string.match(record, '^%S+ %S+ (%d+)')
end

local function startedRecord(record)
  return string.sub(record, 1, -2) .. '1'
end

local function isStarted(record)
  return not record or string.sub(record, -1) ~= '0'
end
