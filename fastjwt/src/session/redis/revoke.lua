-- Refuses one token.
local revoked = KEYS[1]
local keep_until, now = ARGV[1], ARGV[2]

redis.call('SET', revoked, '', 'KEEPTTL')
live(revoked, time_left(keep_until, now))
return 1
