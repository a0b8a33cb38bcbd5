-- Print what wrk measured as one line of JSON. With an argument, ask as so many different phones in turn.
local count = 0
local requests = {}

function init(args)
  local phones = tonumber(args[1] or "0")
  if phones > 0 then
    for phone = 1, phones do
      local headers = {}
      for name, value in pairs(wrk.headers) do headers[name] = value end
      headers["User-Agent"] = string.format("Yealink SIP-T46G 28.72.0.1 00:15:65:%02x:%02x:%02x",
        math.floor(phone / 65536) % 256, math.floor(phone / 256) % 256, phone % 256)
      requests[phone] = wrk.format("GET", nil, headers)
    end
    request = function()
      count = count % phones + 1
      return requests[count]
    end
  end
end

function done(summary, latency, _)
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"wrong":%d,"broken":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
