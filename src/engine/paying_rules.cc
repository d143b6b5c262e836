// What a company's policy, the fund and a promise's own words make of a payout.
#include <algorithm>

#include "base/check.h"
#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

using remedy::Account;
using remedy::PayoutState;
using Period = FundPolicy::Budget::Period;

constexpr std::size_t kTakenMost = 20'000;        // customers whose caps are kept in mind
constexpr std::string_view kAnybody = "manager";  // who looks at what nobody is named for
constexpr std::string_view kNotice = "notice";    // pays what isn't countable
constexpr std::string_view kSandbox = "sandbox";

struct Days {
    Date from, until;
};

Days days_of(Period period, Date day) {
    const Date month = day.plus_days(1 - day.day());
    const Date year = month.plus_months(1 - month.month());
    switch (period) {
        case Period::Month: return {month, month.plus_months(1)};
        case Period::Quarter: {
            const Date quarter = year.plus_months((month.month() - 1) / 3 * 3);
            return {quarter, quarter.plus_months(3)};
        }
        case Period::Year: return {year, year.plus_months(12)};
        case Period::Ever: return {Date::of(1, 1, 1), Date::of(9999, 12, 31)};
    }
    check(false);
}

int month_of(Date day) { return day.year() * 12 + day.month() - 1; }

bool is_out(PayoutState state) {
    return state == PayoutState::Refused || state == PayoutState::Cancelled ||
           state == PayoutState::Expired;
}

void say(std::string& why, const std::string& more) {
    if (!why.empty()) why += "; ";
    why += more;
}

}  // namespace

bool is_used_by(const FundPolicy::Budget& budget, std::string_view promise,
                std::string_view currency, Account account) {
    return (account == Account::Reserved || account == Account::Paid ||
            account == Account::Reversed) &&
           (budget.promise.empty() || budget.promise == promise) &&
           budget.most.currency.code() == currency;
}

BudgetUse use_of(store::Reading& rows, store::TenantId tenant, const FundPolicy::Budget& budget,
                 Date today) {
    const auto [from, until] = days_of(budget.period, today);
    BudgetUse use{.from = from, .until = until};
    for (const auto& sum : rows.daily_sums(tenant, day_of(from), day_of(until)))
        if (is_used_by(budget, sum.promise, sum.currency, static_cast<Account>(sum.account)))
            use.minor += sum.minor;
    return use;
}

const BudgetUse& Cashier::use_in_hand(const Till& till, Books& own, store::TenantId tenant,
                                      std::size_t budget) {
    auto& use = own.uses[budget];
    const auto today = own.zone->to_local(till.group.now).date();
    if (today < use.from || use.until <= today)
        use = use_of(till.group.rows, tenant, own.policy.budgets[budget], today);
    return use;
}

Cashier::Funds Cashier::funds_for(const Till& till, Books& own, const PayoutView& view) {
    const auto& payout = view.payout;
    const auto minor = remedy::minor_left(payout);
    if (minor == 0 || payout.back) return Funds::Enough;
    const auto promise = promise_name(view);
    for (std::size_t i = 0; i < own.uses.size() && !view.statutory; ++i) {
        const auto& rule = own.policy.budgets[i];
        if (is_used_by(rule, promise, payout.money->currency.code(), Account::Reserved) &&
            use_in_hand(till, own, view.row.tenant, i).minor > rule.most.minor - minor)
            return Funds::OverBudget;
    }
    if (minor > kMinorMost) return Funds::FundTooSmall;
    const bool fits =
        own.policy.overdraws || own.balances.of(Account::Fund, payout.money->currency) >= minor;
    return fits ? Funds::Enough : Funds::FundTooSmall;
}

// When a period begins in which there may be a budget for it.
void Cashier::waits(const Till& till, Books& own, const PayoutView& view) {
    const auto minor = remedy::minor_left(view.payout);
    const auto promise = promise_name(view);
    for (std::size_t i = 0; i < own.uses.size() && !view.statutory; ++i) {
        const auto& rule = own.policy.budgets[i];
        if (rule.period == Period::Ever ||
            !is_used_by(rule, promise, view.payout.money->currency.code(), Account::Reserved))
            continue;
        const auto& use = use_in_hand(till, own, view.row.tenant, i);
        if (use.minor > rule.most.minor - minor)
            own.renews_at = std::min(own.renews_at, own.zone->start_of_day(use.until));
    }
}

// Empty: nobody need agree.
std::string Cashier::role_for(const Till& till, const Books& own, const PayoutView& view) {
    std::string role;
    const auto& money = view.payout.money;
    for (const auto& [above, who] : own.policy.approvals)
        if (money && above.currency == money->currency && money->minor > above.minor) role = who;
    const bool is_somebodys = !view.payee.empty() || view.subject.front() != kOwnStream;
    if (role.empty() && !is_somebodys) role = kAnybody;
    if (role.empty() && view.row.incident != 0 && !view.statutory)
        role = incidents_.role_of(till.group.rows, view.row.tenant, view.row.incident);
    return role;
}

std::string Cashier::connector_for(const Till& till, const Books& own,
                                   const PayoutView& view) const {
    const FundPolicy::Pays* any = nullptr;
    for (const auto& pays : own.policy.pays) {
        if (pays.kind == view.kind) return pays.connector;
        if (pays.kind.empty()) any = &pays;
    }
    if (view.unit.empty()) return std::string(kNotice);
    if (view.payee.empty() && view.subject.front() == kOwnStream) return std::string(kByHand);
    if (any != nullptr) return any->connector;
    return std::string(till.turner.tenant_of(till.group, view.row.tenant).demo ? kSandbox
                                                                               : kByHand);
}

std::int64_t Cashier::counted(const PayoutView& view) {
    if (view.row.position == 0 || view.statutory || !view.payee.empty() ||
        is_out(view.payout.state))
        return 0;
    return (view.payout.back ? -1 : 1) * remedy::minor_left(view.payout);
}

void Cashier::count(const Books& own, const PayoutView& view, std::int64_t minor) {
    const auto found = taken_.find(view.row.customer);
    if (found == taken_.end()) return;
    const auto day = own.zone->to_local(view.owed_at).date();
    found->second[{std::string(view.payout.money->currency.code()), month_of(day)}] += minor;
}

Cashier::Taken& Cashier::taken_by(const Till& till, const Books& own, store::CustomerId customer) {
    if (taken_.size() >= kTakenMost) taken_.clear();
    const auto [place, fresh] = taken_.try_emplace(customer);
    if (fresh)
        for (const auto& row : till.group.rows.payouts_of_customer(customer)) {
            auto view = readable(open_payout(row));
            if (const auto minor = counted(view); minor != 0) count(own, view, minor);
        }
    return place->second;
}

void Cashier::cut_to_cap(const Till& till, Books& own, PayoutView& view) {
    const auto& money = view.payout.money;
    if (!money || view.statutory || view.row.customer == 0 || !view.payee.empty()) return;
    const auto day = own.zone->to_local(view.owed_at).date();
    for (const auto& [period, most] : own.policy.caps) {
        if (most.currency != money->currency) continue;
        const auto [from, until] = days_of(period, day);
        std::int64_t taken = 0;
        for (const auto& [key, minor] : taken_by(till, own, view.row.customer))
            if (key.first == most.currency.code() && month_of(from) <= key.second &&
                key.second < std::max(month_of(until), month_of(from) + 1))
                taken += minor;
        const auto left = std::max<std::int64_t>(most.minor - std::max<std::int64_t>(taken, 0), 0);
        if (left >= money->minor) continue;
        view.payout.money->minor = left;
        view.payout.amount = view.payout.money->amount();
        say(view.why, "每位客户每期最多 " + most.to_string() + " / at most " + most.to_string() +
                          " for a customer in a period");
    }
}

// 四眼: who has recorded why it is owed has no say in whether it is paid.
Result<void> Cashier::may_approve(const Till& till, const Actor& actor, const PayoutView& view) {
    Arena memory;
    bool same = false;
    till.group.rows.entries_of(view.row.stream, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto turn = readable(read_turn(entry.body, memory));
        for (const auto& change : turn.changes)
            if (change.id == view.row.obligation)
                for (const auto& step : change.steps)
                    same = same ||
                           (!step.who.empty() && (step.who == actor.id || step.who == actor.name));
        memory.reset();
        return !same;
    });
    if (!same) return {};
    return refuse({.code = "same-person",
                   .what = {"记录事由的人不能批准这笔赔付",
                            "who recorded the cause can't approve what is paid for it"},
                   .mend = {"请另一个人批准", "somebody else approves it"}});
}

}  // namespace yinuo::engine
