"""What Redis does at one stroke, in Lua: the same arithmetic as `domain.rules.window`.

A window is a hash of seconds (microseconds of their beginning) and what came in each, with the sum
of them and where the oldest begins, so that they are gone through only once a second, or to say
when there is room again. What runs is a hash of processes and how many calls run in each, of which
only the living count. The first argument is how long ago it is (microseconds, below zero); the
leeway is what the way here may take.
"""

from endpoints_server.store.redis.script import Script

COUNTING = """
local MINUTE, SLOT, LEEWAY = 60000000, 1000000, 100000
local time = redis.call('TIME')
local now, owner = time[1] * 1000000 + time[2] + ARGV[1], ARGV[2]

local function whole(number) return string.format('%.0f', number + 0) end  -- -0 is no integer

local function running(key)
  local total, found = 0, redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    if found[i] == owner or redis.call('EXISTS', 'es:alive:' .. found[i]) == 1 then
      total = total + tonumber(found[i + 1])
    else
      redis.call('HDEL', key, found[i])
    end
  end
  return total
end

local function slots_of(key)
  local slots, found = {}, redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    local start = tonumber(found[i])
    if start then slots[#slots + 1] = {start, tonumber(found[i + 1])} end
  end
  table.sort(slots, function(one, other) return one[1] < other[1] end)
  return slots
end

local function summed(key)
  local total, oldest = 0, nil
  for _, slot in ipairs(slots_of(key)) do
    if slot[1] + SLOT + MINUTE <= now then
      redis.call('HDEL', key, whole(slot[1]))
    else
      total, oldest = total + slot[2], oldest or slot[1]
    end
  end
  if oldest then
    redis.call('HSET', key, 'total', whole(total), 'oldest', whole(oldest))
  else
    redis.call('DEL', key)
  end
  return total, oldest
end

local function window(key)
  local found = redis.call('HMGET', key, 'total', 'oldest')
  local oldest = tonumber(found[2] or nil)
  if not oldest then return 0, nil end
  if oldest + SLOT + MINUTE <= now then return summed(key) end
  return tonumber(found[1]), oldest
end
"""

TAKE = Script(
    COUNTING
    + """
local function claimed(i)
  local base = 3 + (i - 1) * 4
  local claim = {
    key = KEYS[i], measure = ARGV[base], amount = tonumber(ARGV[base + 1]),
    limit = tonumber(ARGV[base + 2]), binds = ARGV[base + 3] == '1'
  }
  local count = claim.measure == 'concurrent' and running or window
  claim.total, claim.oldest = count(claim.key)
  return claim
end

local function room(claim)
  local left, oldest = claim.limit - claim.total, claim.oldest
  if not oldest then return left, 0 end
  local missing = math.max(1, claim.amount - left)
  if missing == 1 then return left, math.max(0, oldest + SLOT + MINUTE - now) end
  for _, slot in ipairs(slots_of(claim.key)) do
    missing = missing - slot[2]
    if missing <= 0 then return left, math.max(0, slot[1] + SLOT + MINUTE - now) end
  end
  return left, MINUTE
end

local function add(claim)
  if claim.amount == 0 then return end
  claim.total = claim.total + claim.amount
  if claim.measure == 'concurrent' then
    redis.call('HINCRBY', claim.key, owner, claim.amount)
    redis.call('EXPIRE', claim.key, 86400)
    return
  end
  local start = now - now % SLOT
  redis.call('HINCRBY', claim.key, whole(start), claim.amount)
  redis.call('HINCRBY', claim.key, 'total', claim.amount)
  if not claim.oldest or start < claim.oldest then
    claim.oldest = start
    redis.call('HSET', claim.key, 'oldest', whole(start))
  end
  redis.call('EXPIRE', claim.key, 120)
end

local claims = {}
for i = 1, #KEYS do
  claims[i] = claimed(i)
  local left, free = room(claims[i])
  if claims[i].binds and left < claims[i].amount then return {i, left, free} end
end
local answer = {0}
for i = 1, #KEYS do
  add(claims[i])
  answer[2 * i], answer[2 * i + 1] = room(claims[i])
end
return answer
"""
)
"""Count every claim, or none: gives the place of the one that refused, or 0; then what is left and
after how long more is, of the one that refused or of all."""

CLOSE = Script(
    COUNTING
    + """
local function slot_at(key, at)
  local start = at - at % SLOT
  local found = redis.call('HMGET', key, whole(start), whole(start - SLOT))
  if found[1] then return start, tonumber(found[1]) end
  if found[2] then return start - SLOT, tonumber(found[2]) end
  local slots = slots_of(key)
  for i = #slots, 1, -1 do
    if slots[i][1] <= at then return slots[i][1], slots[i][2] end
  end
end

local function correct(key, at, more)
  local start, amount = slot_at(key, at + LEEWAY)
  if not start then return end
  local change = math.max(more, -amount)
  redis.call('HINCRBY', key, whole(start), whole(change))
  redis.call('HINCRBY', key, 'total', whole(change))
  if amount + change == 0 then
    redis.call('HDEL', key, whole(start))
    redis.call('HSET', key, 'oldest', 0)  -- which is gone through next time
  end
end

for i = 1, #KEYS do
  local base = 3 + (i - 1) * 4
  local measure, amount = ARGV[base], tonumber(ARGV[base + 1])
  local used, at = tonumber(ARGV[base + 2]), now + ARGV[base + 3]
  if measure == 'concurrent' then
    if redis.call('HINCRBY', KEYS[i], owner, -amount) <= 0 then
      redis.call('HDEL', KEYS[i], owner)
    end
  elseif measure == 'tokens' then
    correct(KEYS[i], at, used - amount)
  end
end
return 0
"""
)
"""End calls, each as long ago as is said beside it: they run no more, and their tokens are what
they came to."""
