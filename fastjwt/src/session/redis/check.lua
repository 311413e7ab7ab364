-- How a token stands; with an idle end, its session counts as refreshed if it is good.
local session, index, revoked, cut_off = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local has_jti, has_session, id, issued, now, idle_end = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

if has_jti == '1' and redis.call('EXISTS', revoked) == 1 then
    return { 'revoked' }
end
if has_session == '1' then
    local kept = redis.call('HMGET', session, 'current', 'ends', 'idle_end', 'ended_at')
    if kept[4] then
        return { 'reused', kept[4] }
    end
    if not kept[1] or not alive(kept[2], kept[3], now) then
        return { 'session_ended' }
    end
    if idle_end == '' then
        return { 'good', kept[2], kept[3] }
    end
    if tonumber(idle_end) < tonumber(kept[3]) then
        idle_end = kept[3]
    end
    redis.call('HSET', session, 'refreshed', now, 'idle_end', idle_end)
    keep_session(session, index, id, kept[2], idle_end, now)
    return { alive(kept[2], idle_end, now) and 'good' or 'session_ended', kept[2], idle_end }
end
local before = redis.call('GET', cut_off)
if before and (issued == '' or tonumber(issued) < tonumber(before)) then
    return { 'cut_off' }
end
return { 'good' }
