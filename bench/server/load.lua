-- wrk's side of bench/server/run: which requests, by the word after "--".
--   batch N        POST N facts a request, each the beginning of an order of its own
--   create         POST one order and ask for the obligations that it began
--   read MOST      GET one obligation, any of the first MOST
--   list           GET the 50 open obligations that are due next
local digits = "0123456789abcdefghjkmnpqrstvwxyz"
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function order(id)
  return string.format('{"id":"o-%s","kind":"order.placed","subject":"order/%s","at":"%s",' ..
    '"fields":{"channel":"web","city":"上海","amount":129.%02d,"express":%s}}',
    id, id, begun, counter % 100, counter % 2 == 0 and "true" or "false")
end

local function next_id()
  counter = counter + 1
  return string.format("%s-%d-%08d", run, number, counter)
end

local function obligation(id)
  local text = ""
  repeat
    text = digits:sub(id % 32 + 1, id % 32 + 1) .. text
    id = math.floor(id / 32)
  until id == 0
  return "obl_" .. text
end

function init(args)
  what, most = args[1], tonumber(args[2] or 1)
  run, begun = os.getenv("BENCH_RUN"), os.getenv("BENCH_AT")
  counter = 0
  math.randomseed(number + 1)
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
  wrk.headers["Content-Type"] = what == "batch" and "application/x-ndjson" or "application/json"
end

function request()
  if what == "batch" then
    local lines = {}
    for i = 1, most do lines[i] = order(next_id()) end
    return wrk.format("POST", "/api/v1/facts?source=shop", nil, table.concat(lines, "\n"))
  elseif what == "create" then
    return wrk.format("POST", "/api/v1/facts?source=shop&expand=obligations", nil, order(next_id()))
  elseif what == "read" then
    return wrk.format("GET", "/api/v1/obligations/" .. obligation(math.random(1, most)))
  end
  return wrk.format("GET", "/api/v1/obligations?state=running&limit=50")
end

function done(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read +
              summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, bad,
                         latency:percentile(50), latency:percentile(99)))
end
