// The guarantee fund's books 保障基金账簿, read: balances, the ledger's lines, closings by day, how
// long what is free will last, and whether it all adds up. The API and `yinuo fund` both show these.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/paying.h"
#include "remedy/ledger.h"
#include "remedy/payout.h"
#include "server/json_out.h"
#include "store/store.h"
#include "time/civil.h"

namespace yinuo::server {

using Accounts = std::array<std::int64_t, remedy::kAccounts>;  // minor units, by remedy::Account
std::int64_t sum_of(const Accounts&);                          // the trial balance: zero

// By currency, in the order of their codes.
using Book = std::map<std::string, Accounts, std::less<>>;
Book balances_of(store::Reading&, store::TenantId);

// Days are numbers as in the rows: 20260310.
std::int32_t day_number(Date);
Date date_of_day(std::int32_t);

// One day of one currency, as the fund's policy cuts days. `opening` + `moved` = `closing`.
struct DayClosing {
    std::int32_t day = 0;
    std::string currency;
    Accounts opening{}, moved{}, closing{};
};
// Days in [from, until) on which something moved, by day, then currency.
std::vector<DayClosing> day_closings(store::Reading&, store::TenantId, Date from, Date until);

// The pace at which money goes out: the mean of what whole days set aside and paid less what they
// gave and took back (the change of Reserved, Paid and Reversed), over the last 28 or as many as
// there were since the currency's first movement. The mean has a 95 % interval by Student's t.
// Assumes that the coming days are like those, and each other's equals: no seasons, no growth.
struct Pace {
    int history = 0;   // whole days that were looked at; under 7 nothing is said
    double daily = 0;  // minor units
    double half = 0;   // of the interval's width: daily - half to daily + half
    bool enough() const;
};

// How long `left` lasts at a pace: whole days from today, and the date of the day on which it ends.
struct Outlook {
    enum class Says : std::uint8_t {
        Lasts,             // `days` and `soonest` hold; `latest` unless the mean may be zero
        NotEnoughHistory,  // fewer than 7 whole days since the first movement
        NotShrinking,      // the mean isn't above zero
        Empty,             // nothing is left
    } says = Says::NotEnoughHistory;
    Pace pace;
    std::int64_t known = 0;  // minor units that will go out: to be chosen, approved or funded
    std::int64_t left = 0;   // of what is free (or of the budget) when that has gone
    std::int64_t days = 0;
    std::int64_t soonest = 0;
    std::optional<std::int64_t> latest = {};
};
std::string_view name_of(Outlook::Says);
std::string_view name_of(engine::FundPolicy::Budget::Period);  // "month", as the API spells it

struct BudgetOutlook {
    engine::FundPolicy::Budget budget;
    engine::BudgetUse use;
    Outlook outlook;  // of what the period has left
};

struct Forecast {
    std::map<std::string, Outlook, std::less<>> currencies;
    std::map<std::pair<std::string, std::string>, Pace> promises;  // by currency and promise
    std::vector<BudgetOutlook> budgets;                            // as the policy has them
};
// What is known to go out is taken off first: payouts that wait for a choice, somebody's word or
// money. What is set aside has left the free balance already.
Forecast forecast(store::Reading&, store::TenantId, Date today);

// What stands in one state: how many payouts, and how much money of each currency.
struct Standing {
    std::int64_t count = 0;  // those that aren't money, too
    std::map<std::string, std::pair<std::int64_t, std::int64_t>, std::less<>>
        money;                                                               // count, minor
    std::map<std::pair<std::string, std::string>, std::int64_t> by_promise;  // and currency: minor
};
Standing standing(store::Reading&, store::TenantId, remedy::PayoutState);

// --- lines of the ledger

void write_posting(JsonOut&, store::Reading&, const store::PostingRow&);

// The ledger as CSV (RFC 4180, CRLF): at most `most` lines after posting `after` (0: the header line
// first), piece by piece until `take` says false. The last posting told, if there are more. A text
// that a spreadsheet would run gets an apostrophe before it; amounts are signed.
inline constexpr std::int64_t kAllLines = std::numeric_limits<std::int64_t>::max();
std::optional<std::int64_t> ledger_csv(store::Reading&, store::TenantId,
                                       const std::function<bool(std::string)>& take,
                                       std::int64_t after = 0, std::int64_t most = kAllLines);

void write_closing(JsonOut&, const DayClosing&);
void write_accounts(JsonOut&, const Accounts&, std::string_view currency);
// {"currencies":[…],"budgets":[…],"waiting":{…},"approving":{…},"states":{…}}
void write_fund(JsonOut&, store::Reading&, store::TenantId, Date today);

// --- does it add up?

struct BooksChecked {
    std::int64_t postings = 0;
    std::int64_t payouts = 0;
    Findings findings;
};
// Every entry's postings sum to zero in each currency; the balances and the days' sums are those of
// the postings; each payout holds and has paid what its state says, and nothing twice. At most 1,000
// findings.
BooksChecked check_books(store::Reading&, store::TenantId);

}  // namespace yinuo::server
