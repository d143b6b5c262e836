#include "engine/noticing.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/json_text.h"
#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/incidents.h"
#include "engine/incidents_desk.h"
#include "engine/json_members.h"
#include "engine/paying.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

using State = store::Action::State;

constexpr std::string_view kCollection = "notices";
constexpr std::string_view kRules = "rules";
constexpr std::size_t kEventsMost = 50;  // of one notice; more would be a flood of its own
constexpr std::size_t kAgainMost = 10'000;
constexpr int kIncidentsMost = 50;

void append_texts(std::string& out, const std::vector<std::string>& texts) {
    out += '[';
    for (const auto& text : texts) {
        if (&text != texts.data()) out += ',';
        append_canonical_text(out, text);
    }
    out += ']';
}

std::vector<std::string> texts_of(const wire::Json& list) {
    std::vector<std::string> texts;
    for (const auto& one : list.items) texts.emplace_back(one.text);
    return texts;
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

std::string to_json(const NoticeRules& rules) {
    std::string out;
    CanonicalObject object(out);
    object.number("merge_minutes", rules.merge_minutes);
    append_list(object.member("rules"), rules.rules, [](CanonicalObject& one, const auto& rule) {
        append_texts(one.member("channels"), rule.channels);
        one.text("event", rule.event);
        one.text("notice", rule.notice);
        one.truth("urgent", rule.urgent);
    });
    object.close();
    return out;
}

Result<NoticeRules> read_rules(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    const Text what = {"通知规则", "rules of notices"};
    Members in(json, what);
    NoticeRules rules;
    rules.merge_minutes = in.number("merge_minutes");
    for (const auto& item : in.array("rules").items) {
        Members one(item, what);
        NoticeRule rule;
        rule.channels = texts_of(one.array("channels"));
        rule.event = one.text("event");
        rule.notice = one.text("notice");
        rule.urgent = one.truth("urgent");
        if (auto read = one.finish(); !read) return refuse(std::move(read.error()));
        rules.rules.push_back(std::move(rule));
    }
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return rules;
}

bool is_about(std::string_view rule, std::string_view type) {
    if (!rule.ends_with('*')) return rule == type;
    rule.remove_suffix(1);
    return type.starts_with(rule);
}

bool has_incident(const store::PayoutRow& row) { return row.incident != 0; }

// What they are about to the customer: the incident if there is one, otherwise the subject.
std::string matter_of(store::Reading& rows, const NoticeEvent& event, const store::Stream& stream) {
    if (const auto id = parse_obligation(event.obligation)) {
        for (const auto& incident : incidents(rows, stream.tenant, 0, kIncidentsMost))
            if (incident.state != IncidentState::Closed &&
                rows.document(stream.tenant, member_collection(incident.number), member_id(*id)))
                return "incident/" + std::to_string(incident.number);
        const auto payouts = rows.payouts_of(*id);
        const auto found = std::ranges::find_if(payouts, has_incident);
        if (found != payouts.end()) return "incident/" + std::to_string(found->incident);
    }
    return stream.name;
}

}  // namespace

NoticeRules notice_rules(store::Reading& rows, store::TenantId tenant) {
    const auto document = rows.document(tenant, kCollection, kRules);
    if (!document) return {};
    auto rules = read_rules(document->body).value_or(NoticeRules{});
    rules.etag = document->version;
    return rules;
}

Result<std::int64_t> put_notice_rules(Turns& turns, const Actor& actor, const NoticeRules& rules) {
    if (!turns.rows().put_document({.tenant = actor.tenant,
                                    .collection = std::string(kCollection),
                                    .id = std::string(kRules),
                                    .version = rules.etag + 1,
                                    .key = {},
                                    .body = to_json(rules)}))
        return refuse({.code = "stale",
                       .what = {"别人已经改过了", "somebody else has changed this since"},
                       .mend = {"重新读取，再改一次", "read it again and repeat the change"}});
    turns.audit(actor, "notices.rules", kRules);
    return rules.etag + 1;
}

std::string NoticeTask::to_json() const {
    std::string out;
    CanonicalObject object(out);
    append_texts(object.member("channels"), channels);
    object.number("customer", customer);
    append_list(object.member("events"), events, [](CanonicalObject& one, const auto& event) {
        one.instant("at", event.at);
        one.number("cause", event.cause);
        one.text("obligation", event.obligation);
        one.text("payout", event.payout);
        one.text("type", event.type);
    });
    object.text("notice", notice);
    object.text("subject", subject);
    object.truth("urgent", urgent);
    object.close();
    return out;
}

Result<NoticeTask> NoticeTask::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    const Text what = {"通知", "notice"};
    Members in(json, what);
    NoticeTask task;
    task.channels = texts_of(in.array("channels"));
    task.customer = in.number("customer");
    for (const auto& item : in.array("events").items) {
        Members one(item, what);
        NoticeEvent event;
        event.at = one.instant("at");
        event.cause = one.number("cause");
        event.obligation = one.text("obligation");
        event.payout = one.text("payout");
        event.type = one.text("type");
        if (auto read = one.finish(); !read) return refuse(std::move(read.error()));
        task.events.push_back(std::move(event));
    }
    task.notice = in.text("notice");
    task.subject = in.text("subject");
    task.urgent = in.truth("urgent");
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return task;
}

std::string customer_text(store::CustomerId id) { return "cus_" + std::to_string(id); }
std::string notice_text(std::int64_t action) { return "ntc_" + std::to_string(action); }

std::optional<std::int64_t> parse_notice(std::string_view text) {
    if (!text.starts_with("ntc_")) return std::nullopt;
    std::int64_t id = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + 4, end, id);
    if (read.ec != std::errc() || read.ptr != end || id <= 0) return std::nullopt;
    return id;
}

store::Position record_notice(Turns& turns, store::TenantId tenant, const NoticeTask& task,
                              const NoticeTold& told) {
    const Till till = turns.till();
    std::string body;
    CanonicalObject object(body);
    object.text("channel", told.channel);
    object.number("customer", task.customer);
    if (!told.fault.empty()) object.text("fault", told.fault);
    object.text("log", till.turner.tenant_of(till.group, tenant).origin);
    object.text("notice", notice_text(told.action));
    std::vector<std::string> obligations;
    for (const auto& event : task.events)
        if (!event.obligation.empty() &&
            std::ranges::find(obligations, event.obligation) == obligations.end())
            obligations.push_back(event.obligation);
    append_texts(object.member("obligations"), obligations);
    object.text("outcome", told.outcome);
    object.instant("recorded", turns.now());
    object.text("subject", task.subject);
    object.text("template", task.notice);
    object.text("type", "notice");
    object.number("v", 1);
    object.close();
    const auto stream = turns.rows().find_stream(tenant, task.subject);
    return till.turner
        .append(till.group,
                {.tenant = tenant,
                 .stream = stream ? stream->id : 0,
                 .kind = static_cast<std::uint8_t>(EntryKind::Delivery),
                 .recorded_at = turns.now(),
                 .body = body},
                task.customer, body)
        .position;
}

const NoticeRules& NoticeQueue::rules(store::TenantId tenant) {
    const auto [found, fresh] = rules_.try_emplace(tenant);
    if (fresh) found->second = notice_rules(rows_, tenant);
    return found->second;
}

void NoticeQueue::tell(store::TenantId tenant, std::string_view type, std::string_view subject,
                       std::string_view data, store::Position cause, Instant now) {
    const auto& all = rules(tenant);
    const auto fits = [&](const NoticeRule& rule) { return is_about(rule.event, type); };
    if (std::ranges::none_of(all.rules, fits)) return;
    NoticeEvent event{
        .type = std::string(type), .obligation = {}, .payout = {}, .at = now, .cause = cause};
    std::optional<store::Stream> stream;
    if (const auto id = parse_obligation(subject)) {
        event.obligation = subject;
        if (const auto row = rows_.obligation(*id)) stream = rows_.stream(row->stream);
    } else {
        stream = rows_.find_stream(tenant, subject);
        Arena memory;
        const auto json = wire::parse_json(data, memory);
        const auto text = [&](std::string_view name) {
            const auto* found = json ? json->find(name) : nullptr;
            return found == nullptr ? std::string() : std::string(found->text);
        };
        event.obligation = text("obligation");
        event.payout = text("payout");
    }
    // What is nobody's (a rate's, a key's) is told to nobody.
    if (!stream || stream->tenant != tenant || stream->customer == 0) return;
    const auto matter = matter_of(rows_, event, *stream);
    for (const auto& rule : all.rules)
        if (fits(rule))
            put(tenant,
                {.customer = stream->customer,
                 .notice = rule.notice,
                 .subject = stream->name,
                 .channels = rule.channels,
                 .urgent = rule.urgent,
                 .events = {event}},
                matter, all.merge_minutes, now);
}

// Into the notice that waits, or a new one. What may be on its way is left alone.
void NoticeQueue::put(store::TenantId tenant, NoticeTask task, std::string_view matter,
                      std::int64_t merge_minutes, Instant now) {
    const auto& event = task.events.front();
    const std::string key = "notice/" + task.notice + "/" + std::to_string(task.customer) + "/" +
                            std::string(matter) + "/";
    Instant due_at = now;
    for (std::size_t again = 0; again < kAgainMost; ++again) {
        const auto id = rows_.put_action({.tenant = tenant,
                                          .topic = std::string(kNoticeTopic),
                                          .key = key + std::to_string(again),
                                          .target = customer_text(task.customer),
                                          .cause = event.cause,
                                          .due_at = due_at,
                                          .body = task.to_json(),
                                          .answer = {}});
        auto before = *rows_.action(id);
        auto known = NoticeTask::from_json(before.body);
        if (!known) continue;
        // This very event: it is a new one, or it was told of before.
        if (std::ranges::any_of(known->events, [&](const NoticeEvent& one) {
                return one.cause == event.cause && one.type == event.type &&
                       one.obligation == event.obligation && one.payout == event.payout;
            }))
            return;
        if (before.state == State::Waiting && before.due_at > now && before.attempts == 0 &&
            known->events.size() < kEventsMost) {
            known->events.push_back(event);
            before.body = known->to_json();
            rows_.put_action(before);
            return;
        }
        if (!task.urgent) due_at = std::max(now, before.due_at + minutes(merge_minutes));
    }
}

}  // namespace yinuo::engine
