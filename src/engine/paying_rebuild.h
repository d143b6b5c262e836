// Payouts and the ledger made again from the log, and held to it. Inside the room.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/result.h"
#include "remedy/payout.h"
#include "store/store.h"

namespace yinuo::engine {

// Into tables that were dropped. Throws Trouble at an entry that can't be read.
void rebuild_payouts(store::Writing&);

// Every row that rebuild_payouts() would write, and no other. Codes: "payout-missing",
// "payout-extra", "payout-differs", "posting-differs" (of the first in a tenant), "ledger-differs"
// (balances or closings aren't the sums of the postings). Stops when `tell` says false. Throws
// Trouble at an entry that can't be read.
void compare_payouts(store::Reading&, const std::function<bool(const char* code, Text what)>& tell);

// Holds the log's own entries to each other, one after the other.
class LedgerCheck {
public:
    // "postings-unbalanced", "paid-twice", "payout-unbalanced" (what a payout holds and has paid
    // isn't what its state says), "payout-unknown" (the entry begins no payout and goes on with
    // none). An entry that can't be read is another's finding.
    void take(const store::Entry&, const std::function<void(const char* code, Text what)>& tell);

private:
    struct Standing {
        store::TenantId tenant = 0;
        std::int64_t held = 0, paid = 0, reversed = 0;
        bool is_paid = false;
    };
    std::vector<Standing> payouts_;  // by id - 1
};

}  // namespace yinuo::engine
