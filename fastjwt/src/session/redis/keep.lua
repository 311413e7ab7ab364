-- What the scripts share. Times are milliseconds since the epoch, as the service counts them; the server's own clock only
-- forgets, and so much later that a service's clock may be set back by an hour.

local slack = 3600000

local function whole(number)
    return string.format('%.0f', number)
end

-- How long something is kept that ends at a moment.
local function time_left(moment, now)
    return math.max(tonumber(moment) - tonumber(now), 0) + slack
end

-- Lets a key live so long, if it would not live longer.
local function live(key, milliseconds)
    if redis.call('PTTL', key) < milliseconds then
        redis.call('PEXPIRE', key, whole(milliseconds))
    end
end

-- Lets a session live until the earlier of its ends, and its place in the subject's index with it.
local function keep_session(session, index, id, ends, idle_end, now)
    local last = math.min(tonumber(ends), tonumber(idle_end))
    local milliseconds = time_left(last, now)
    redis.call('PEXPIRE', session, whole(milliseconds))
    redis.call('ZADD', index, whole(last), id)
    live(index, milliseconds)
end

local function alive(ends, idle_end, now)
    return tonumber(now) < tonumber(ends) and tonumber(now) < tonumber(idle_end)
end
