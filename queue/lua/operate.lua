#!lua flags=allow-oom
-- operate: an operator's pass takes or renews its turn, and letters move between the dead letters and the examined ones.
-- KEYS[1] operator hash   KEYS[2] dead letters list   KEYS[3] examined letters list
-- ARGV[1] id of the pass, or - for maintenance, which takes no turn   ARGV[2] caller
-- ARGV[3] length of the turn, ms; 0 ends the pass
-- ARGV[4] number of examined letters to approach, or -1 to move none   ARGV[5] maximum number of letters to move
-- RETURNS {taken | resumed | busy, number of examined letters, number of moved ones, ms until the turn of another pass ends,
--   its caller}
-- INVARIANT the order of the dead letters, followed by the examined ones, stays; one pass at a time has a turn, and it is
--   resumed only if no other pass has had one in between
-- INCLUDE arguments
-- INCLUDE clock
-- INCLUDE types
-- INCLUDE operator
local failed = wrongType({ 'hash', 'list', 'list' })
if failed then return failed end

local pass, caller = passId(ARGV[1]), ARGV[2]
local turn = whole(ARGV[3], 0, 3600000)
local goal, most = whole(ARGV[4], -1, 1e12), whole(ARGV[5], 0, 1000)
if not (pass and caller and turn and goal and most) then
  return redis.error_reply('ERR operate takes a pass, a caller and three numbers; nothing was written')
end

local now = nowMs()
local holder, endsAt, operator = lastTurn(KEYS[1])
local examined = redis.call('LLEN', KEYS[3])
if holder and holder ~= pass and hasTurn(endsAt, now) then return { 'busy', examined, 0, endsAt - now, operator } end

local moved = 0
if goal >= 0 and goal < examined then
  moved = math.min(most, examined - goal)
  for _ = 1, moved do redis.call('LMOVE', KEYS[3], KEYS[2], 'LEFT', 'RIGHT') end
  examined = examined - moved
elseif goal > examined then
  moved = math.min(most, goal - examined, redis.call('LLEN', KEYS[2]))
  for _ = 1, moved do redis.call('LMOVE', KEYS[2], KEYS[3], 'RIGHT', 'LEFT') end
  examined = examined + moved
end
if pass ~= '-' and turn > 0 then
  -- The record outlives the turn: a pass that continues after a pause sees whether another one has had a turn meanwhile.
  redis.call('HSET', KEYS[1], 'pass', pass, 'ends_at', string.format('%.0f', now + turn), 'caller', caller)
  redis.call('PEXPIRE', KEYS[1], turn + 3600000)
elseif holder == pass then
  redis.call('DEL', KEYS[1])
end
return { holder == pass and 'resumed' or 'taken', examined, moved, 0, '' }
