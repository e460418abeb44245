-- dead-letter: a text with the reason why nobody works on it any more. `errorJson` is {"code":…,"message":…}.

local function deadLetter(text, errorJson, failedAtMs, failedBy, queue)
  local message = text
  -- What is no JSON (half a message, somebody else's text) is kept as a string.
  if string.sub(text, 1, 1) ~= '{' or not pcall(cjson.decode, text) then message = cjson.encode(text) end
  return '{"message":' .. message .. ',"error":' .. errorJson .. ',"failed_at":"' .. isoTime(failedAtMs)
    .. '","failed_by":"' .. failedBy .. '","queue":' .. cjson.encode(queue) .. '}'
end
