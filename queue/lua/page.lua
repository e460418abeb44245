#!lua flags=no-writes
-- page: entries of two lists that are one, as the dead letters and the examined ones are.
-- KEYS[1] list of the newer entries   KEYS[2] list of the older ones
-- ARGV[1] end that the page is counted from: newest | oldest   ARGV[2] number of entries before the page
-- ARGV[3] maximum number of entries
-- RETURNS {length of both lists, text of each entry in their order from that end ..}
-- INVARIANT nothing is written; a move between the lists neither hides nor repeats an entry
-- INCLUDE arguments
-- INCLUDE types
-- INCLUDE joined-lists
local failed = wrongType({ 'list', 'list' })
if failed then return failed end

local first, count = wholeNumber(2, 'the offset', 0, 1e12), wholeNumber(3, 'the maximum number', 0, 1e6)
local reply = {}
if ARGV[1] == 'newest' then
  local texts, total = joinedRange(KEYS[1], KEYS[2], first, first + count - 1)
  reply[1] = total
  for index = 1, #texts do reply[index + 1] = texts[index] end
else
  local total = redis.call('LLEN', KEYS[1]) + redis.call('LLEN', KEYS[2])
  local texts = joinedRange(KEYS[1], KEYS[2], math.max(total - first - count, 0), total - first - 1)
  reply[1] = total
  for index = 1, #texts do reply[index + 1] = texts[#texts + 1 - index] end
end
return reply
