-- isolation: a message that came back from an expired lease may have killed its consumer, so it is processed alone.
-- Isolated set: digests of such waiting messages. It expires a day after the last one, since plain consumers leave theirs in it.

local function isolate(isolated, text)
  redis.call('SADD', isolated, digestOf(text))
  redis.call('EXPIRE', isolated, 86400)
end
