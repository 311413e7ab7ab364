-- Keeps a new session: 1, or 0 if the id is taken.
local session, index = KEYS[1], KEYS[2]
local id, created, refreshed, ends, idle_end, device = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local jti, iat, exp, now, sessions = ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]

if redis.call('EXISTS', session) == 1 then
    local kept = redis.call('HMGET', session, 'current', 'previous', 'ended_by')
    if kept[1] == jti and not kept[2] and not kept[3] then
        return 1
    end
    return 0
end

redis.call('HSET', session, 'created', created, 'refreshed', refreshed, 'ends', ends, 'idle_end', idle_end,
    'device', device, 'current', jti, 'current_iat', iat, 'current_exp', exp)
keep_session(session, index, id, ends, idle_end, now)
-- Not before: a server whose memory is full refuses a script only at its first write.
-- By the clock of this machine they have ended; but it may be ahead of the others, and what ends all sessions finds them
-- here: so a place goes only after its session. A login takes more places away than it adds.
for _, ended in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', whole(tonumber(now) - slack), 'LIMIT', 0, 8)) do
    if redis.call('EXISTS', sessions .. ended) == 0 then
        redis.call('ZREM', index, ended)
    end
end
return 1
