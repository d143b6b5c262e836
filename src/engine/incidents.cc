#include "engine/incidents.h"

#include <algorithm>

#include "base/check.h"
#include "engine/announcing.h"
#include "engine/canonical_json.h"
#include "engine/incidents_desk.h"
#include "engine/json_members.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

constexpr std::size_t kTextMost = 500;
constexpr std::size_t kConditionMost = 4'000;
constexpr Millis kWindowMost = hours(24 * 366);
constexpr std::string_view kStates[] = {"open", "decided", "running", "done", "closed"};

Error bad(Text what, Text mend) {
    return {.code = "bad-incident", .what = std::move(what), .mend = std::move(mend)};
}

bool is_text(std::string_view text, std::size_t most = kTextMost) {
    return !text.empty() && text.size() <= most;
}

Result<void> check_wish(Turns& turns, store::TenantId tenant, const IncidentWish& wish) {
    if (!is_text(wish.title.zh) || !is_text(wish.title.en) || !is_text(wish.cause, 100) ||
        !is_text(wish.role, 100) || wish.condition.size() > kConditionMost)
        return refuse(
            bad({"标题、原因或角色缺失或太长", "a title, cause or role is missing or too long"},
                {"标题中英文各写一句，最多 500 字节",
                 "a title in both languages, at most 500 bytes each"}));
    if (wish.from >= wish.until || wish.until - wish.from > kWindowMost)
        return refuse(bad({"时间窗为空，或超过 366 天", "the window is empty, or above 366 days"},
                          {"until 晚于 from，最多 366 天", "until after from, at most 366 days"}));
    if (auto known = check_scope(turns, tenant, wish.promise, wish.clause); !known) return known;
    if (auto made = turns.till().cashier.incidents().compile(wish.condition); !made)
        return refuse(std::move(made.error()));
    return {};
}

Result<void> check_decision(const IncidentDecision& decision) {
    if (!is_text(decision.reason))
        return refuse(bad({"决定要写明理由", "a decision needs a reason"},
                          {"一句话，最多 500 字节", "one sentence, at most 500 bytes"}));
    if (!decision.gift) return {};
    const auto& gift = *decision.gift;
    if (!is_text(gift.kind, 100) || gift.unit.size() > 20 || gift.amount.is_zero() ||
        gift.amount.is_negative() || gift.amount > Decimal(1'000'000'000))
        return refuse(
            bad({"补偿没有种类，或数量不是正数", "the gift has no kind, or isn't positive"},
                {"例如 data, MB, 500", "for example data, MB, 500"}));
    const auto currency = Currency::parse(gift.unit);
    if (!currency) return {};
    const auto money = round_to_minor(gift.amount, *currency, Rounding::HalfUp);
    if (!money || money->amount() != gift.amount)
        return refuse(bad({"金额不是整分", "the amount isn't whole minor units"},
                          {"例如 20.00 CNY", "for example 20.00 CNY"}));
    return {};
}

void append_gift(CanonicalObject& object, const IncidentDecision& decision) {
    if (!decision.gift) return;
    object.text("gift_amount", decision.gift->amount.to_string());
    object.text("gift_kind", decision.gift->kind);
    object.text("gift_unit", decision.gift->unit);
}

// What the transparency log commits to, and the entry's body: who made it what, and on what terms.
std::string leaf_of(const Incident& incident, const Actor& actor, Instant now,
                    std::string_view origin, std::string_view reason) {
    const auto& wish = incident.wish;
    std::string out;
    CanonicalObject leaf(out);
    leaf.instant("at", now);
    leaf.text("by", actor.id);
    leaf.text("cause", wish.cause);
    leaf.text("clause", wish.clause);
    leaf.text("condition", wish.condition);
    leaf.instant("from", wish.from);
    append_gift(leaf, incident.decision);
    if (!incident.group.empty()) leaf.text("group", incident.group);
    leaf.number("incident", incident.number);
    leaf.text("log", origin);
    leaf.text("promise", wish.promise);
    if (wish.is_public) leaf.truth("public", true);
    leaf.text("reason", reason);
    if (!incident.rule.empty()) leaf.text("rule", incident.rule);
    leaf.text("state", name_of(incident.state));
    leaf.text("type", "incident");
    leaf.instant("until", wish.until);
    leaf.number("v", 1);
    leaf.close();
    return out;
}

Error stale() {
    return {.code = "stale",
            .what = {"别人刚改过这个群障", "somebody else changed this incident meanwhile"},
            .mend = {"重新读取后再改", "read it again, then change it"}};
}

Result<Incident> find_in(Turns& turns, const Actor& actor, std::int64_t number, std::int64_t etag,
                         IncidentState needed) {
    auto found = find_incident(turns.rows(), actor.tenant, number);
    if (!found)
        return refuse(
            {.code = "no-incident", .what = {"没有这个群障", "there is no such incident"}});
    if (found->etag != etag) return refuse(stale());
    if (found->state == needed) return *std::move(found);
    const auto is = describe(found->state), should = describe(needed);
    return refuse(
        {.code = "wrong-incident-state",
         .what = {"这个群障" + is.zh + "，这一步要求“" + should.zh + "”",
                  "this incident is " + is.en + "; this step needs one that is " + should.en}});
}

Incident write_step(const Till& till, const Actor& actor, Incident incident, std::string_view word,
                    std::string_view reason) {
    auto& group = till.group;
    const auto leaf = leaf_of(incident, actor, group.now,
                              till.turner.tenant_of(group, incident.tenant).origin, reason);
    const auto position =
        till.turner.append(group, incident.tenant, EntryKind::Incident, leaf, leaf);
    ++incident.etag;
    check(group.rows.put_document({.tenant = incident.tenant,
                                   .collection = std::string(kIncidents),
                                   .id = incident_id(incident.number),
                                   .version = incident.etag,
                                   .key = {},
                                   .body = write_incident(incident)}));
    auto& desk = till.cashier.incidents();
    desk.forget(incident.tenant);
    desk.watch().changed(incident);
    const auto name = "incident." + std::string(word);
    const auto about = "incident/" + std::to_string(incident.number);
    till.turner.append(group, incident.tenant, EntryKind::Audit, audit_body(actor, name, about, {}),
                       {});
    group.announce(incident.tenant, name, about, leaf, position);
    return incident;
}

Incident write_step(Turns& turns, const Actor& actor, Incident incident, std::string_view word,
                    std::string_view reason) {
    return write_step(turns.till(), actor, std::move(incident), word, reason);
}

std::int64_t next_number(store::Writing& rows, store::TenantId tenant) {
    const auto number = last_incident(rows, tenant) + 1;
    check(rows.put_document({.tenant = tenant,
                             .collection = "incident-count",
                             .id = "last",
                             .version = number,
                             .key = {},
                             .body = "{}"}));
    return number;
}

}  // namespace

Result<void> check_scope(Turns& turns, store::TenantId tenant, std::string_view promise,
                         std::string_view clause) {
    bool known = false, has_clause = clause.empty();
    for (const Version* version : turns.shelf().of(tenant)) {
        if (!is_scope(promise, {}, *version, 0)) continue;
        known = true;
        has_clause = has_clause || version->promise->find_clause(clause) >= 0;
    }
    if (!known)
        return refuse(bad({"没有发布过这个承诺：" + std::string(promise),
                           "no such promise was published: " + std::string(promise)},
                          {"写承诺名，或「承诺名@版本」", "a promise's name, or NAME@VERSION"}));
    if (!has_clause)
        return refuse(bad({"这个承诺没有条款 " + std::string(clause),
                           "the promise has no clause " + std::string(clause)},
                          {"写条款名，或留空表示全部", "a clause's name, or none for all"}));
    return {};
}

std::string_view name_of(IncidentState state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<IncidentState> incident_state(std::string_view name) {
    const auto* found = std::ranges::find(kStates, name);
    if (found == std::end(kStates)) return std::nullopt;
    return static_cast<IncidentState>(found - kStates);
}

Text describe(IncidentState state) {
    switch (state) {
        case IncidentState::Open: return {"已声明", "open"};
        case IncidentState::Decided: return {"待第二人同意", "decided, to be approved"};
        case IncidentState::Running: return {"执行中", "running"};
        case IncidentState::Done: return {"已执行", "done"};
        case IncidentState::Closed: return {"已关闭", "closed"};
    }
    check(false);
}

std::string write_incident(const Incident& incident) {
    const auto& wish = incident.wish;
    std::string out;
    CanonicalObject object(out);
    object.instant("approved_at", incident.approved_at);
    object.text("approved_by", incident.approved_by);
    object.text("approver", incident.approver);
    object.text("cause", wish.cause);
    object.text("clause", wish.clause);
    object.instant("closed_at", incident.closed_at);
    object.text("closed_by", incident.closed_by);
    object.text("condition", wish.condition);
    object.instant("decided_at", incident.decided_at);
    object.text("decided_by", incident.decided_by);
    object.instant("declared_at", incident.declared_at);
    object.text("declared_by", incident.declared_by);
    object.instant("done_at", incident.done_at);
    object.instant("from", wish.from);
    append_gift(object, incident.decision);
    if (!incident.group.empty()) object.text("group", incident.group);
    object.truth("holds", wish.holds);
    object.number("number", incident.number);
    object.text("promise", wish.promise);
    if (wish.is_public) object.truth("public", true);
    object.text("reason", incident.decision.reason);
    object.text("role", wish.role);
    if (!incident.rule.empty()) object.text("rule", incident.rule);
    object.text("state", name_of(incident.state));
    object.text("title_en", wish.title.en);
    object.text("title_zh", wish.title.zh);
    object.instant("until", wish.until);
    object.close();
    return out;
}

Result<Incident> read_incident(const store::Document& document) {
    Arena memory;
    const auto json = TRY(wire::parse_json(document.body, memory));
    Members in(json, {"群障", "incident"});
    Incident made;
    made.tenant = document.tenant;
    made.etag = document.version;
    auto& wish = made.wish;
    made.approved_at = in.instant("approved_at");
    made.approved_by = in.text("approved_by");
    made.approver = in.text("approver");
    wish.cause = in.text("cause");
    wish.clause = in.text("clause");
    made.closed_at = in.instant("closed_at");
    made.closed_by = in.text("closed_by");
    wish.condition = in.text("condition");
    made.decided_at = in.instant("decided_at");
    made.decided_by = in.text("decided_by");
    made.declared_at = in.instant("declared_at");
    made.declared_by = in.text("declared_by");
    made.done_at = in.instant("done_at");
    wish.from = in.instant("from");
    if (in.has("gift_kind")) {
        const auto amount = Decimal::parse(in.text("gift_amount"));
        made.decision.gift = IncidentGift{.kind = in.text("gift_kind"),
                                          .unit = in.text("gift_unit"),
                                          .amount = amount.value_or(Decimal(0))};
    }
    if (in.has("group")) made.group = in.text("group");
    wish.holds = in.truth("holds");
    made.number = in.number("number");
    wish.promise = in.text("promise");
    wish.is_public = in.has("public") && in.truth("public");
    made.decision.reason = in.text("reason");
    wish.role = in.text("role");
    if (in.has("rule")) made.rule = in.text("rule");
    made.state = incident_state(in.text("state")).value_or(IncidentState::Open);
    wish.title.en = in.text("title_en");
    wish.title.zh = in.text("title_zh");
    wish.until = in.instant("until");
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return made;
}

std::optional<Incident> find_incident(store::Reading& rows, store::TenantId tenant,
                                      std::int64_t number) {
    const auto document = rows.document(tenant, kIncidents, incident_id(number));
    if (!document) return std::nullopt;
    auto made = read_incident(*document);
    if (!made) throw store::Trouble(std::move(made.error()));
    return std::move(*made);
}

std::vector<Incident> incidents(store::Reading& rows, store::TenantId tenant, std::int64_t after,
                                int limit) {
    std::vector<Incident> all;
    for (const auto& document : rows.documents(tenant, kIncidents, incident_id(after), limit)) {
        auto made = read_incident(document);
        if (!made) throw store::Trouble(std::move(made.error()));
        all.push_back(std::move(*made));
    }
    return all;
}

// None is ever removed: the count that is kept beside them is the last one's number.
std::int64_t last_incident(store::Reading& rows, store::TenantId tenant) {
    const auto count = rows.document(tenant, "incident-count", "last");
    return count ? count->version : 0;
}

Result<Incident> declare_incident(Turns& turns, const Actor& actor, const IncidentWish& wish) {
    if (auto fine = check_wish(turns, actor.tenant, wish); !fine)
        return refuse(std::move(fine.error()));
    Incident made{
        .tenant = actor.tenant, .number = next_number(turns.rows(), actor.tenant), .wish = wish};
    made.declared_by = actor.id;
    made.declared_at = turns.now();
    return write_step(turns, actor, std::move(made), "declared", {});
}

Incident declare_by_rule(const Till& till, store::TenantId tenant,
                         const IncidentWatch::Found& found) {
    const auto who = "rule:" + found.rule;
    Incident made{.tenant = tenant,
                  .number = next_number(till.group.rows, tenant),
                  .wish = found.wish,
                  .rule = found.rule,
                  .group = found.group,
                  .declared_by = who};
    made.declared_at = till.group.now;
    return write_step(till, {.tenant = tenant, .id = who, .name = who}, std::move(made), "declared",
                      {});
}

Result<Incident> publish_incident(Turns& turns, const Actor& actor, std::int64_t number,
                                  std::int64_t etag, bool is_public) {
    auto found = find_incident(turns.rows(), actor.tenant, number);
    if (!found)
        return refuse(
            {.code = "no-incident", .what = {"没有这个群障", "there is no such incident"}});
    if (found->etag != etag) return refuse(stale());
    if (found->wish.is_public == is_public) return *std::move(found);
    found->wish.is_public = is_public;
    return write_step(turns, actor, *std::move(found), is_public ? "published" : "withdrawn", {});
}

Result<Incident> decide_incident(Turns& turns, const Actor& actor, std::int64_t number,
                                 std::int64_t etag, const IncidentDecision& decision) {
    auto found = TRY(find_in(turns, actor, number, etag, IncidentState::Open));
    if (auto fine = check_decision(decision); !fine) return refuse(std::move(fine.error()));
    found.state = IncidentState::Decided;
    found.decision = decision;
    found.decided_by = actor.id;
    found.decided_at = turns.now();
    return write_step(turns, actor, std::move(found), "decided", decision.reason);
}

Result<Incident> approve_incident(Turns& turns, const Actor& actor, std::int64_t number,
                                  std::int64_t etag) {
    auto found = TRY(find_in(turns, actor, number, etag, IncidentState::Decided));
    if (found.decided_by == actor.id)
        return refuse({.code = "same-person",
                       .what = {"作决定的人不能自己批准", "whoever decided it can't approve it"},
                       .mend = {"请另一位同事批准", "let a colleague approve it"}});
    found.state = IncidentState::Running;
    found.approved_by = actor.id;
    found.approver = actor.name.empty() ? actor.id : actor.name;
    found.approved_at = turns.now();
    const auto reason = found.decision.reason;
    return write_step(turns, actor, std::move(found), "approved", reason);
}

Result<Incident> turn_down_incident(Turns& turns, const Actor& actor, std::int64_t number,
                                    std::int64_t etag, std::string_view reason) {
    auto found = TRY(find_in(turns, actor, number, etag, IncidentState::Decided));
    if (!is_text(reason))
        return refuse({.code = "needs-reason",
                       .what = {"不同意要写明理由", "not agreeing needs a reason"},
                       .mend = {"写一句话", "one sentence"}});
    found.state = IncidentState::Open;
    found.decision = {};
    found.decided_by.clear();
    found.decided_at = Instant::max();
    return write_step(turns, actor, std::move(found), "turned-down", reason);
}

Result<Incident> close_incident(Turns& turns, const Actor& actor, std::int64_t number,
                                std::int64_t etag) {
    auto found = TRY(find_in(turns, actor, number, etag, IncidentState::Done));
    found.state = IncidentState::Closed;
    found.closed_by = actor.id;
    found.closed_at = turns.now();
    return write_step(turns, actor, std::move(found), "closed", {});
}

Incident finish_incident(Turns& turns, Incident incident) {
    const Actor system{.tenant = incident.tenant, .id = "system", .name = "system"};
    incident.state = IncidentState::Done;
    incident.done_at = turns.now();
    return write_step(turns, system, std::move(incident), "done", {});
}

}  // namespace yinuo::engine
