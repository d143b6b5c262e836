// Payouts through a payment system that speaks HTTP: the order, and what its answer means.
//
// The order is a POST of
//
//   {"id":"pay_1f","kind":"bill credit","unit":"CNY","amount":"20.00","minor":2000,
//    "currency":"CNY","payee":"","customer":"C-1001","subject":"order/4711",
//    "promise":"same-day-install@3","remedy":"voucher","back":false}
//
// `amount` is an exact decimal as text; `minor` and `currency` are there for money only. The header
// `Idempotency-Key` carries the payout's id, the same with every attempt: the system must pay once
// however often it is told. With a secret the order is signed as Standard Webhooks
// (vault/webhook_signature.h, `webhook-id` is the payout's id); with a token it is authorized as
// Bearer.
//
// The answer is {"status":"paid"|"accepted"|"refused"}, and may repeat `id`, `amount`, `minor` and
// `currency`, which must then be those of the order. `reason` is shown to people. This never
// calls anything paid that the system didn't clearly call so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "connect/delivery.h"
#include "connect/payout_order.h"
#include "vault/webhook_signature.h"

namespace yinuo::connect {

struct BearerToken;  // a tag

struct PayoutSystem {
    std::string url;
    std::vector<vault::WebhookSecret> secrets = {};  // the newest first; none: not signed
    vault::Secret<BearerToken> token = {};           // empty: none
    Millis timeout = seconds(20);
    std::string ca_file = {};
};

// `now` is the time of this attempt.
Delivery payout_delivery(const PayoutOrder&, const PayoutSystem&, Instant now);

enum class PayoutSaid : std::uint8_t {
    Paid,         // now, or before: the same confirmation twice means no more than once
    Accepted,     // a confirmation comes later
    Refused,      // for good, and nothing was paid
    NeedsPerson,  // something was paid, but not what was ordered; trying again could make it worse
    TryAgain,     // later, with the same id
};

struct PayoutAnswer {
    PayoutSaid said = PayoutSaid::TryAgain;
    // What kept it from being paid, stable: "no-answer", "busy", "in-progress", "answer-unreadable",
    // "answer-mismatch", "answer-contradicts", "unsendable", "refused". Empty: Paid or Accepted.
    std::string fault = {};
    Text why = {};                           // the same for people; empty with it
    std::string reason = {};                 // the system's own words, at most 200 characters
    std::optional<Millis> retry_after = {};  // of TryAgain: as the system asked
};

// 2xx: what the body says; without one Paid, or Accepted for 202. A body that can't be understood,
// or is about another payout, means TryAgain; one that says paid, but another amount, NeedsPerson.
// 409: Paid when the body says so, otherwise it is still at work. 408, 425, 429, 3xx, 5xx and no
// whole answer: TryAgain. Other 4xx: Refused, unless the body says it was paid.
PayoutAnswer read_payout_answer(const PayoutOrder&, const Outcome&);

// A confirmation that comes later, by whichever way: its body is read as that of a 200 that must
// name the payout. Empty or without an `id`: TryAgain, "answer-unreadable".
PayoutAnswer read_payout_confirmation(const PayoutOrder&, std::string_view body);

}  // namespace yinuo::connect
