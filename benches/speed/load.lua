-- What wrk sends: GET /me with the tokens of a file, a line a token, one after the other; at the end, one line of what came of it.

local requests = {}
local sent = 0

function init(arguments)
    for token in io.lines(arguments[1]) do
        requests[#requests + 1] = "GET /me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " .. token .. "\r\n\r\n"
    end
end

function request()
    sent = sent % #requests + 1
    return requests[sent]
end

function done(summary, latency, _)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    print(string.format("load %d %d %d", summary.requests, summary.duration, failed))
end
