-- One inference call of 110 bytes to a path, each with a subject of its own out of 100,000, after a pause: so that the load is below what the machine can do, and latency is no queue of our own making.
local body = '{"inputs":[{"name":"amount","shape":[1],"datatype":"FP64","data":[120.5]},{"name":"country","data":["MY"]}]}'
local path = "/v2/models/fraud/infer"
local pause = 20

function init(args)
  math.randomseed(tonumber(args[1] or "1"))
  path = args[2] or path
  pause = tonumber(args[3] or "20")
end

function delay()
  return math.random(0, 2 * pause)
end

function request()
  local headers = { ["Content-Type"] = "application/json", ["X-User-Id"] = "user-" .. math.random(100000) }
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("result %.0f %d %.0f %.0f %d\n",
    summary.requests / (summary.duration / 1e6), summary.requests, latency:percentile(50), latency:percentile(99), errors))
end
