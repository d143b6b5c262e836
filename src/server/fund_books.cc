#include "server/fund_books.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "engine/paying.h"

namespace yinuo::server {
namespace {

constexpr int kWindow = 28;
constexpr int kHistoryLeast = 7;
constexpr std::int32_t kNoDay = 99'999'999;  // after every day
constexpr int kPage = 5'000;

// The 97.5 % points of Student's t with 6 to 27 degrees of freedom.
constexpr double kStudent[] = {2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
                               2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080,
                               2.074, 2.069, 2.064, 2.060, 2.056, 2.052};
static_assert(std::size(kStudent) == kWindow - kHistoryLeast + 1);

std::int64_t& of(Accounts& accounts, remedy::Account account) {
    return accounts[static_cast<std::size_t>(account)];
}

using Day = std::pair<std::int32_t, std::string>;  // and currency

std::map<Day, Accounts> moves_by_day(store::Reading& reading, store::TenantId tenant,
                                     std::int32_t from) {
    std::map<Day, Accounts> days;
    for (const auto& sum : reading.daily_sums(tenant, from, kNoDay))
        days[{sum.day, sum.currency}].at(sum.account) += sum.minor;
    return days;
}

// The balances as they stood before the first of these days.
Book before(Book balances, const std::map<Day, Accounts>& days) {
    for (const auto& [day, moved] : days)
        for (std::size_t i = 0; i < moved.size(); ++i) balances[day.second][i] -= moved[i];
    return balances;
}

Pace pace_of(const std::vector<double>& days) {
    Pace pace{.history = static_cast<int>(days.size())};
    if (!pace.enough()) return pace;
    const auto n = static_cast<double>(days.size());
    double sum = 0, squares = 0;
    for (const double day : days) sum += day;
    pace.daily = sum / n;
    for (const double day : days) squares += (day - pace.daily) * (day - pace.daily);
    pace.half = kStudent[days.size() - kHistoryLeast] * std::sqrt(squares / (n - 1) / n);
    return pace;
}

std::int64_t whole_days(std::int64_t left, double daily) {
    constexpr double kMost = 36'500;  // a hundred years: nobody plans further
    return static_cast<std::int64_t>(
        std::min(kMost, std::floor(static_cast<double>(left) / daily)));
}

Outlook outlook_of(std::int64_t free, std::int64_t known, const Pace& pace) {
    Outlook outlook{.pace = pace, .known = known, .left = free - known};
    if (outlook.left <= 0) return outlook.says = Outlook::Says::Empty, outlook;
    if (!pace.enough()) return outlook;
    outlook.says = pace.daily <= 0 ? Outlook::Says::NotShrinking : Outlook::Says::Lasts;
    if (outlook.says != Outlook::Says::Lasts) return outlook;
    outlook.days = whole_days(outlook.left, pace.daily);
    outlook.soonest = whole_days(outlook.left, pace.daily + pace.half);
    if (pace.daily > pace.half) outlook.latest = whole_days(outlook.left, pace.daily - pace.half);
    return outlook;
}

// By currency and promise (empty: all of them), what went out on each whole day of the window; from
// the currency's first movement on.
using Outflow = std::map<std::pair<std::string, std::string>, std::vector<double>>;
Outflow outflow(store::Reading& reading, store::TenantId tenant, Date today) {
    const auto first = today.plus_days(-kWindow);
    const auto begun =
        before(balances_of(reading, tenant), moves_by_day(reading, tenant, day_number(first)));
    std::map<std::int32_t, std::size_t> places;
    for (int i = 0; i < kWindow; ++i)
        places[day_number(first.plus_days(i))] = static_cast<std::size_t>(i);
    Outflow flows;
    std::map<std::string, std::size_t> since;  // the first day that counts
    for (const auto& [currency, stood] : begun)
        since[currency] =
            std::ranges::any_of(stood, [](auto minor) { return minor != 0; }) ? 0 : kWindow;
    for (const auto& sum : reading.daily_sums(tenant, day_number(first), day_number(today))) {
        const auto place = places.at(sum.day);
        since[sum.currency] = std::min(since[sum.currency], place);
        const auto account = static_cast<remedy::Account>(sum.account);
        if (account != remedy::Account::Reserved && account != remedy::Account::Paid &&
            account != remedy::Account::Reversed)
            continue;
        std::set<std::string> of{"", sum.promise};
        for (const auto& promise : of) {
            auto& days = flows[{sum.currency, promise}];
            days.resize(kWindow);
            days[place] += static_cast<double>(sum.minor);
        }
    }
    for (const auto& [currency, from] : since) flows[{currency, ""}].resize(kWindow);
    for (auto& [of, days] : flows)
        days.erase(days.begin(), days.begin() + static_cast<std::ptrdiff_t>(since[of.first]));
    return flows;
}

}  // namespace

std::int64_t sum_of(const Accounts& accounts) {
    std::int64_t sum = 0;
    for (const auto minor : accounts) sum += minor;
    return sum;
}

Book balances_of(store::Reading& reading, store::TenantId tenant) {
    Book book;
    for (const auto& sum : reading.balances(tenant)) book[sum.currency].at(sum.account) = sum.minor;
    return book;
}

std::int32_t day_number(Date date) {
    return date.year() * 10'000 + date.month() * 100 + date.day();
}

Date date_of_day(std::int32_t day) { return Date::of(day / 10'000, day / 100 % 100, day % 100); }

std::vector<DayClosing> day_closings(store::Reading& reading, store::TenantId tenant, Date from,
                                     Date until) {
    const auto days = moves_by_day(reading, tenant, day_number(from));
    auto standing = before(balances_of(reading, tenant), days);
    std::vector<DayClosing> closings;
    for (const auto& [day, moved] : days) {
        if (day.first >= day_number(until)) break;
        auto& balance = standing[day.second];
        auto& closing = closings.emplace_back();
        closing.day = day.first;
        closing.currency = day.second;
        closing.opening = balance;
        closing.moved = moved;
        for (std::size_t i = 0; i < moved.size(); ++i) balance[i] += moved[i];
        closing.closing = balance;
    }
    return closings;
}

std::string_view name_of(Outlook::Says says) {
    switch (says) {
        case Outlook::Says::Lasts: return "lasts";
        case Outlook::Says::NotEnoughHistory: return "not enough history";
        case Outlook::Says::NotShrinking: return "not shrinking";
        case Outlook::Says::Empty: return "empty";
    }
    check(false);
}

std::string_view name_of(engine::FundPolicy::Budget::Period period) {
    using Period = engine::FundPolicy::Budget::Period;
    switch (period) {
        case Period::Month: return "month";
        case Period::Quarter: return "quarter";
        case Period::Year: return "year";
        case Period::Ever: return "ever";
    }
    check(false);
}

bool Pace::enough() const { return history >= kHistoryLeast; }

Forecast forecast(store::Reading& reading, store::TenantId tenant, Date today) {
    Forecast all;
    const auto flows = outflow(reading, tenant, today);
    const auto pace = [&](const std::string& currency, const std::string& promise) {
        const auto found = flows.find({currency, promise});
        if (found != flows.end()) return pace_of(found->second);
        const auto whole = flows.find({currency, ""});  // it never moved: at a pace of zero
        return pace_of(std::vector<double>(whole == flows.end() ? 0 : whole->second.size()));
    };
    std::map<std::pair<std::string, std::string>, std::int64_t> known;
    for (const auto state : {remedy::PayoutState::Choosing, remedy::PayoutState::Approving,
                             remedy::PayoutState::Waiting})
        for (const auto& [of, minor] : standing(reading, tenant, state).by_promise) {
            known[of] += minor;
            known[{of.first, ""}] += minor;
        }
    for (auto& [currency, balance] : balances_of(reading, tenant))
        all.currencies.emplace(currency, outlook_of(of(balance, remedy::Account::Fund),
                                                    known[{currency, ""}], pace(currency, "")));
    for (const auto& [of, days] : flows)
        if (!of.second.empty()) all.promises.emplace(of, pace_of(days));
    for (const auto& budget : engine::fund_policy(reading, tenant).budgets) {
        const auto use = engine::use_of(reading, tenant, budget, today);
        const std::string currency(budget.most.currency.code());
        all.budgets.push_back(
            {.budget = budget,
             .use = use,
             .outlook = outlook_of(budget.most.minor - use.minor, known[{currency, budget.promise}],
                                   pace(currency, budget.promise))});
    }
    return all;
}

Standing standing(store::Reading& reading, store::TenantId tenant, remedy::PayoutState state) {
    Standing all;
    store::PayoutQuery query{
        .tenant = tenant, .state = static_cast<std::uint8_t>(state), .limit = kPage};
    while (true) {
        const auto rows = reading.payouts(query);
        for (const auto& row : rows) {
            query.after = row.id;
            ++all.count;
            const auto view = engine::open_payout(row);
            if (!view) throw store::Trouble(view.error());
            if (!view->payout.money) continue;
            auto& [count, minor] = all.money[std::string(view->payout.money->currency.code())];
            ++count;
            minor += view->payout.money->minor;
            const auto promise = view->promise.substr(0, view->promise.rfind('@'));
            all.by_promise[{std::string(view->payout.money->currency.code()), promise}] +=
                view->payout.money->minor;
        }
        if (std::ssize(rows) < kPage) return all;
    }
}

// --- does it add up? --------------------------------------------------------------------------------

namespace {

constexpr std::size_t kFindingsMost = 1'000;

class Audit {
public:
    Audit(store::Reading& reading, store::TenantId tenant) : reading_(reading), tenant_(tenant) {}

    BooksChecked run() {
        walk_postings();
        compare_balances();
        compare_days();
        walk_payouts();
        return std::move(made_);
    }

private:
    struct Net {  // of one payout
        std::string currency;
        std::int64_t reserved = 0, paid = 0, reversed = 0;
        bool mixed = false;  // several currencies
    };

    void find(std::string code, Text what, Text mend) {
        if (made_.findings.size() < kFindingsMost)
            made_.findings.push_back(
                {.severity = Severity::Error,
                 .error = {
                     .code = std::move(code), .what = std::move(what), .mend = std::move(mend)}});
    }
    void differs(const std::string& where_zh, const std::string& where_en) {
        find("balance-differs",
             {where_zh + " 与分录之和不符", where_en + " isn't the sum of its postings"},
             {"停下服务器，用 yinuo rebuild 由日志重做，再核对一次",
              "stop the server, make it again from the log with `yinuo rebuild`, and check again"});
    }

    void end_entry() {
        for (const auto& [currency, sum] : entry_)
            if (sum != 0)
                find("unbalanced-postings",
                     {"日志第 " + std::to_string(position_) + " 条的分录不平：" + currency +
                          " 差 " + std::to_string(sum),
                      "the postings of entry " + std::to_string(position_) +
                          " don't sum to zero: " + currency + " is off by " + std::to_string(sum)},
                     {"用 yinuo fsck 看日志本身是否完好",
                      "`yinuo fsck` tells whether the log itself is sound"});
        entry_.clear();
    }

    void take(const store::PostingRow& row) {
        if (row.position != position_) end_entry();
        position_ = row.position;
        entry_[row.currency] += row.minor;
        ++made_.postings;
        if (row.account >= remedy::kAccounts)
            return find(
                "unknown-account",
                {"分录 " + std::to_string(row.id) + " 记在不存在的账户上",
                 "posting " + std::to_string(row.id) + " is to an account that isn't there"},
                {"用 yinuo rebuild 由日志重做",
                 "make the rows again from the log with `yinuo rebuild`"});
        book_[row.currency][row.account] += row.minor;
        days_[{row.day, row.currency}][row.account] += row.minor;
        if (row.payout == 0) return;
        auto& net = nets_[row.payout];
        net.mixed = net.mixed || (!net.currency.empty() && net.currency != row.currency);
        net.currency = row.currency;
        const auto account = static_cast<remedy::Account>(row.account);
        if (account == remedy::Account::Reserved) net.reserved += row.minor;
        if (account == remedy::Account::Paid) net.paid += row.minor;
        if (account == remedy::Account::Reversed) net.reversed += row.minor;
    }

    void walk_postings() {
        for (std::int64_t after = 0;;) {
            const auto rows = reading_.postings(tenant_, after, kPage);
            for (const auto& row : rows) take(row);
            if (std::ssize(rows) < kPage) break;
            after = rows.back().id;
        }
        end_entry();
    }

    template <typename Sums>
    static void drop_zeros(Sums& sums) {
        std::erase_if(sums, [](const auto& one) {
            return std::ranges::all_of(one.second, [](auto minor) { return minor == 0; });
        });
    }

    void compare_balances() {
        auto told = balances_of(reading_, tenant_);
        drop_zeros(told);
        drop_zeros(book_);
        std::set<std::string> currencies;
        for (const auto& [currency, accounts] : told) currencies.insert(currency);
        for (const auto& [currency, accounts] : book_) currencies.insert(currency);
        for (const auto& currency : currencies)
            for (std::size_t i = 0; i < remedy::kAccounts; ++i)
                if (told[currency][i] != book_[currency][i]) {
                    const auto name = remedy::describe(static_cast<remedy::Account>(i));
                    differs(name.zh + "的 " + currency + " 余额",
                            "the " + currency + " balance of " + name.en);
                }
    }

    void compare_days() {
        auto told = moves_by_day(reading_, tenant_, 0);
        drop_zeros(told);
        drop_zeros(days_);
        std::set<Day> all;
        for (const auto& [day, accounts] : told) all.insert(day);
        for (const auto& [day, accounts] : days_) all.insert(day);
        for (const auto& day : all)
            if (told[day] != days_[day]) {
                const auto date = date_of_day(day.first).to_string();
                differs(date + " 的 " + day.second + " 日结",
                        "the " + day.second + " closing of " + date);
            }
    }

    void hold(const store::PayoutRow& row) {
        const auto view = engine::open_payout(row);
        if (!view) return made_.findings.push_back({Severity::Error, view.error()});
        const auto& payout = view->payout;
        const auto state = payout.state;
        const auto minor = remedy::minor_left(payout);
        const bool holds = state == remedy::PayoutState::Reserved ||
                           state == remedy::PayoutState::Sent ||
                           state == remedy::PayoutState::Failed;
        const bool paid = state == remedy::PayoutState::Paid;
        Net net;
        if (const auto found = nets_.find(row.id); found != nets_.end()) {
            net = found->second;
            nets_.erase(found);
        }
        if (!net.mixed && net.reserved == (holds && !payout.back ? minor : 0) &&
            net.paid == (paid && !payout.back ? minor : 0) &&
            net.reversed == (paid && payout.back ? -minor : 0))
            return;
        const auto id = engine::payout_text(row.id);
        const auto name = remedy::describe(state);
        find("payout-differs",
             {"赔付 " + id + "（" + name.zh + "）与它的分录不符：预留 " +
                  std::to_string(net.reserved) + "，已付 " + std::to_string(net.paid) + "，冲回 " +
                  std::to_string(net.reversed) + "，应对 " + std::to_string(minor),
              "payout " + id + " (" + name.en + ") and its postings differ: reserved " +
                  std::to_string(net.reserved) + ", paid " + std::to_string(net.paid) +
                  ", reversed " + std::to_string(net.reversed) + ", of " + std::to_string(minor)},
             {"用 yinuo fsck 核对日志", "let `yinuo fsck` look at the log"});
    }

    void walk_payouts() {
        store::PayoutQuery query{.tenant = tenant_, .limit = kPage};
        while (true) {
            const auto rows = reading_.payouts(query);
            for (const auto& row : rows) hold(row);
            made_.payouts += std::ssize(rows);
            if (std::ssize(rows) < kPage) break;
            query.after = rows.back().id;
        }
        for (const auto& [id, net] : nets_)
            if (net.reserved != 0 || net.paid != 0 || net.reversed != 0)
                find("payout-unknown",
                     {"有分录的赔付 " + engine::payout_text(id) + " 不存在",
                      "there are postings of payout " + engine::payout_text(id) +
                          ", which isn't there"},
                     {"用 yinuo rebuild 由日志重做",
                      "make the rows again from the log with `yinuo rebuild`"});
    }

    store::Reading& reading_;
    const store::TenantId tenant_;
    BooksChecked made_;
    store::Position position_ = 0;
    std::map<std::string, std::int64_t> entry_;  // by currency, of the entry in hand
    Book book_;
    std::map<Day, Accounts> days_;
    std::map<store::PayoutId, Net> nets_;
};

}  // namespace

BooksChecked check_books(store::Reading& reading, store::TenantId tenant) {
    return Audit(reading, tenant).run();
}

}  // namespace yinuo::server
