-- Spends a refresh token for its successor, or says why not. That a token is spent ends its session only where the caller has heard
-- of it, and so is there still: a rotation that nobody waits for any more may come at any time later, and what it brings was given up.
local session, index = KEYS[1], KEYS[2]
local id, presented, successor, iat, exp = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local grace_from, grace_until, idle_end, now, overdue, is_later = ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local has_heard = ARGV[12]

local kept = redis.call('HMGET', session, 'current', 'current_iat', 'current_exp', 'previous', 'grace_from', 'grace_until',
    'ends', 'idle_end', 'ended_by', 'ended_at')
local current, previous, ended_by = kept[1], kept[4], kept[9]

if not current then
    return { 'ended' }
end
if ended_by then
    if ended_by ~= successor then
        if tonumber(kept[10]) > tonumber(overdue) then
            return { 'ended' }
        end
        redis.call('HSET', session, 'ended_by', successor, 'ended_at', now)
    end
    return { 'reuse' }
end
if not alive(kept[7], kept[8], now) then
    return { 'ended' }
end
if current == presented then
    redis.call('HSET', session, 'previous', current, 'current', successor, 'current_iat', iat, 'current_exp', exp,
        'refreshed', now, 'idle_end', idle_end)
    if grace_from ~= '' then
        redis.call('HSET', session, 'grace_from', grace_from, 'grace_until', grace_until)
    else
        redis.call('HDEL', session, 'grace_from', 'grace_until')
    end
    keep_session(session, index, id, kept[7], idle_end, now)
    return { 'installed' }
end
-- Asked again: it had been done.
if current == successor or (previous == successor and is_later == '0') then
    return { 'installed' }
end
if previous == presented and kept[5] and tonumber(kept[5]) <= tonumber(now) and tonumber(now) < tonumber(kept[6]) then
    return { 'grace', current, kept[2], kept[3] }
end
if has_heard == '0' then
    return { 'spent' }
end
redis.call('HSET', session, 'ended_by', successor, 'ended_at', now)
return { 'reuse' }
