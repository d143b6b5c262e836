// What notices are queued as and ruled by, as JSON of this room's own.
#include <algorithm>

#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/json_members.h"
#include "engine/noticing_json.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

const Text kNotice = {"通知", "notice"};

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

// Each item read by `read`, until one isn't what it should be.
template <typename T, typename Read>
Result<std::vector<T>> list_of(const wire::Json& list, Read read) {
    std::vector<T> all;
    for (const auto& item : list.items) {
        Members one(item, kNotice);
        all.push_back(read(one));
        if (auto fine = one.finish(); !fine) return refuse(std::move(fine.error()));
    }
    return all;
}

// What was written before there was such a member lacks it.
std::int64_t number_or(Members& in, std::string_view name, std::int64_t otherwise) {
    return in.has(name) ? in.number(name) : otherwise;
}

NoticeRule rule_of(Members& in) {
    NoticeRule rule;
    rule.channels = texts_of(in.array("channels"));
    rule.event = in.text("event");
    rule.notice = in.text("notice");
    rule.remind_hours = number_or(in, "remind_hours", 0);
    rule.urgent = in.truth("urgent");
    return rule;
}

StaffRule staff_rule_of(Members& in) {
    StaffRule rule;
    rule.event = in.text("event");
    rule.promise = in.text("promise");
    rule.robot = in.text("robot");
    return rule;
}

NoticeEvent event_of(Members& in) {
    NoticeEvent event;
    event.at = in.instant("at");
    event.cause = in.number("cause");
    event.obligation = in.text("obligation");
    event.payout = in.text("payout");
    if (in.has("said"))
        for (const auto& [name, value] : in.object("said").members)
            event.said.emplace_back(name, value.text);
    event.type = in.text("type");
    return event;
}

StaffEvent staff_event_of(Members& in) {
    StaffEvent event;
    event.about = in.text("about");
    event.addressee = in.text("addressee");
    event.at = in.instant("at");
    event.obligation = in.text("obligation");
    event.promise = in.text("promise");
    event.type = in.text("type");
    return event;
}

}  // namespace

std::string to_json(const NoticeRules& rules) {
    std::string out;
    CanonicalObject object(out);
    object.number("merge_minutes", rules.merge_minutes);
    append_list(object.member("rules"), rules.rules, [](CanonicalObject& one, const auto& rule) {
        append_texts(one.member("channels"), rule.channels);
        one.text("event", rule.event);
        one.text("notice", rule.notice);
        one.number("remind_hours", rule.remind_hours);
        one.truth("urgent", rule.urgent);
    });
    append_list(object.member("staff"), rules.staff, [](CanonicalObject& one, const auto& rule) {
        one.text("event", rule.event);
        one.text("promise", rule.promise);
        one.text("robot", rule.robot);
    });
    object.number("staff_seconds", rules.staff_seconds);
    object.close();
    return out;
}

Result<NoticeRules> read_notice_rules(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Members in(json, {"通知规则", "rules of notices"});
    NoticeRules rules;
    rules.merge_minutes = in.number("merge_minutes");
    rules.rules = TRY(list_of<NoticeRule>(in.array("rules"), rule_of));
    if (in.has("staff")) rules.staff = TRY(list_of<StaffRule>(in.array("staff"), staff_rule_of));
    rules.staff_seconds = number_or(in, "staff_seconds", rules.staff_seconds);
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return rules;
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
        if (!event.said.empty()) {
            auto said = event.said;
            std::ranges::sort(said);
            CanonicalObject more(one.member("said"));
            for (const auto& [name, value] : said) more.text(name, value);
            more.close();
        }
        one.text("type", event.type);
    });
    object.text("notice", notice);
    object.number("remind_hours", remind_hours);
    object.number("reminders", reminders);
    object.text("subject", subject);
    object.truth("urgent", urgent);
    object.close();
    return out;
}

Result<NoticeTask> NoticeTask::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Members in(json, kNotice);
    NoticeTask task;
    task.channels = texts_of(in.array("channels"));
    task.customer = in.number("customer");
    task.events = TRY(list_of<NoticeEvent>(in.array("events"), event_of));
    task.notice = in.text("notice");
    task.remind_hours = number_or(in, "remind_hours", 0);
    task.reminders = number_or(in, "reminders", 0);
    task.subject = in.text("subject");
    task.urgent = in.truth("urgent");
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return task;
}

std::string StaffTask::to_json() const {
    std::string out;
    CanonicalObject object(out);
    append_list(object.member("events"), events, [](CanonicalObject& one, const auto& event) {
        one.text("about", event.about);
        one.text("addressee", event.addressee);
        one.instant("at", event.at);
        one.text("obligation", event.obligation);
        one.text("promise", event.promise);
        one.text("type", event.type);
    });
    object.number("more", more);
    object.close();
    return out;
}

Result<StaffTask> StaffTask::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Members in(json, kNotice);
    StaffTask task;
    task.events = TRY(list_of<StaffEvent>(in.array("events"), staff_event_of));
    task.more = in.number("more");
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return task;
}

std::string IncidentNotice::to_json() const {
    std::string out;
    CanonicalObject object(out);
    object.number("after", after);
    object.instant("at", at);
    object.number("cause", cause);
    object.number("incident", incident);
    object.number("looks", looks);
    object.text("type", type);
    object.close();
    return out;
}

Result<IncidentNotice> IncidentNotice::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Members in(json, kNotice);
    IncidentNotice walk;
    walk.after = in.number("after");
    walk.at = in.instant("at");
    walk.cause = in.number("cause");
    walk.incident = in.number("incident");
    walk.looks = in.number("looks");
    walk.type = in.text("type");
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    return walk;
}

}  // namespace yinuo::engine
