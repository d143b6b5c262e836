// How a company pays, as a document.
#include <algorithm>
#include <map>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/json_members.h"
#include "engine/paying_cashier.h"
#include "engine/paying_entry.h"

namespace yinuo::engine {
namespace {

using Period = FundPolicy::Budget::Period;

constexpr std::string_view kCollection = "fund";
constexpr std::string_view kPolicy = "policy";
constexpr std::size_t kListMost = 200;
constexpr std::size_t kTextMost = 200;

std::string_view word_of(Period period) {
    switch (period) {
        case Period::Month: return "month";
        case Period::Quarter: return "quarter";
        case Period::Year: return "year";
        case Period::Ever: return "ever";
    }
    check(false);
}

std::optional<Period> period_of(std::string_view word) {
    for (const auto one : {Period::Month, Period::Quarter, Period::Year, Period::Ever})
        if (word_of(one) == word) return one;
    return std::nullopt;
}

void append_money(CanonicalObject& object, const Money& money) {
    object.text("currency", money.currency.code());
    object.number("minor", money.minor);
}

template <typename List, typename Append>
void append_list(std::string& out, const List& list, Append append) {
    out += '[';
    for (const auto& one : list) {
        if (&one != list.data()) out += ',';
        CanonicalObject object(out);
        append(object, one);
        object.close();
    }
    out += ']';
}

std::string to_json(const FundPolicy& policy) {
    std::string out;
    CanonicalObject object(out);
    append_list(object.member("approvals"), policy.approvals, [](auto& one, const auto& approval) {
        append_money(one, approval.above);
        one.text("role", approval.role);
    });
    append_list(object.member("budgets"), policy.budgets, [](auto& one, const auto& budget) {
        append_money(one, budget.most);
        one.text("period", word_of(budget.period));
        one.text("promise", budget.promise);
    });
    append_list(object.member("caps"), policy.caps, [](auto& one, const auto& cap) {
        append_money(one, cap.most);
        one.text("period", word_of(cap.period));
    });
    object.number("offers_expire_after", policy.offers_expire_after.count);
    object.truth("overdraws", policy.overdraws);
    append_list(object.member("pays"), policy.pays, [](auto& one, const auto& pays) {
        one.text("connector", pays.connector);
        one.text("kind", pays.kind);
    });
    object.text("zone", policy.zone);
    object.close();
    return out;
}

Money read_money(Members& in) {
    const auto currency = Currency::parse(in.text("currency"));
    return {.minor = in.number("minor"), .currency = currency.value_or(Currency())};
}

FundPolicy from_json(std::string_view text) {
    FundPolicy policy;
    Arena memory;
    const auto json = wire::parse_json(text, memory);
    if (!json) return policy;
    const Text what{"赔付规则", "fund policy"};
    Members in(*json, what);
    for (const auto& item : in.array("approvals").items) {
        Members one(item, what);
        const auto above = read_money(one);
        policy.approvals.push_back({.above = above, .role = one.text("role")});
    }
    for (const auto& item : in.array("budgets").items) {
        Members one(item, what);
        policy.budgets.push_back({.promise = one.text("promise"),
                                  .period = period_of(one.text("period")).value_or(Period::Month),
                                  .most = read_money(one)});
    }
    for (const auto& item : in.array("caps").items) {
        Members one(item, what);
        policy.caps.push_back({.period = period_of(one.text("period")).value_or(Period::Month),
                               .most = read_money(one)});
    }
    for (const auto& item : in.array("pays").items) {
        Members one(item, what);
        policy.pays.push_back({.kind = one.text("kind"), .connector = one.text("connector")});
    }
    policy.zone = in.text("zone");
    policy.offers_expire_after = {in.number("offers_expire_after")};
    policy.overdraws = in.truth("overdraws");
    return policy;
}

Error bad_policy(Text what, Text mend) {
    return {.code = "bad-policy", .what = std::move(what), .mend = std::move(mend)};
}

bool is_amount(const Money& money) { return money.minor >= 0 && money.minor <= kMinorMost; }
bool is_text(const std::string& text) { return !text.empty() && text.size() <= kTextMost; }

Result<void> check_policy(const FundPolicy& policy, Zones& zones) {
    const auto amounts_fit = [](const auto& list, auto amount) {
        return std::ranges::all_of(list, is_amount, amount);
    };
    if (!amounts_fit(policy.approvals, &FundPolicy::Approval::above) ||
        !amounts_fit(policy.budgets, &FundPolicy::Budget::most) ||
        !amounts_fit(policy.caps, &FundPolicy::Cap::most))
        return refuse(bad_policy({"金额不能为负，也不能过大", "an amount is negative or too large"},
                                 {"写 0 到 2^53 - 1 个最小货币单位", "0 to 2^53 - 1 minor units"}));
    if (policy.approvals.size() > kListMost || policy.budgets.size() > kListMost ||
        policy.caps.size() > kListMost || policy.pays.size() > kListMost)
        return refuse(bad_policy({"条目太多", "there are too many lines"},
                                 {"每种最多 200 条", "at most 200 of each kind"}));
    std::map<std::string, std::int64_t, std::less<>> before;
    for (const auto& [above, role] : policy.approvals) {
        const auto [place, fresh] =
            before.try_emplace(std::string(above.currency.code()), above.minor);
        if (!is_text(role) || (!fresh && above.minor <= place->second))
            return refuse(bad_policy({"审批线没有角色，或没有由低到高",
                                      "an approval has no role, or the lines don't rise"},
                                     {"每种货币由低到高，各写一个角色",
                                      "from low to high in each currency, a role for each"}));
        place->second = above.minor;
    }
    for (const auto& pays : policy.pays)
        if (!is_text(pays.connector) || pays.kind.size() > kTextMost)
            return refuse(bad_policy({"赔付渠道为空或太长", "a connector is empty or too long"},
                                     {"写 1 到 200 字节", "1 to 200 bytes"}));
    for (const auto& budget : policy.budgets)
        if (budget.promise.size() > kTextMost)
            return refuse(bad_policy({"承诺名太长", "a promise's name is too long"},
                                     {"最多 200 字节", "at most 200 bytes"}));
    if (zones.find(policy.zone) == nullptr)
        return refuse(bad_policy(
            {"没有这个时区：" + policy.zone, "there is no such time zone: " + policy.zone},
            {"写 IANA 名，例如 Asia/Shanghai", "an IANA name, for example Asia/Shanghai"}));
    if (policy.offers_expire_after < hours(1) || policy.offers_expire_after > hours(24 * 3660))
        return refuse(bad_policy(
            {"选择期限应在 1 小时到 10 年之间", "an offer stands for 1 hour to 10 years"},
            {"默认 30 天", "30 days unless you say otherwise"}));
    return {};
}

}  // namespace

FundPolicy fund_policy(store::Reading& rows, store::TenantId tenant) {
    const auto document = rows.document(tenant, kCollection, kPolicy);
    if (!document) return {};
    auto policy = from_json(document->body);
    policy.etag = document->version;
    return policy;
}

Result<FundPolicy> put_fund_policy(Turns& turns, const Actor& actor, FundPolicy policy) {
    if (auto fits = check_policy(policy, turns.shelf().zones()); !fits)
        return refuse(std::move(fits.error()));
    const bool stands = turns.rows().put_document({.tenant = actor.tenant,
                                                   .collection = std::string(kCollection),
                                                   .id = std::string(kPolicy),
                                                   .version = policy.etag + 1,
                                                   .body = to_json(policy)});
    if (!stands)
        return refuse({.code = "stale",
                       .what = {"赔付规则已被别人改过", "the fund's policy was changed meanwhile"},
                       .mend = {"重新读取后再改", "read it again and change that"}});
    ++policy.etag;
    turns.till().cashier.policy_changed(actor.tenant);
    turns.audit(actor, "fund.policy-changed", "fund/policy",
                "\"etag\":" + std::to_string(policy.etag));
    return policy;
}

}  // namespace yinuo::engine
