// Entries of the kinds Payout and Fund: their bytes, their leaves, and the rows that follow.
//
// An entry tells the whole of a payout after a step, so that its row is that of its latest entry,
// byte for byte, and a ledger line is made of nothing but the entry it follows from. The formats are
// docs/internals/event-log.md's. Inside the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/paying.h"
#include "time/civil.h"

namespace yinuo::engine {

struct PayoutEntry {
    PayoutView view;                         // its row's position, leaf and body aren't written
    std::optional<remedy::PayoutStep> step;  // absent: it began
    std::vector<remedy::Posting> postings;   // in the payout's currency
    std::int32_t day = 0;                    // yyyymmdd, of the postings; 0: there are none
};

std::string write_payout(const PayoutEntry&);
// Refuses ("log-entry-unreadable") what it can't have written.
Result<PayoutEntry> read_payout(std::string_view body);
// The same, with the row that follows from the entry.
Result<PayoutEntry> read_payout(const store::Entry&);
// A line of JSON; `origin` is that of the tenant's log.
std::string leaf_of(const PayoutView&, std::string_view origin);

// When time alone changes something about it.
Instant acts_at(const remedy::Payout&);

// An entry of kind Fund is its leaf's content: one line of canonical JSON.
struct FundEntry {
    FundWish wish;
    std::string by;
    Instant recorded_at;
    std::int32_t day = 0;
};
std::string write_fund(const FundEntry&, std::string_view origin);
Result<FundEntry> read_fund(std::string_view body);
std::vector<remedy::Posting> postings_of(const FundWish&);

// Whole minor units that canonical JSON has a number for: no sum of money above it is moved.
inline constexpr std::int64_t kMinorMost = (std::int64_t{1} << 53) - 1;

std::int32_t day_of(Date);                    // yyyymmdd
std::string promise_name(const PayoutView&);  // without its version

// The ledger's lines that follow from an entry of either kind; none from any other. Refuses as above.
Result<std::vector<store::PostingRow>> postings_of(const store::Entry&);

}  // namespace yinuo::engine
