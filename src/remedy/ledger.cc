#include "remedy/ledger.h"

#include "base/check.h"

namespace yinuo::remedy {
namespace {

std::vector<Posting> move(Account from, Account to, const Money& money) {
    check(money.minor > 0);
    return {{from, {.minor = -money.minor, .currency = money.currency}}, {to, money}};
}

}  // namespace

std::string_view name_of(Account account) {
    switch (account) {
        case Account::Company: return "company";
        case Account::Fund: return "fund";
        case Account::Reserved: return "reserved";
        case Account::Paid: return "paid";
        case Account::Recovered: return "recovered";
        case Account::Reversed: return "reversed";
    }
    check(false);
}

Text describe(Account account) {
    switch (account) {
        case Account::Company: return {"企业", "the company"};
        case Account::Fund: return {"可用", "free"};
        case Account::Reserved: return {"已预留", "reserved"};
        case Account::Paid: return {"已赔付", "paid"};
        case Account::Recovered: return {"已追偿", "recovered from partners"};
        case Account::Reversed: return {"已冲回", "taken back"};
    }
    check(false);
}

std::vector<Posting> deposit(const Money& money) {
    return move(Account::Company, Account::Fund, money);
}
std::vector<Posting> withdraw(const Money& money) {
    return move(Account::Fund, Account::Company, money);
}
std::vector<Posting> reserve(const Money& money) {
    return move(Account::Fund, Account::Reserved, money);
}
std::vector<Posting> release(const Money& money) {
    return move(Account::Reserved, Account::Fund, money);
}
std::vector<Posting> pay(const Money& money) {
    return move(Account::Reserved, Account::Paid, money);
}
std::vector<Posting> take_back(const Money& money) {
    return move(Account::Reversed, Account::Fund, money);
}
std::vector<Posting> recover(const Money& money) {
    return move(Account::Recovered, Account::Fund, money);
}

Result<void> Balances::post(const std::vector<Posting>& postings) {
    auto after = rows_;
    std::map<std::string, std::int64_t, std::less<>> sums;
    for (const auto& [account, money] : postings) {
        const std::string code(money.currency.code());
        auto& row = after.try_emplace(code, Row{.currency = money.currency}).first->second;
        auto& balance = row.minor[static_cast<int>(account)];
        auto& sum = sums[code];
        if (__builtin_add_overflow(balance, money.minor, &balance) ||
            __builtin_add_overflow(sum, money.minor, &sum))
            return refuse({.code = "amount-out-of-range",
                           .what = {"金额超出账本能记的范围",
                                    "the amount is more than the ledger can hold"}});
    }
    for (const auto& [code, sum] : sums)
        if (sum != 0)
            return refuse(
                {.code = "unbalanced-postings",
                 .what = {code + " 借贷不平", "the postings in " + code + " don't balance"}});
    rows_ = std::move(after);
    return {};
}

std::int64_t Balances::of(Account account, const Currency& currency) const {
    const auto found = rows_.find(currency.code());
    return found == rows_.end() ? 0 : found->second.minor[static_cast<int>(account)];
}

std::vector<Currency> Balances::currencies() const {
    std::vector<Currency> all;
    for (const auto& [code, row] : rows_) all.push_back(row.currency);
    return all;
}

std::int64_t Balances::sum(const Currency& currency) const {
    std::int64_t sum = 0;
    for (int i = 0; i < kAccounts; ++i) sum += of(static_cast<Account>(i), currency);
    return sum;
}

}  // namespace yinuo::remedy
