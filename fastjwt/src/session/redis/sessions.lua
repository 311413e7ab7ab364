-- The sessions that live, in no order.
local index = KEYS[1]
local now, sessions = ARGV[1], ARGV[2]

local found = {}
for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local kept = redis.call('HMGET', sessions .. id, 'created', 'refreshed', 'ends', 'idle_end', 'device', 'ended_by')
    if kept[1] and not kept[6] and alive(kept[3], kept[4], now) then
        found[#found + 1] = { id, kept[1], kept[2], kept[3], kept[4], kept[5] }
    end
end
return found
