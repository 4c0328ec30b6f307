"""What Redis does at one stroke, in Lua: the same arithmetic as `domain.rules.window`.

A window is a hash of seconds (microseconds of their beginning) and what came in each; what runs is
a hash of processes and how many calls run in each, of which only the living count. The first
argument is how long ago it is (microseconds, below zero); the leeway is what the way here may take.
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
  return total, {}
end

local function window(key)
  local total, slots, found = 0, {}, redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    local start, amount = tonumber(found[i]), tonumber(found[i + 1])
    if start + SLOT + MINUTE <= now then
      redis.call('HDEL', key, found[i])
    else
      total = total + amount
      slots[#slots + 1] = {start, amount}
    end
  end
  table.sort(slots, function(one, other) return one[1] < other[1] end)
  return total, slots
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
  claim.total, claim.slots = count(claim.key)
  return claim
end

local function room(claim)
  local left, slots = claim.limit - claim.total, claim.slots
  if #slots == 0 then return left, 0 end
  local missing = math.max(1, claim.amount - left)
  for _, slot in ipairs(slots) do
    missing = missing - slot[2]
    if missing <= 0 then return left, math.max(0, slot[1] + SLOT + MINUTE - now) end
  end
  return left, MINUTE
end

local function add(claim)
  claim.total = claim.total + claim.amount
  if claim.measure == 'concurrent' then
    redis.call('HINCRBY', claim.key, owner, claim.amount)
    redis.call('EXPIRE', claim.key, 86400)
    return
  end
  local start = now - now % SLOT
  redis.call('HINCRBY', claim.key, whole(start), claim.amount)
  redis.call('EXPIRE', claim.key, 120)
  local last = claim.slots[#claim.slots]
  if last and last[1] >= start then
    last[2] = last[2] + claim.amount
  else
    claim.slots[#claim.slots + 1] = {start, claim.amount}
  end
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
for i = 1, #KEYS do
  local base = 3 + (i - 1) * 4
  local measure, amount = ARGV[base], tonumber(ARGV[base + 1])
  local used, at = tonumber(ARGV[base + 2]), now + ARGV[base + 3]
  if measure == 'concurrent' then
    if redis.call('HINCRBY', KEYS[i], owner, -amount) <= 0 then
      redis.call('HDEL', KEYS[i], owner)
    end
  elseif measure == 'tokens' then
    local more, _, slots = used - amount, window(KEYS[i])
    for j = #slots, 1, -1 do
      if slots[j][1] <= at + LEEWAY then
        local change = math.max(more, -slots[j][2])
        redis.call('HINCRBY', KEYS[i], whole(slots[j][1]), whole(change))
        break
      end
    end
  end
end
return 0
"""
)
"""End calls, each as long ago as is said beside it: they run no more, and their tokens are what
they came to."""
