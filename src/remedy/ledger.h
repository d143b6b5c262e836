// 保障基金: the guarantee fund as a double-entry ledger in whole minor units.
//
// Every act is a set of postings whose sum is zero, currency by currency. Nothing is ever changed
// or taken out: what was wrong is posted back. The sum over all accounts is therefore zero at every
// moment, and each balance follows from the postings alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"

namespace yinuo::remedy {

enum class Account : std::uint8_t {
    Company,    // 企业: where deposits come from and withdrawals go; its balance is negative
    Fund,       // 可用: free to be promised
    Reserved,   // 已预留: set aside for payouts that are on their way
    Paid,       // 已赔付
    Recovered,  // 已追偿: came back from partners who answered for it; not above zero
    Reversed,   // 已冲回: came back because it wasn't owed after all; not above zero
};
inline constexpr int kAccounts = 6;
std::string_view name_of(Account);  // "company", "fund", ... as the API and the CSV spell it
Text describe(Account);

struct Posting {
    Account account = Account::Fund;
    Money money;  // positive: into the account
    bool operator==(const Posting&) const = default;
};

// What moves money. Amounts are positive.
std::vector<Posting> deposit(const Money&);    // the company fills the fund
std::vector<Posting> withdraw(const Money&);   // and takes what is free back
std::vector<Posting> reserve(const Money&);    // set aside for a payout
std::vector<Posting> release(const Money&);    // it isn't needed after all
std::vector<Posting> pay(const Money&);        // what was reserved has arrived
std::vector<Posting> take_back(const Money&);  // what was paid has come back
std::vector<Posting> recover(const Money&);    // a partner has paid its part

// Balances by currency and account; adds up, and says when a sum leaves 64 bits.
class Balances {
public:
    // Refuses ("unbalanced-postings") what doesn't sum to zero currency by currency, and ("amount-
    // out-of-range") what would overflow; nothing is changed then.
    Result<void> post(const std::vector<Posting>&);
    std::int64_t of(Account, const Currency&) const;  // minor units
    std::vector<Currency> currencies() const;         // in the order of their codes
    // Trial balance 试算平衡: the sum over all accounts, which is zero.
    std::int64_t sum(const Currency&) const;

private:
    struct Row {
        Currency currency;
        std::int64_t minor[kAccounts] = {};
    };
    std::map<std::string, Row, std::less<>> rows_;
};

}  // namespace yinuo::remedy
