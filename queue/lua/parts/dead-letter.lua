-- dead-letter: a text with the reason why it is not processed any more. `errorJson` is {"code":…,"message":…}.

local function isUtf8(text)
  -- Replace valid sequences with a character, not with nothing: the bytes around them must not become adjacent.
  local rest = string.gsub(text, '[\194-\223][\128-\191]', '_')
  rest = string.gsub(rest, '[\225-\236\238\239][\128-\191][\128-\191]', '_')
  rest = string.gsub(rest, '\224[\160-\191][\128-\191]', '_')
  rest = string.gsub(rest, '\237[\128-\159][\128-\191]', '_')
  rest = string.gsub(rest, '[\241-\243][\128-\191][\128-\191][\128-\191]', '_')
  rest = string.gsub(rest, '\240[\144-\191][\128-\191][\128-\191]', '_')
  rest = string.gsub(rest, '\244[\128-\143][\128-\191][\128-\191]', '_')
  return not string.find(rest, '[\128-\255]')
end

local function isNumber(token)
  local rest = string.match(token, '^%-?0(.*)$') or string.match(token, '^%-?[1-9]%d*(.*)$')
  if not rest then return false end
  rest = string.gsub(rest, '^%.%d+', '')
  rest = string.gsub(rest, '^[eE][+-]?%d+', '')
  return rest == ''
end

-- cjson accepts texts that are not JSON: NaN, 0x10, 01, 1. and control characters, also inside strings.
local function isJson(text)
  if not isUtf8(text) or not pcall(cjson.decode, text) then return false end
  local bare = string.gsub(text, '\\.', '')
  bare = string.gsub(bare, '"[^"%z\1-\31]*"', '')
  if string.find(bare, '["%z\1-\8\11\12\14-\31]') then return false end
  for token in string.gmatch(bare, '[^ \t\r\n{}%[%],:]+') do
    if token ~= 'true' and token ~= 'false' and token ~= 'null' and not isNumber(token) then return false end
  end
  return true
end

local function deadLetter(text, errorJson, failedAtMs, failedBy, queue)
  local message = text
  -- A dead letter contains only messages of the publisher as JSON; truncated messages and other texts are strings.
  local envelope = '{"event_type":"model_ready_to_deploy",'
  if string.sub(text, 1, #envelope) ~= envelope or not isJson(text) then
    message = cjson.encode(text)
    -- Escape bytes that are not UTF-8 as code points: a letter that no client can read could not be discarded.
    if not isUtf8(text) then
      message = string.gsub(message, '[\128-\255]', function(byte) return string.format('\\u%04x', string.byte(byte)) end)
    end
  end
  return '{"message":' .. message .. ',"error":' .. errorJson .. ',"failed_at":"' .. isoTime(failedAtMs)
    .. '","failed_by":"' .. failedBy .. '","queue":' .. cjson.encode(queue) .. '}'
end
