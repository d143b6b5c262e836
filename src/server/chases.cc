#include "server/chases.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "promise/obligation.h"
#include "server/json_out.h"
#include "time/civil.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kSettings = "chases";
constexpr std::string_view kRule = "rule";
constexpr std::string_view kAbout = "chases-about";  // by subject: the latest ones of its customer
constexpr std::size_t kRemembered = 50;

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_of(const wire::Json& json, std::string_view name, std::int64_t otherwise = 0) {
    const auto* found = json.find(name);
    return found == nullptr ? otherwise : found->integer().value_or(otherwise);
}

std::string minutes_zh(std::int64_t minutes) { return std::to_string(minutes) + " 分钟"; }
std::string minutes_en(std::int64_t minutes) { return std::to_string(minutes) + " minutes"; }

Text from_then(Instant at) {
    const auto text = to_string(at);
    return {"从 " + text + " 起可以", "possible from " + text};
}

std::vector<std::string> chases_about(store::Reading& rows, store::TenantId tenant,
                                      std::string_view about) {
    std::vector<std::string> ids;
    const auto document = rows.document(tenant, kAbout, about);
    Arena memory;
    const auto json =
        document ? wire::parse_json(document->body, memory) : Result<wire::Json>(wire::Json{});
    const auto* list = json ? json->find("ids") : nullptr;
    if (list == nullptr) return ids;
    for (const auto& id : list->items) ids.emplace_back(id.text);
    return ids;
}

bool is_open(store::Reading& rows, store::TenantId tenant, const Chase& chase) {
    if (chase.answered_at < Instant::max()) return false;
    const auto stream = rows.find_stream(tenant, chase.subject());
    if (!stream) return false;
    return std::ranges::any_of(rows.obligations_of(stream->id),
                               [](const auto& row) { return row.settled_at >= Instant::max(); });
}

}  // namespace

std::optional<Chase> read_chase(const store::Document& document) {
    Arena memory;
    const auto json = wire::parse_json(document.body, memory);
    if (!json) return std::nullopt;
    Chase chase{.id = document.id,
                .about = text_of(*json, "about"),
                .obligation = text_of(*json, "obligation"),
                .customer = number_of(*json, "customer"),
                .by = text_of(*json, "by"),
                .addressee = text_of(*json, "addressee"),
                .made_at = {number_of(*json, "made_at")},
                .text = text_of(*json, "text"),
                .answer = text_of(*json, "answer"),
                .answered_by = text_of(*json, "answered_by"),
                .etag = document.version};
    chase.answered_at = {number_of(*json, "answered_at", Instant::max().millis)};
    return chase;
}

std::optional<Chase> find_chase(store::Reading& rows, store::TenantId tenant, std::string_view id) {
    const auto document = rows.document(tenant, kChases, id);
    return document ? read_chase(*document) : std::nullopt;
}

void put_chase(engine::Turns& turns, store::TenantId tenant, Chase& chase) {
    JsonOut out;
    out.open('{').member("about", chase.about).member("obligation", chase.obligation);
    out.member("customer", chase.customer).member("by", chase.by);
    out.member("addressee", chase.addressee).member("made_at", chase.made_at.millis);
    out.member("text", chase.text).member("answer", chase.answer);
    out.member("answered_by", chase.answered_by);
    if (chase.answered_at < Instant::max()) out.member("answered_at", chase.answered_at.millis);
    out.close('}');
    ++chase.etag;
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(kChases),
                                     .id = chase.id,
                                     .version = chase.etag,
                                     .key = {},
                                     .body = out.take()}));
}

ChaseRule chase_rule(store::Reading& rows, store::TenantId tenant) {
    ChaseRule rule;
    const auto document = rows.document(tenant, kSettings, kRule);
    if (!document) return rule;
    rule.etag = document->version;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    if (!json) return rule;
    rule.first_after_minutes = number_of(*json, "first_after_minutes");
    rule.every_minutes = number_of(*json, "every_minutes");
    rule.most_open_per_subject = number_of(*json, "most_open_per_subject");
    return rule;
}

Result<std::int64_t> put_chase_rule(engine::Turns& turns, const engine::Actor& actor,
                                    const ChaseRule& rule) {
    JsonOut out;
    out.open('{').member("first_after_minutes", rule.first_after_minutes);
    out.member("every_minutes", rule.every_minutes);
    out.member("most_open_per_subject", rule.most_open_per_subject).close('}');
    if (!turns.rows().put_document({.tenant = actor.tenant,
                                    .collection = std::string(kSettings),
                                    .id = std::string(kRule),
                                    .version = rule.etag + 1,
                                    .key = {},
                                    .body = out.take()}))
        return refuse({.code = "stale",
                       .what = {"别人刚改过催办规则", "somebody else changed the rule meanwhile"},
                       .mend = {"重新读取后再改", "read it again, then change it"}});
    turns.audit(actor, "chases.rule", kRule);
    return rule.etag + 1;
}

Result<void> may_chase(store::Reading& rows, store::TenantId tenant, const ChaseRule& rule,
                       std::string_view about, Instant since, Instant now) {
    const auto first = since + minutes(rule.first_after_minutes);
    if (since > Instant::min() && since < Instant::max() && now < first)
        return refuse({.code = "too-early",
                       .what = {"开始办理 " + minutes_zh(rule.first_after_minutes) + "后才能催办",
                                "asking again is possible " + minutes_en(rule.first_after_minutes) +
                                    " after it began"},
                       .mend = from_then(first)});
    std::int64_t open = 0;
    Instant last = Instant::min();
    for (const auto& id : chases_about(rows, tenant, about)) {
        const auto chase = find_chase(rows, tenant, id);
        if (!chase) continue;
        last = std::max(last, chase->made_at);
        if (is_open(rows, tenant, *chase)) ++open;
    }
    if (open >= rule.most_open_per_subject)
        return refuse({.code = "chases-open",
                       .what = {"已有 " + std::to_string(open) + " 次催办还没答复",
                                std::to_string(open) + " chases about this aren't answered yet"},
                       .mend = {"等答复；到时不答复会自动督办",
                                "wait for the answer; silence is supervised by itself"}});
    const auto next = last == Instant::min() ? last : last + minutes(rule.every_minutes);
    if (now < next)
        return refuse({.code = "too-often",
                       .what = {"两次催办之间至少隔 " + minutes_zh(rule.every_minutes),
                                "there are at least " + minutes_en(rule.every_minutes) +
                                    " between two chases"},
                       .mend = from_then(next)});
    return {};
}

Instant next_chase(store::Reading& rows, store::TenantId tenant, const ChaseRule& rule,
                   std::string_view about, Instant since) {
    auto next = since > Instant::min() && since < Instant::max()
                    ? since + minutes(rule.first_after_minutes)
                    : Instant::min();
    for (const auto& id : chases_about(rows, tenant, about))
        if (const auto chase = find_chase(rows, tenant, id))
            next = std::max(next, chase->made_at + minutes(rule.every_minutes));
    return next;
}

Text describe(const ChaseRule& rule) {
    const auto number = [](std::int64_t n) { return std::to_string(n); };
    return {"开始办理 " + number(rule.first_after_minutes) + " 分钟后可以催办；两次之间至少隔 " +
                number(rule.every_minutes) + " 分钟；同一件事最多同时有 " +
                number(rule.most_open_per_subject) + " 次未答复的催办。",
            "You may ask again " + number(rule.first_after_minutes) +
                " minutes after it began, then every " + number(rule.every_minutes) +
                " minutes; at most " + number(rule.most_open_per_subject) +
                " may be unanswered about one matter."};
}

void note_chase(engine::Turns& turns, store::TenantId tenant, const Chase& chase) {
    auto ids = chases_about(turns.rows(), tenant, chase.about);
    if (ids.size() >= kRemembered) ids.erase(ids.begin());
    ids.push_back(chase.id);
    JsonOut out;
    out.open('{').list("ids", ids).close('}');
    const auto before = turns.rows().document(tenant, kAbout, chase.about);
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(kAbout),
                                     .id = chase.about,
                                     .version = before ? before->version + 1 : 1,
                                     .key = {},
                                     .body = out.take()}));
}

std::string holder_of(store::Reading& rows, const engine::Shelf& shelf,
                      const store::ObligationRow& row) {
    const auto* version = shelf.find(row.version);
    if (version == nullptr) return {};
    const auto& clauses = version->promise->clauses;
    const auto& clause = clauses[static_cast<std::size_t>(row.clause)];
    const store::ObligationRow* leg = nullptr;
    const auto all = rows.obligations_of(row.stream);
    for (const auto& other : all) {
        const bool runs = promise::is_open(static_cast<promise::State>(other.state)) ||
                          other.settled_at >= Instant::max();
        if (other.version == row.version && runs &&
            clauses[static_cast<std::size_t>(other.clause)].outer == row.clause &&
            (leg == nullptr || other.started_at >= leg->started_at))
            leg = &other;
    }
    if (leg != nullptr && !clauses[static_cast<std::size_t>(leg->clause)].owner.empty())
        return clauses[static_cast<std::size_t>(leg->clause)].owner;
    return clause.owner.empty() ? version->promise->owner : clause.owner;
}

}  // namespace yinuo::server
