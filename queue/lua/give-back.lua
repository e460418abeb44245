#!lua flags=allow-oom
-- give-back: the consumer returns claims that it will not process, unchanged, to the head of the queue.
-- KEYS[1] state hash   KEYS[2] main list   KEYS[3] processing list   KEYS[4] claims hash   KEYS[5] leases zset
-- KEYS[6] isolated set
-- ARGV[1] number of claims   ARGV[2 ..] two for each claim, in the order of their claim: id, text
-- RETURNS the number of returned texts
-- INVARIANT only the holder returns a claim; the order of the queue is preserved
-- INCLUDE arguments
-- INCLUDE types
-- INCLUDE state
-- INCLUDE claims
-- INCLUDE processing
-- INCLUDE settlement
-- INCLUDE isolation
expectCounts(6, 1 + 2 * wholeNumber(1, 'the number of claims', 0, 1e6))
local failed = wrongType({ 'hash', 'list', 'list', 'hash', 'zset', 'set' }) or unknownFormat(KEYS[1])
if failed then return failed end

local returned = 0
for index = #ARGV - 1, 2, -2 do
  local text = ARGV[index + 1]
  local record, existed = endClaim(KEYS[3], KEYS[4], KEYS[5], ARGV[index], text)
  -- A plain consumer may have removed the entry.
  if record and existed then
    redis.call('RPUSH', KEYS[2], text)
    if phaseOf(record) == '2' then isolate(KEYS[6], text) end
    returned = returned + 1
  end
end
return returned
