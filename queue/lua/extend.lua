#!lua flags=allow-oom
-- extend: renews the leases of all claims of a consumer.
-- KEYS[1] leases zset   KEYS[2] holders hash
-- ARGV[1] lease, ms   ARGV[2 ..] two for each claim: nonce, text
-- RETURNS for each claim: extended | not-held
-- INVARIANT only the holder's lease is renewed; not-held reports a lost claim
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE holders
local failed = wrongType({ 'zset', 'hash' })
if failed then return failed end

local leaseEnd = nowMs() + ARGV[1]
local results = {}
for index = 2, #ARGV, 2 do
  if nonceOf(redis.call('HGET', KEYS[2], ARGV[index + 1])) == ARGV[index] then
    redis.call('ZADD', KEYS[1], leaseEnd, ARGV[index + 1])
    results[#results + 1] = 'extended'
  else
    results[#results + 1] = 'not-held'
  end
end
return results
