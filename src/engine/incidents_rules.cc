#include "engine/incidents_rules.h"

#include <algorithm>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/incidents_desk.h"
#include "engine/json_members.h"
#include "engine/paying_cashier.h"

namespace yinuo::engine {
namespace {

using Counts = IncidentRule::Counts;

constexpr std::size_t kTextMost = 500;
constexpr std::size_t kGroupMost = 500;
constexpr std::size_t kNameMost = 60;
constexpr int kRulesMost = 100;  // of one tenant
constexpr std::int64_t kLeastMost = 100'000;
constexpr std::int64_t kWithinMost = 24 * 60;
constexpr std::int64_t kLastsMost = 31 * 24 * 60;

Error bad(Text what, Text mend) {
    return {.code = "bad-rule", .what = std::move(what), .mend = std::move(mend)};
}

Error stale() {
    return {.code = "stale",
            .what = {"别人刚改过这条规则", "somebody else changed this rule meanwhile"},
            .mend = {"重新读取后再改", "read it again, then change it"}};
}

bool is_text(std::string_view text, std::size_t most = kTextMost) {
    return !text.empty() && text.size() <= most;
}

bool is_name(std::string_view name) {
    return is_text(name, kNameMost) && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

std::string write_rule(const IncidentRule& rule) {
    std::string out;
    CanonicalObject object(out);
    object.text("cause", rule.cause);
    object.text("clause", rule.clause);
    object.text("counts", name_of(rule.counts));
    object.truth("enabled", rule.enabled);
    object.text("group", rule.group);
    object.truth("holds", rule.holds);
    object.number("lasts_minutes", rule.lasts_minutes);
    object.number("least", rule.least);
    object.text("promise", rule.promise);
    object.text("role", rule.role);
    object.instant("since", rule.since);
    object.text("title_en", rule.title.en);
    object.text("title_zh", rule.title.zh);
    object.number("within_minutes", rule.within_minutes);
    object.close();
    return out;
}

IncidentRule read_rule(const store::Document& document) {
    Arena memory;
    auto json = wire::parse_json(document.body, memory);
    if (!json) throw store::Trouble(std::move(json.error()));
    Members in(*json, {"群障规则", "incident rule"});
    IncidentRule rule{.name = document.id, .etag = document.version};
    rule.cause = in.text("cause");
    rule.clause = in.text("clause");
    rule.counts = in.text("counts") == name_of(Counts::AtRisk) ? Counts::AtRisk : Counts::Broken;
    rule.enabled = in.truth("enabled");
    rule.group = in.text("group");
    rule.holds = in.truth("holds");
    rule.lasts_minutes = in.number("lasts_minutes");
    rule.least = in.number("least");
    rule.promise = in.text("promise");
    rule.role = in.text("role");
    rule.since = in.instant("since");
    rule.title.en = in.text("title_en");
    rule.title.zh = in.text("title_zh");
    rule.within_minutes = in.number("within_minutes");
    if (auto read = in.finish(); !read) throw store::Trouble(std::move(read.error()));
    return rule;
}

Result<void> check_rule(Turns& turns, store::TenantId tenant, const IncidentRule& rule) {
    if (!is_name(rule.name))
        return refuse(bad({"规则的名字不能用", "this name won't do"},
                          {"1 到 60 个小写字母、数字和 -", "1 to 60 small letters, digits and -"}));
    if (!is_text(rule.title.zh) || !is_text(rule.title.en) || !is_text(rule.cause, 100) ||
        !is_text(rule.role, 100) || rule.group.size() > kGroupMost)
        return refuse(bad({"标题、原因、角色或分组缺失或太长",
                           "a title, cause, role or group is missing or too long"},
                          {"标题中英文各写一句，最多 500 字节",
                           "a title in both languages, at most 500 bytes each"}));
    if (rule.least < 2 || rule.least > kLeastMost || rule.within_minutes < 1 ||
        rule.within_minutes > kWithinMost)
        return refuse(bad(
            {"多少起、多长时间之内，超出了范围", "how many, or within how long, is out of range"},
            {"2 到 100000 起，1 到 1440 分钟", "2 to 100000, 1 to 1440 minutes"}));
    if (rule.lasts_minutes < rule.within_minutes || rule.lasts_minutes > kLastsMost)
        return refuse(bad({"群障的时间窗比规则的短，或超过 31 天",
                           "the incident's window is shorter than the rule's, or above 31 days"},
                          {"不写就是 24 小时", "24 hours unless you say otherwise"}));
    if (auto known = check_scope(turns, tenant, rule.promise, rule.clause); !known) return known;
    if (auto made = turns.till().cashier.incidents().compile(rule.group); !made)
        return refuse(std::move(made.error()));
    return {};
}

}  // namespace

std::string_view name_of(Counts counts) { return counts == Counts::AtRisk ? "at-risk" : "broken"; }

std::optional<IncidentRule> find_incident_rule(store::Reading& rows, store::TenantId tenant,
                                               std::string_view name) {
    const auto document = rows.document(tenant, kIncidentRules, name);
    if (!document) return std::nullopt;
    return read_rule(*document);
}

std::vector<IncidentRule> incident_rules(store::Reading& rows, store::TenantId tenant,
                                         std::string_view after, int limit) {
    std::vector<IncidentRule> all;
    for (const auto& document : rows.documents(tenant, kIncidentRules, after, limit))
        all.push_back(read_rule(document));
    return all;
}

Result<IncidentRule> put_incident_rule(Turns& turns, const Actor& actor, IncidentRule rule) {
    if (auto fine = check_rule(turns, actor.tenant, rule); !fine)
        return refuse(std::move(fine.error()));
    auto& rows = turns.rows();
    const bool fresh = rule.etag == 0;
    if (fresh && rows.documents(actor.tenant, kIncidentRules, {}, kRulesMost).size() ==
                     static_cast<std::size_t>(kRulesMost))
        return refuse({.code = "too-many",
                       .what = {"群障规则太多", "these are too many incident rules"},
                       .mend = {"最多 100 条", "100 at most"}});
    rule.since = turns.now() - minutes(rule.within_minutes);
    if (!rows.put_document({.tenant = actor.tenant,
                            .collection = std::string(kIncidentRules),
                            .id = rule.name,
                            .version = rule.etag + 1,
                            .key = {},
                            .body = write_rule(rule)}))
        return refuse(stale());
    ++rule.etag;
    turns.till().cashier.incidents().watch().forget(actor.tenant);
    turns.audit(actor, fresh ? "incident-rule.added" : "incident-rule.changed",
                "incident-rule/" + rule.name);
    return rule;
}

Result<void> remove_incident_rule(Turns& turns, const Actor& actor, std::string_view name,
                                  std::int64_t etag) {
    const auto found = find_incident_rule(turns.rows(), actor.tenant, name);
    if (!found)
        return refuse({.code = "no-incident-rule",
                       .what = {"没有这条群障规则", "there is no such incident rule"}});
    if (found->etag != etag) return refuse(stale());
    turns.rows().remove_document(actor.tenant, kIncidentRules, name);
    turns.till().cashier.incidents().watch().forget(actor.tenant);
    turns.audit(actor, "incident-rule.removed", "incident-rule/" + std::string(name));
    return {};
}

std::optional<Instant> RuleCount::add(Instant at, store::ObligationId id, Millis within,
                                      std::int64_t least) {
    counted_.insert({at, id});
    auto first = counted_.lower_bound({at - within, 0});
    std::int64_t count = 0;
    for (auto last = first; last != counted_.end() && last->first <= at + within; ++last) {
        ++count;
        while (last->first - first->first > within) ++first, --count;
        if (count >= least && last->first >= at && first->first <= at) return first->first;
    }
    return std::nullopt;
}

void RuleCount::drop_until(Instant until) {
    while (!counted_.empty() && counted_.begin()->first <= until) counted_.erase(counted_.begin());
}

Instant counts_at(const IncidentRule& rule, const store::ObligationRow& row) {
    if (is_broken(row))
        return rule.counts == Counts::AtRisk ? std::min(row.warns_at, row.broken_at)
                                             : row.broken_at;
    const bool at_risk = static_cast<promise::State>(row.state) == promise::State::AtRisk;
    return rule.counts == Counts::AtRisk && at_risk ? row.warns_at : Instant::max();
}

}  // namespace yinuo::engine
