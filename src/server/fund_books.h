// The guarantee fund's books 保障基金账簿, read: balances, the ledger's lines, closings by day, how
// long what is free will last, and whether it all adds up. The API and `yinuo fund` both show these.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
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

// How long the free balance lasts at the pace of the last 28 whole days. A day's pace is what it set
// aside less what it gave back: the change of Reserved plus that of Paid. The mean has a 95 %
// interval by Student's t, whose ends are `soonest` and `latest`.
struct Outlook {
    enum class Says : std::uint8_t {
        Lasts,             // `days` and `soonest` hold; `latest` unless the mean may be zero
        NotEnoughHistory,  // fewer than 7 whole days since the first movement
        NotShrinking,      // the mean isn't above zero
        Empty,             // nothing is free
    } says = Says::NotEnoughHistory;
    int history = 0;             // whole days that were looked at, 28 at most
    std::int64_t daily = 0;      // the mean, minor units, rounded
    std::int64_t daily_low = 0;  // ends of its interval
    std::int64_t daily_high = 0;
    std::int64_t days = 0;  // whole days that what is free lasts
    std::int64_t soonest = 0;
    std::optional<std::int64_t> latest = {};
};
std::string_view name_of(Outlook::Says);
std::map<std::string, Outlook, std::less<>> outlooks(store::Reading&, store::TenantId, Date today);

// What stands in one state: how many payouts, and how much money of each currency.
struct Standing {
    std::int64_t count = 0;  // those that aren't money, too
    std::map<std::string, std::pair<std::int64_t, std::int64_t>, std::less<>>
        money;  // count, minor
};
Standing standing(store::Reading&, store::TenantId, remedy::PayoutState);

// --- lines of the ledger

void write_posting(JsonOut&, store::Reading&, const store::PostingRow&);

// The whole ledger as CSV (RFC 4180, CRLF), the header line first, piece by piece until `take` says
// false. A text that a spreadsheet would run gets an apostrophe before it; amounts are signed.
void ledger_csv(store::Reading&, store::TenantId, const std::function<bool(std::string)>& take);

void write_closing(JsonOut&, const DayClosing&);
void write_accounts(JsonOut&, const Accounts&, std::string_view currency);
// {"currencies":[…],"waiting":{…},"approving":{…},"states":{…}}
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
