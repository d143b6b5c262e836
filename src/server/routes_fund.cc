// The guarantee fund 保障基金: what is in it, its ledger and days, money by hand, how it pays.
#include <algorithm>
#include <charconv>

#include "server/body.h"
#include "server/fund_books.h"
#include "server/payout_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

using engine::FundPolicy;
using Period = FundPolicy::Budget::Period;

constexpr int kDaysMost = 400;
constexpr int kDaysUnsaid = 31;

// Today as the policy cuts days.
Date today(const Call& call, store::Reading& reading) {
    const auto* zone = call.things.zones.find(engine::fund_policy(reading, call.who.tenant).zone);
    const auto now = call.things.engine_clock.now();
    return (zone == nullptr ? Zone::utc() : *zone).to_local(now).date();
}

// What waits is added up one by one: not on the HTTP thread.
void read_fund(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        JsonOut out;
        write_fund(out, *reading, call.who.tenant, today(call, *reading));
        return ok(out);
    });
}

// --- the ledger -----------------------------------------------------------------------------------

Answer list_postings(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    std::int64_t after = 0;
    std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), after);
    const auto reading = call.things.store.read();
    auto rows = reading->postings(call.who.tenant, after, wish->limit + 1);
    const bool more = std::ssize(rows) > wish->limit;
    if (more) rows.pop_back();
    JsonOut items;
    for (const auto& row : rows) write_posting(items, *reading, row);
    return page(call, items.text(), more ? std::to_string(rows.back().id) : "");
}

// In parts, so that no ledger is too long: each but the last says where the next one is. Put one
// after the other they are the file.
constexpr std::int64_t kCsvLines = 50'000;

void read_ledger(Ticket ticket) {
    if (!ticket->call.request.header("accept").value_or("").contains("text/csv"))
        return ticket->answer(list_postings(ticket->call));
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto wish = page_of(call.request);
        if (!wish) return deny(wish.error());
        std::int64_t after = 0;
        std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), after);
        const auto reading = call.things.store.read();
        std::string csv;
        const auto last = ledger_csv(
            *reading, call.who.tenant,
            [&](const std::string& piece) {
                csv += piece;
                return true;
            },
            after, kCsvLines);
        http::Response response{
            .status = 200,
            .headers = {{"Content-Type", after == 0 ? "text/csv; charset=utf-8; header=present"
                                                    : "text/csv; charset=utf-8; header=absent"},
                        {"Content-Disposition", "attachment; filename=\"fund-ledger.csv\""}},
            .body = std::move(csv)};
        if (!last) return response;
        const auto as_page = page(call, {}, std::to_string(*last));
        response.with("Link", std::string(as_page.header("Link").value_or("")));
        return response;
    });
}

std::optional<Date> date_in(Query& in, std::string_view name) {
    const auto text = in.text(name);
    if (!text) return std::nullopt;
    const auto date = Date::parse(*text);
    if (!date)
        in.flaw(name, {.code = "bad-date",
                       .what = {"这不是日期", "this is no date"},
                       .mend = {"例如 2026-03-10", "for example 2026-03-10"}});
    return date;
}

Answer list_days(const Call& call) {
    const auto reading = call.things.store.read();
    Query in(call.request);
    const auto until =
        date_in(in, "until").value_or(today(call, *reading).plus_days(1));  // not included
    const auto from = date_in(in, "from").value_or(until.plus_days(-kDaysUnsaid));
    if (from >= until || until.days - from.days > kDaysMost)
        in.flaw("until", {.code = "out-of-range",
                          .what = {"区间不对", "this span can't be"},
                          .mend = {"until（不含）要晚于 from，最多 400 天",
                                   "`until` is after `from` and not included; at most 400 days"}});
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    JsonOut items;
    for (const auto& day : day_closings(*reading, call.who.tenant, from, until))
        write_closing(items, day);
    return page(call, items.text(), {});
}

// --- money by hand --------------------------------------------------------------------------------

constexpr std::string_view kMoves[] = {"deposit", "withdraw", "recover"};

struct MoveWish {
    std::string move, amount, currency, reference, promise, payout, partner;
};
void describe(Members& in, MoveWish& into) {
    in.need_word("move", into.move, kMoves);
    in.need("amount", into.amount, {.least = 1, .most = 40});
    in.need("currency", into.currency, {.least = 3, .most = 3});
    in.need("reference", into.reference, {.least = 1, .most = 160});
    in.may("promise", into.promise, {.least = 1, .most = 200});
    in.may("payout", into.payout, {.least = 1, .most = 40});
    in.may("partner", into.partner, {.least = 1, .most = 160});
}

// An amount in text, exact to the minor unit: what would have to be rounded is refused.
Result<Money> money_of(std::string_view amount, std::string_view code) {
    const auto currency = Currency::parse(code);
    if (!currency)
        return refuse(
            {.code = "unknown-currency",
             .what = {"没有这种货币：" + std::string(code),
                      "there is no such currency: " + std::string(code)},
             .mend = {"写 ISO 4217 代码，例如 CNY", "an ISO 4217 code, for example CNY"}});
    const auto number = Decimal::parse(amount);
    const auto money =
        number ? round_to_minor(*number, *currency, Rounding::HalfEven) : std::nullopt;
    if (!money || money->amount() != *number)
        return refuse({.code = "bad-amount",
                       .what = {"金额不对：" + std::string(amount),
                                "this amount can't be: " + std::string(amount)},
                       .mend = {"写成文本，小数位不多于这种货币的，例如 \"100.00\"",
                                "a text with no more decimals than the currency has, for example "
                                "\"100.00\""}});
    return *money;
}

Result<engine::FundWish> fund_wish_of(const MoveWish& given) {
    engine::FundWish wish{.money = TRY(money_of(given.amount, given.currency)),
                          .reference = given.reference,
                          .promise = given.promise,
                          .partner = given.partner};
    wish.move = given.move == kMoves[0]   ? engine::FundMove::Deposit
                : given.move == kMoves[1] ? engine::FundMove::Withdraw
                                          : engine::FundMove::Recover;
    if (!given.payout.empty()) wish.payout = TRY(engine::parse_payout(given.payout));
    return wish;
}

void move(Ticket ticket) {
    auto given = read_body<MoveWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto wish = TRY(fund_wish_of(given));
        if (wish.payout != 0)
            if (const auto seen = find_payout(call, turns.rows(), given.payout); !seen)
                return deny(seen.error());
        const auto position = TRY(engine::move_money(turns, call.who.actor, wish));
        const std::string currency(wish.money.currency.code());
        JsonOut out;
        out.open('{').member("position", position).member("move", given.move);
        write_money(out.key("money"), wish.money);
        out.member("reference", given.reference).key("accounts");
        write_accounts(out, balances_of(turns.rows(), call.who.tenant)[currency], currency);
        out.close('}');
        return http::Response::json(201, out.take());
    });
}

// --- how the fund pays ----------------------------------------------------------------------------

constexpr std::string_view kPeriods[] = {"month", "quarter", "year", "ever"};
constexpr std::string_view kApprovers[] = {"agent", "second_line", "manager", "owner"};
constexpr std::int64_t kOfferHoursMost = 24 * 3660;

struct Limit {
    std::string amount, currency, role, promise, period = "month";
};
struct ApprovalWish : Limit {};
void describe(Members& in, ApprovalWish& into) {
    in.need("above", into.amount, {.least = 1, .most = 40});
    in.need("currency", into.currency, {.least = 3, .most = 3});
    in.need_word("role", into.role, kApprovers);
}
struct BudgetWish : Limit {};
void describe(Members& in, BudgetWish& into) {
    in.may("promise", into.promise, {.least = 0, .most = 200});
    in.need_word("period", into.period, kPeriods);
    in.need("most", into.amount, {.least = 1, .most = 40});
    in.need("currency", into.currency, {.least = 3, .most = 3});
}
struct CapWish : Limit {};
void describe(Members& in, CapWish& into) {
    in.need_word("period", into.period, kPeriods);
    in.need("most", into.amount, {.least = 1, .most = 40});
    in.need("currency", into.currency, {.least = 3, .most = 3});
}
struct PaysWish {
    std::string kind, connector;
};
void describe(Members& in, PaysWish& into) {
    in.may("kind", into.kind, {.least = 0, .most = 200});
    in.need("connector", into.connector, {.least = 1, .most = 200});
}

struct PolicyWish {
    std::vector<ApprovalWish> approvals;
    std::vector<BudgetWish> budgets;
    std::vector<CapWish> caps;
    std::vector<PaysWish> pays;
    std::string zone = FundPolicy().zone;
    std::int64_t offer_hours = FundPolicy().offers_expire_after.count / hours(1).count;
    bool overdraws = false;
};
void describe(Members& in, PolicyWish& into) {
    in.may_each("approvals", into.approvals, {.most = 200});
    in.may_each("budgets", into.budgets, {.most = 200});
    in.may_each("caps", into.caps, {.most = 200});
    in.may_each("pays", into.pays, {.most = 200});
    in.may("zone", into.zone, {.least = 1, .most = 80});
    in.may("offer_hours", into.offer_hours, {.least = 1, .most = kOfferHoursMost});
    in.may("overdraws", into.overdraws);
}

Period period_of(std::string_view word) {
    return static_cast<Period>(std::ranges::find(kPeriods, word) - std::begin(kPeriods));
}
static_assert(static_cast<int>(Period::Ever) + 1 == std::size(kPeriods));

Result<FundPolicy> policy_of(const PolicyWish& wish) {
    FundPolicy policy;
    policy.zone = wish.zone;
    policy.offers_expire_after = hours(wish.offer_hours);
    policy.overdraws = wish.overdraws;
    for (const auto& [kind, connector] : wish.pays)
        policy.pays.push_back({.kind = kind, .connector = connector});
    for (const auto& one : wish.approvals) {
        const auto above = TRY(money_of(one.amount, one.currency));
        policy.approvals.push_back({.above = above, .role = one.role});
    }
    for (const auto& one : wish.budgets) {
        const auto most = TRY(money_of(one.amount, one.currency));
        policy.budgets.push_back(
            {.promise = one.promise, .period = period_of(one.period), .most = most});
    }
    for (const auto& one : wish.caps) {
        const auto most = TRY(money_of(one.amount, one.currency));
        policy.caps.push_back({.period = period_of(one.period), .most = most});
    }
    return policy;
}

void write_limit(JsonOut& out, std::string_view name, const Money& money) {
    out.member(name, money.amount().to_string()).member("currency", money.currency.code());
}

void write_policy(JsonOut& out, const FundPolicy& policy) {
    out.open('{').key("approvals").open('[');
    for (const auto& one : policy.approvals) {
        write_limit(out.open('{'), "above", one.above);
        out.member("role", one.role).close('}');
    }
    out.close(']').key("budgets").open('[');
    for (const auto& one : policy.budgets) {
        out.open('{').member_if("promise", one.promise).member("period", name_of(one.period));
        write_limit(out, "most", one.most);
        out.close('}');
    }
    out.close(']').key("caps").open('[');
    for (const auto& one : policy.caps) {
        write_limit(out.open('{').member("period", name_of(one.period)), "most", one.most);
        out.close('}');
    }
    out.close(']').key("pays").open('[');
    for (const auto& one : policy.pays)
        out.open('{').member_if("kind", one.kind).member("connector", one.connector).close('}');
    out.close(']').member("zone", policy.zone);
    out.member("offer_hours", policy.offers_expire_after.count / hours(1).count);
    out.member("overdraws", policy.overdraws).close('}');
}

// The policy that nobody has written yet is its first version: it can be changed like any other.
constexpr std::int64_t kUnwritten = 1;

http::Response answer(const FundPolicy& policy) {
    JsonOut out;
    write_policy(out, policy);
    return ok(out, policy.etag + kUnwritten);
}

Answer read_policy(const Call& call) {
    return answer(engine::fund_policy(*call.things.store.read(), call.who.tenant));
}

void change_policy(Ticket ticket) {
    auto given = read_body<PolicyWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        auto policy = TRY(policy_of(given));
        policy.etag = etag - kUnwritten;
        return answer(
            TRY(engine::put_fund_policy(turns, ticket->call.who.actor, std::move(policy))));
    });
}

constexpr auto kRead = Permission::FundRead;
constexpr auto kWrite = Permission::FundWrite;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/fund", "readFund", kRead, read_fund, 0, false, 2},
    {"GET", "/api/v1/fund/ledger", "listPostings", kRead, read_ledger, 0, false, 2},
    {"GET", "/api/v1/fund/days", "listFundDays", kRead, list_days, 0},
    {"POST", "/api/v1/fund/moves", "moveMoney", kWrite, move, 4096, true},
    {"GET", "/api/v1/fund/policy", "readFundPolicy", kRead, read_policy, 0},
    {"PUT", "/api/v1/fund/policy", "changeFundPolicy", kWrite, change_policy, 128 * 1024},
};

}  // namespace

std::span<const Route> fund_routes() { return kRoutes; }

}  // namespace yinuo::server
