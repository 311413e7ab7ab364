-- Ends sessions, and cuts off what has none: how many sessions lived.
local index, cut_off = KEYS[1], KEYS[2]
local which, argument, before, keep_until, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
-- The sessions' keys but for the id: they have the subject's tag, as the keys above have, and so are where these are.
local sessions = ARGV[6]

local ids = { argument }
if which ~= 'one' then
    ids = redis.call('ZRANGE', index, 0, -1)
end
local ended = 0
for _, id in ipairs(ids) do
    local kept = redis.call('HMGET', sessions .. id, 'created', 'ends', 'idle_end', 'ended_by')
    local chosen = which == 'one' or which == 'all' or (which == 'all_but' and id ~= argument)
        or (which == 'opened_before' and kept[1] and tonumber(kept[1]) < tonumber(argument))
    if chosen and kept[1] then
        if not kept[4] and alive(kept[2], kept[3], now) then
            ended = ended + 1
        end
        redis.call('DEL', sessions .. id)
        redis.call('ZREM', index, id)
    end
end
-- After them: a server whose memory is full refuses a script that begins with what takes memory, and this is to give some back.
if before ~= '' then
    local kept = redis.call('GET', cut_off)
    if not kept or tonumber(kept) < tonumber(before) then
        redis.call('SET', cut_off, before, 'KEEPTTL')
    end
    live(cut_off, time_left(keep_until, now))
end
return ended
