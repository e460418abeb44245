#!lua flags=allow-oom
-- settle: dead letters go back to the queue as messages, are deleted, or are kept as examined.
-- KEYS[1] operator hash   KEYS[2] dead letters list   KEYS[3] examined letters list   KEYS[4] main list
-- ARGV[1] id of the pass, or - without a pass
-- ARGV[2] end of the dead letters where the search for a letter starts: 1 newest, -1 oldest
-- ARGV[3] maximum number of entries that the search for one letter reads
-- ARGV[4 ..] three for each letter: redrive | discard | keep, its text, the message's new text (otherwise any text);
--   kept is only the oldest letter
-- RETURNS for each letter: redriven | discarded | kept | not-found; {busy} while another pass has its turn
-- INVARIANT a letter leaves the dead letters and its message appears in main, or it in the examined letters, in one step;
--   a second call changes nothing, unless another letter has the same text
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE operator
local failed = wrongType({ 'hash', 'list', 'list', 'list' })
if failed then return failed end

local pass = passId(ARGV[1])
local rank, reach = whole(ARGV[2], -1, 1), whole(ARGV[3], 1, 100000)
local valid = pass and rank and rank ~= 0 and reach and #ARGV % 3 == 0
local actions = { redrive = 'redriven', discard = 'discarded', keep = 'kept' }
for index = 4, #ARGV, 3 do valid = valid and actions[ARGV[index]] end
if not valid then
  return redis.error_reply('ERR settle takes a pass, an end, a limit and three texts for each letter; nothing was written')
end

local holder, endsAt = lastTurn(KEYS[1])
if holder and holder ~= pass then
  if hasTurn(endsAt, nowMs()) then return { 'busy' } end
  -- The positions of the pass that had the last turn are no longer valid.
  redis.call('DEL', KEYS[1])
end

local function take(action, text, newText)
  if action == 'keep' then
    if redis.call('LINDEX', KEYS[2], -1) ~= text then return false end
    redis.call('LMOVE', KEYS[2], KEYS[3], 'RIGHT', 'LEFT')
    return true
  end
  -- LREM alone would walk the whole list for a letter that is gone.
  if not redis.call('LPOS', KEYS[2], text, 'RANK', rank, 'MAXLEN', reach) then return false end
  redis.call('LREM', KEYS[2], rank, text)
  -- Append behind the waiting messages: a large redrive must not delay new messages.
  if action == 'redrive' then redis.call('LPUSH', KEYS[4], newText) end
  return true
end

local results = {}
for index = 4, #ARGV, 3 do
  local done = take(ARGV[index], ARGV[index + 1], ARGV[index + 2])
  results[#results + 1] = done and actions[ARGV[index]] or 'not-found'
end
return results
