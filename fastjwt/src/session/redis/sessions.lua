-- The newest sessions that live, up to a limit.
local index = KEYS[1]
local now, sessions, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])

-- No other script runs meanwhile. So of a subject that has more, those are looked at that end last.
local most = math.max(limit, 4000)

-- By bytes: Lua's own comparison follows the server's locale.
local function before(a, b)
    for at = 1, math.min(#a, #b) do
        local x, y = string.byte(a, at), string.byte(b, at)
        if x ~= y then
            return x < y
        end
    end
    return #a < #b
end

local living = {}
for _, id in ipairs(redis.call('ZRANGE', index, whole(-most), -1)) do
    local kept = redis.call('HMGET', sessions .. id, 'created', 'ends', 'idle_end', 'ended_by')
    if kept[1] and not kept[4] and alive(kept[2], kept[3], now) then
        living[#living + 1] = { id, tonumber(kept[1]) }
    end
end
table.sort(living, function(a, b)
    return a[2] > b[2] or (a[2] == b[2] and before(a[1], b[1]))
end)

local found = {}
for at = 1, math.min(limit, #living) do
    local id = living[at][1]
    local kept = redis.call('HMGET', sessions .. id, 'created', 'refreshed', 'ends', 'idle_end', 'device')
    found[at] = { id, kept[1], kept[2], kept[3], kept[4], kept[5] }
end
return found
