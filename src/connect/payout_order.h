// One payout as whoever pays must know it: what, how much, for whom, for which promise.
#pragma once

#include <optional>
#include <string>

#include "base/decimal.h"
#include "base/money.h"

namespace yinuo::connect {

struct PayoutOrder {
    std::string id;    // "pay_...": the same with every attempt, so that nobody pays twice
    std::string kind;  // of the gift: "bill credit", "data"
    std::string unit;  // currency code, "MB"; empty: not countable
    Decimal amount;    // exact, in `unit`
    std::optional<Money> money = {};  // the same, rounded; absent: it isn't money
    std::string payee = {};           // empty: the customer
    std::string customer = {};        // as the company calls them
    std::string subject = {};         // "order/4711"
    std::string promise = {};         // "same-day-install@3"
    std::string remedy = {};          // its name there
    std::string reason = {};          // for people: why it is paid
    bool back = false;                // takes back what was paid
};

}  // namespace yinuo::connect
