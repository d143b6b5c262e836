// 演练渠道: a payment system inside the server. It pays nobody; it keeps what it was told, and errs
// as often as it is asked to, so that one can see what comes of that.
//
// Its book is a collection of documents of its own, "sandbox", by idempotency key; it commits before
// it answers, as a real one would, and what it has paid under a key it never pays again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/payout_order.h"
#include "engine/turns.h"
#include "server/connectors.h"
#include "server/json_out.h"
#include "store/store.h"

namespace yinuo::server {

inline constexpr std::string_view kSandboxBook = "sandbox";

// What it answers, in the words of connect/payout_http.h.
struct SandboxSaid {
    connect::Outcome outcome;
    bool twice = false;  // it will say so again
};

// Takes an order: into its book, and what comes back. In the engine's thread, in a transaction of its
// own. Which payouts meet which fault follows from their ids, so that a run can be repeated.
SandboxSaid tell_sandbox(engine::Turns&, store::TenantId, const Connector&,
                         const connect::PayoutOrder&);

// A line of its book: {"payout":"pay_1f","connector":"sandbox","paid":true,"times":2,...}.
void write_told(JsonOut&, const store::Document&);

}  // namespace yinuo::server
