-- arguments: scripts do not roll back, so every key and argument is checked before the first write.

-- Ends the script with an error reply.
local function refuse(text)
  error({ err = text .. '; nothing was written' })
end

local function expectCounts(keys, arguments)
  if #KEYS ~= keys or #ARGV ~= arguments then
    refuse(string.format('ERR %d keys and %d arguments expected, got %d and %d', keys, arguments, #KEYS, #ARGV))
  end
end

-- The number of a text that is a whole number within the range. Lua's tonumber also takes "nan", "0x10", " 1" and "1e3".
local function whole(text, least, most)
  local number = string.match(text or '', '^%-?%d+$') and #text <= 15 and tonumber(text)
  return number and number >= least and number <= most and number
end

-- As `whole`; any other argument ends the script.
local function wholeNumber(index, name, least, most)
  local value = whole(ARGV[index], least, most)
  if not value then
    refuse(string.format('ERR %s must be a whole number from %.0f to %.0f, got "%s"', name, least, most,
      string.sub(tostring(ARGV[index]), 1, 40)))
  end
  return value
end

local function jsonObject(index, name)
  local value = ARGV[index]
  -- JSON allows the escape of an unpaired surrogate, and cjson does not.
  local bare = string.gsub(string.gsub(value, '\\\\', '__'), '\\u%x%x%x%x', '_')
  local isJson, read = pcall(cjson.decode, bare)
  if not isJson or type(read) ~= 'table' or string.sub(value, 1, 1) ~= '{' then refuse('ERR ' .. name .. ' is not a JSON object') end
  return value
end

-- The form of a queue's name, for `matching`.
local queueName = '^[%w_.:{}-]+$'

local function matching(index, name, pattern)
  local value = ARGV[index]
  if not value or #value > 200 or not string.find(value, pattern) then
    refuse(string.format('ERR %s has another form than %s', name, pattern))
  end
  return value
end
