// What an event means for customers and staff: whose it is, what it is about, and which notice or
// message takes it along.
#include <algorithm>
#include <charconv>

#include "base/arena.h"
#include "engine/entry.h"
#include "engine/incidents.h"
#include "engine/incidents_desk.h"
#include "engine/noticing.h"
#include "engine/paying.h"
#include "promise/obligation.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

using State = store::Action::State;

constexpr std::size_t kEventsMost = 50;  // of one notice; more would be a flood of its own
constexpr std::size_t kAgainMost = 10'000;
constexpr int kIncidentsMost = 50;
constexpr int kWaitingMost = 50;       // of one customer, looked at for an incident
constexpr std::size_t kSaidMost = 60;  // bytes: an instant, a word, an id
constexpr std::string_view kIncident = "incident/";

constexpr std::string_view kClaim = "obligation.claim";
constexpr std::string_view kStarted = "obligation.started";
constexpr std::string_view kWord = "word/";  // 口头承诺: a subject of its own

bool is_about(std::string_view rule, std::string_view type) {
    if (rule == kDutyWaiting) return type == "obligation.paused";
    if (rule == "word.given") return type == kStarted || type == rule;
    // Which of the two it is, its row says.
    if (type == kClaim && (rule == "claim.made" || rule == "claim.decided")) return true;
    if (!rule.ends_with('*')) return rule == type;
    rule.remove_suffix(1);
    return type.starts_with(rule);
}

bool has_incident(const store::PayoutRow& row) { return row.incident != 0; }

std::string_view decision_of(promise::Claim claim) {
    switch (claim) {
        case promise::Claim::Confirmed: return "confirmed";
        case promise::Claim::Rejected: return "rejected";
        case promise::Claim::None:
        case promise::Claim::Claimed: break;
    }
    return {};
}

// What it is about to the customer: the incident if there is one, otherwise the subject.
std::string matter_of(store::Reading& rows, store::TenantId tenant, const NoticeEvent& event,
                      std::string_view subject) {
    if (const auto id = parse_obligation(event.obligation)) {
        for (const auto& incident : incidents(rows, tenant, 0, kIncidentsMost))
            if (incident.state != IncidentState::Closed &&
                rows.document(tenant, member_collection(incident.number), member_id(*id)))
                return std::string(kIncident) + std::to_string(incident.number);
        const auto payouts = rows.payouts_of(*id);
        const auto found = std::ranges::find_if(payouts, has_incident);
        if (found != payouts.end()) return std::string(kIncident) + std::to_string(found->incident);
    }
    return std::string(subject);
}

std::string key_of(const NoticeTask& task, std::string_view matter) {
    return "notice/" + task.notice + "/" + std::to_string(task.customer) + "/" +
           std::string(matter) + "/";
}

bool is_same(const NoticeEvent& a, const NoticeEvent& b) {
    return a.cause == b.cause && a.type == b.type && a.obligation == b.obligation &&
           a.payout == b.payout;
}

std::int64_t incident_in(std::string_view about) {
    std::int64_t number = 0;
    if (!about.starts_with(kIncident)) return 0;
    about.remove_prefix(kIncident.size());
    std::from_chars(about.data(), about.data() + about.size(), number);
    return number;
}

bool is_told_to_members(std::string_view type) {
    return type == "incident.declared" || type == "incident.approved";
}

}  // namespace

void queue_notice(store::Writing& rows, store::TenantId tenant, NoticeTask task,
                  std::string_view matter, std::int64_t merge_minutes, Instant now) {
    const auto& event = task.events.front();
    const auto key = key_of(task, matter);
    Instant due_at = now;
    for (std::size_t again = 0; again < kAgainMost; ++again) {
        const auto id = rows.put_action({.tenant = tenant,
                                         .topic = std::string(kNoticeTopic),
                                         .key = key + std::to_string(again),
                                         .target = customer_text(task.customer),
                                         .cause = event.cause,
                                         .due_at = due_at,
                                         .body = task.to_json(),
                                         .answer = {}});
        auto before = *rows.action(id);
        auto known = NoticeTask::from_json(before.body);
        if (!known) continue;
        // This very event: it is a new one, or it was told of before.
        if (std::ranges::any_of(known->events,
                                [&](const auto& one) { return is_same(one, event); }))
            return;
        if (before.state == State::Waiting && before.due_at > now && before.attempts == 0 &&
            known->events.size() < kEventsMost) {
            known->events.push_back(event);
            before.body = known->to_json();
            rows.put_action(before);
            return;
        }
        if (!task.urgent) due_at = std::max(now, before.due_at + minutes(merge_minutes));
    }
}

std::string robot_target(std::string_view robot) { return "robot:" + std::string(robot); }

void tell_member(store::Writing& rows, store::TenantId tenant, const IncidentNotice& walk,
                 const store::ObligationRow& member, Instant now) {
    const auto stream = rows.stream(member.stream);
    if (!stream || stream->tenant != tenant || stream->customer == 0) return;
    const auto number = std::to_string(walk.incident);
    const auto matter = std::string(kIncident) + number;
    const NoticeEvent event{.type = walk.type,
                            .obligation = obligation_text(member.id),
                            .payout = {},
                            .at = walk.at,
                            .cause = walk.cause,
                            .said = {{"incident", number}}};
    for (const auto& rule : notice_rules(rows, tenant).rules) {
        if (!is_about(rule.event, walk.type)) continue;
        const NoticeTask task{.customer = stream->customer,
                              .notice = rule.notice,
                              .subject = stream->name,
                              .channels = rule.channels,
                              .urgent = rule.urgent,
                              .events = {event}};
        store::Action action{.tenant = tenant,
                             .topic = std::string(kNoticeTopic),
                             .key = key_of(task, matter) + walk.type,
                             .target = customer_text(task.customer),
                             .cause = walk.cause,
                             .due_at = now,
                             .body = task.to_json(),
                             .answer = {}};
        action.id = rows.put_action(action);
        const auto kept = NoticeTask::from_json(rows.action(action.id)->body);
        if (!kept || !is_same(kept->events.front(), event)) continue;  // told as another's
        for (auto& other : rows.actions(tenant, action.target, State::Waiting, 0, kWaitingMost)) {
            auto joined = NoticeTask::from_json(other.body);
            if (!joined || other.id == action.id || other.attempts > 0 || other.due_at <= now ||
                !other.key.starts_with("notice/breach/") || !other.key.contains("/" + matter + "/"))
                continue;
            joined->events.push_back(event);
            other.body = joined->to_json();
            rows.put_action(other);
            action.state = State::Done;
            action.answer = R"({"fault":"merged"})";
            rows.put_action(action);
            break;
        }
    }
}

// What is told, and of whom.
struct NoticeQueue::Told {
    store::TenantId tenant = 0;
    std::string_view type, subject;
    std::string_view announced;  // the same, but for what is announced under a wider word
    store::Position cause = 0;
    Instant now;
    std::vector<std::pair<std::string, std::string>> members = {};  // texts and numbers of `data`

    std::string text(std::string_view name) const {
        const auto found =
            std::ranges::find(members, name, [](const auto& one) { return one.first; });
        return found == members.end() ? std::string() : found->second;
    }
    std::string obligation() const {
        return parse_obligation(subject) ? std::string(subject) : text("obligation");
    }
};

const NoticeRules& NoticeQueue::rules(store::TenantId tenant) {
    const auto [found, fresh] = rules_.try_emplace(tenant);
    if (fresh) found->second = notice_rules(rows_, tenant);
    return found->second;
}

void NoticeQueue::tell(store::TenantId tenant, std::string_view type, std::string_view subject,
                       std::string_view data, store::Position cause, Instant now) {
    const auto& all = rules(tenant);
    const auto fits = [&](const auto& rule) { return is_about(rule.event, type); };
    const bool customers = std::ranges::any_of(all.rules, fits);
    const bool staff = std::ranges::any_of(all.staff, fits);
    if (!customers && !staff) return;
    Told told{.tenant = tenant,
              .type = type,
              .subject = subject,
              .announced = type,
              .cause = cause,
              .now = now};
    const auto id = parse_obligation(subject);
    const auto row = id ? rows_.obligation(*id) : std::nullopt;
    if (type == kStarted) {
        const auto stream = row ? rows_.stream(row->stream) : std::nullopt;
        if (!stream || !stream->name.starts_with(kWord) || row->clause != 0) return;
        told.type = "word.given";
    }
    if (type == kClaim) {
        const auto decision =
            decision_of(row ? static_cast<promise::Claim>(row->claim) : promise::Claim::None);
        told.type = decision.empty() ? "claim.made" : "claim.decided";
        if (!decision.empty()) told.members.emplace_back("decision", decision);
    }
    Arena memory;
    if (const auto json = wire::parse_json(data, memory); json && json->is_object())
        for (const auto& [name, value] : json->members)
            if (value.is_string() || value.integer()) told.members.emplace_back(name, value.text);
    if (staff) tell_staff(all, told);
    if (!customers) return;
    if (!is_told_to_members(type)) return tell_customer(all, told);
    const IncidentNotice walk{
        .incident = incident_in(subject), .type = std::string(type), .cause = cause, .at = now};
    rows_.put_action({.tenant = tenant,
                      .topic = std::string(kIncidentNoticeTopic),
                      .key = "incident-notice/" + std::to_string(cause) + "/" + std::string(type),
                      .target = std::string(subject),
                      .cause = cause,
                      .due_at = now,
                      .body = walk.to_json(),
                      .answer = {}});
}

void NoticeQueue::tell_customer(const NoticeRules& all, const Told& told) {
    NoticeEvent event{.type = std::string(told.type),
                      .obligation = told.obligation(),
                      .payout = told.text("payout"),
                      .at = told.now,
                      .cause = told.cause};
    for (const auto name : kSaidToCustomers)
        if (auto text = told.text(name); !text.empty() && text.size() <= kSaidMost)
            event.said.emplace_back(name, std::move(text));
    std::optional<store::Stream> stream;
    if (const auto id = parse_obligation(told.subject)) {
        if (const auto row = rows_.obligation(*id)) stream = rows_.stream(row->stream);
    } else {
        stream = rows_.find_stream(told.tenant, told.subject);
    }
    if (stream && stream->tenant != told.tenant) return;
    auto customer = stream ? stream->customer : 0;
    // What has no subject of its own yet says whose it is, by the company's name for them.
    if (const auto handle = told.text("customer"); customer == 0 && !handle.empty())
        if (const auto found = rows_.find_customer(told.tenant, handle)) customer = found->id;
    // What is nobody's (a rate's, a key's) is told to nobody.
    if (customer == 0) return;
    const auto subject = stream ? stream->name : std::string(told.subject);
    const auto matter = matter_of(rows_, told.tenant, event, subject);
    if (const auto number = incident_in(matter))
        event.said.emplace_back("incident", std::to_string(number));
    for (const auto& rule : all.rules)
        if (is_about(rule.event, told.type))
            queue_notice(rows_, told.tenant,
                         {.customer = customer,
                          .notice = rule.notice,
                          .subject = subject,
                          .channels = rule.channels,
                          .urgent = rule.urgent,
                          .events = {event},
                          .remind_hours = rule.remind_hours},
                         matter, all.merge_minutes, told.now);
}

// One message for each robot and stretch of time, at its end.
void NoticeQueue::tell_staff(const NoticeRules& all, const Told& told) {
    const auto length = seconds(all.staff_seconds).count;
    const auto stretch = told.now.millis / length;
    for (const auto& rule : all.staff) {
        if (!is_about(rule.event, told.type) && rule.event != told.announced) continue;
        const StaffEvent event{.type = std::string(told.type),
                               .about = std::string(told.subject),
                               .obligation = told.obligation(),
                               .addressee = told.text("addressee"),
                               .promise = rule.promise,
                               .at = told.now};
        const StaffTask fresh{.events = {event}};
        store::Action action{.tenant = told.tenant,
                             .topic = std::string(kStaffTopic),
                             .key = "staff/" + rule.robot + "/" + std::to_string(length) + "/" +
                                    std::to_string(stretch),
                             .target = robot_target(rule.robot),
                             .cause = told.cause,
                             .due_at = Instant{(stretch + 1) * length},
                             .body = fresh.to_json(),
                             .answer = {}};
        const auto fresh_body = action.body;
        const auto id = rows_.put_action(action);
        auto kept = *rows_.action(id);
        if (kept.cause == told.cause && kept.body == fresh_body) continue;
        auto task = StaffTask::from_json(kept.body);
        if (!task || kept.state != State::Waiting) continue;
        if (task->events.size() < kEventsMost)
            task->events.push_back(event);
        else
            ++task->more;
        kept.body = task->to_json();
        rows_.put_action(kept);
    }
}

}  // namespace yinuo::engine
