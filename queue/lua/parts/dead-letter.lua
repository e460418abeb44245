-- dead-letter: a text with the reason why nobody works on it any more. `errorJson` is {"code":…,"message":…}.

local function isUtf8(text)
  local rest = string.gsub(text, '[\194-\223][\128-\191]', '')
  rest = string.gsub(rest, '[\224-\239][\128-\191][\128-\191]', '')
  rest = string.gsub(rest, '[\240-\244][\128-\191][\128-\191][\128-\191]', '')
  return not string.find(rest, '[\128-\255]')
end

local function deadLetter(text, errorJson, failedAtMs, failedBy, queue)
  local message = text
  -- Only our own messages stand in a dead letter as JSON; half a message and anybody else's text are kept as a string,
  -- since cjson takes for JSON what others do not (NaN, 0x10).
  local envelope = '{"event_type":"model_ready_to_deploy",'
  if string.sub(text, 1, #envelope) ~= envelope or string.find(text, '[%z\1-\8\11\12\14-\31]')
    or not isUtf8(text) or not pcall(cjson.decode, text) then
    message = cjson.encode(text)
    -- Bytes that are no text, as the characters of their numbers: a letter that no client can read could not be discarded.
    if not isUtf8(text) then
      message = string.gsub(message, '[\128-\255]', function(byte) return string.format('\\u%04x', string.byte(byte)) end)
    end
  end
  return '{"message":' .. message .. ',"error":' .. errorJson .. ',"failed_at":"' .. isoTime(failedAtMs)
    .. '","failed_by":"' .. failedBy .. '","queue":' .. cjson.encode(queue) .. '}'
end
