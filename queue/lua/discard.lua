#!lua flags=allow-oom
-- discard: deletes dead letters permanently.
-- KEYS[1] dead letters list
-- ARGV[1] end of the list where the search starts: 1 newest, -1 oldest   ARGV[2 ..] their texts
-- RETURNS for each letter: discarded | not-found
-- INVARIANT one call deletes one copy of each text; a second call finds nothing
-- INCLUDE types
local failed = wrongType({ 'list' })
if failed then return failed end

local results = {}
for index = 2, #ARGV do
  results[#results + 1] = redis.call('LREM', KEYS[1], ARGV[1], ARGV[index]) == 1 and 'discarded' or 'not-found'
end
return results
