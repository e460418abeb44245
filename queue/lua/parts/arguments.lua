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

-- A whole number; NaN, fractions and values outside of the range end the script.
local function wholeNumber(index, name, least, most)
  local value = tonumber(ARGV[index])
  if not value or value ~= math.floor(value) or value < least or value > most then
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

local function matching(index, name, pattern)
  local value = ARGV[index]
  if not value or #value > 200 or not string.find(value, pattern) then
    refuse(string.format('ERR %s has another form than %s', name, pattern))
  end
  return value
end
