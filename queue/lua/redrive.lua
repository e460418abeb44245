#!lua flags=allow-oom
-- redrive: dead letters go back to the queue as messages.
-- KEYS[1] dead letters list   KEYS[2] main list
-- ARGV[1] end of the list where the search starts: 1 newest, -1 oldest
-- ARGV[2 ..] two for each letter: its text, the message's new text
-- RETURNS for each letter: redriven | not-found
-- INVARIANT a letter leaves the dead letters and its message appears in main in one step; a second call changes nothing
-- INCLUDE types
local failed = wrongType({ 'list', 'list' })
if failed then return failed end

local results = {}
for index = 2, #ARGV, 2 do
  if redis.call('LREM', KEYS[1], ARGV[1], ARGV[index]) == 1 then
    -- Append behind the waiting messages: a large redrive must not delay new messages.
    redis.call('LPUSH', KEYS[2], ARGV[index + 1])
    results[#results + 1] = 'redriven'
  else
    results[#results + 1] = 'not-found'
  end
end
return results
