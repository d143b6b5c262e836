-- One small fact, as wrk sends it.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"fact": "order.placed", "subject": "order/00004", "at": "2026-04-05 11:58"}'
