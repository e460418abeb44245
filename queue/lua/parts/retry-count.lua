-- retry-count: reads and swaps the envelope's retry_count without parsing the message.
-- In a JSON string every quote is escaped, so the first ,"retry_count": is the envelope's own.

local function retryCountOf(text)
  local _, last = string.find(text, ',"retry_count":', 1, true)
  if not last then return nil end
  local digits = string.match(text, '^%d+', last + 1)
  if not digits then return nil end
  return tonumber(digits), last, last + #digits + 1
end

local function withRetryCount(text, count)
  local _, last, rest = retryCountOf(text)
  return string.sub(text, 1, last) .. string.format('%.0f', count) .. string.sub(text, rest)
end

-- The text with the time of its first snooze, which follows the retry_count, and that time; nil if it is not a message.
local function snoozedText(text, nowMs)
  local _, _, rest = retryCountOf(text)
  if not rest then return nil end
  local since = string.match(text, '^,"snoozed_since_ms":(%d+)', rest)
  if since then return text, tonumber(since) end
  return string.sub(text, 1, rest - 1) .. ',"snoozed_since_ms":' .. string.format('%.0f', nowMs) .. string.sub(text, rest), nowMs
end
