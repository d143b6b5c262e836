#include "server/notice_staff.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/entry.h"
#include "engine/incidents.h"
#include "engine/shelf.h"
#include "server/notice_channels.h"

namespace yinuo::server {
namespace {

using connect::MessageSaid;
using connect::Then;
using State = store::Action::State;

constexpr std::size_t kTextMost = 1'800;  // bytes; WeCom takes 2048, title and last line included
constexpr int kAttemptsMost = 6;          // some three hours: what is older is no news

std::string moment(Instant at, const Zone& zone, bool chinese) {
    const auto local = zone.to_local(at);
    const auto date = local.date();
    const auto minute = local.millis_of_day() / 60'000;
    return chinese ? fmt::format("{} 月 {} 日 {:02}:{:02}", date.month(), date.day(), minute / 60,
                                 minute % 60)
                   : fmt::format("{}-{:02}-{:02} {:02}:{:02}", date.year(), date.month(),
                                 date.day(), minute / 60, minute % 60);
}

// "2 h 5 min", rounded down; the largest two of days, hours and minutes.
std::string length(Millis span, bool chinese) {
    const auto all = span.count / 60'000;
    const auto days = all / 1440, hours = all / 60 % 24, minutes = all % 60;
    if (days > 0)
        return chinese ? fmt::format("{} 天 {} 小时", days, hours)
                       : fmt::format("{} d {} h", days, hours);
    if (hours > 0)
        return chinese ? fmt::format("{} 小时 {} 分钟", hours, minutes)
                       : fmt::format("{} h {} min", hours, minutes);
    return chinese ? fmt::format("{} 分钟", minutes) : fmt::format("{} min", minutes);
}

std::string_view name_of(std::string_view type, bool chinese) {
    const auto* found = std::ranges::find(kStaffEvents, type, &StaffEventName::type);
    if (found == std::end(kStaffEvents)) return type;
    return chinese ? found->zh : found->en;
}

std::string due(const store::ObligationRow& row, const Zone& zone, bool chinese, Instant now) {
    if (row.due_at == Instant::max()) return {};
    const auto at = moment(row.due_at, zone, chinese);
    const bool late = now > row.due_at;
    const auto span = length(late ? now - row.due_at : row.due_at - now, chinese);
    if (row.settled_at != Instant::max())
        return chinese ? "截止 " + at + "，已了结" : "due " + at + ", settled";
    if (late)
        return chinese ? fmt::format("截止 {}，已超 {}", at, span)
                       : fmt::format("due {}, {} late", at, span);
    return chinese ? fmt::format("截止 {}，还剩 {}", at, span)
                   : fmt::format("due {}, {} left", at, span);
}

// The line of one event; empty: its rule is about another promise.
std::string line_of(store::Reading& rows, const engine::Shelf& shelf, store::TenantId tenant,
                    const engine::StaffEvent& event, bool chinese, Instant now) {
    std::string line = chinese ? "【" + std::string(name_of(event.type, chinese)) + "】"
                               : "[" + std::string(name_of(event.type, chinese)) + "] ";
    const std::string stop = chinese ? "；" : "; ";
    const auto id = engine::parse_obligation(event.obligation);
    const auto row = id ? rows.obligation(*id) : std::nullopt;
    const auto* version = row && row->tenant == tenant ? shelf.find(row->version) : nullptr;
    if (version == nullptr) {
        if (!event.promise.empty()) return {};
        line += event.about;
        std::int64_t number = 0;
        const auto digits = event.about.substr(event.about.find('/') + 1);
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (event.about.starts_with("incident/"))
            if (const auto incident = engine::find_incident(rows, tenant, number))
                line += (chinese ? "：" : ": ") + incident->wish.title.in(chinese);
    } else {
        const auto& promise = *version->promise;
        if (!event.promise.empty() && event.promise != promise.id) return {};
        const auto& clause = promise.clauses[static_cast<std::size_t>(row->clause)];
        const auto stream = rows.stream(row->stream);
        const auto& title = clause.title.in(chinese);
        line += promise.title.in(chinese);
        if (!title.empty() && title != promise.title.in(chinese))
            line += (chinese ? " · " : " / ") + title;
        line += stop + (stream ? stream->name : event.about);
        const Zone& zone = promise.zone == nullptr ? Zone::utc() : *promise.zone;
        if (const auto by = due(*row, zone, chinese, now); !by.empty()) line += stop + by;
        const auto& who = !event.addressee.empty() ? event.addressee
                          : !clause.owner.empty()  ? clause.owner
                                                   : promise.owner;
        if (!who.empty()) line += stop + (chinese ? "由 " + who + " 处理" : who + " must act");
        return line;
    }
    if (!event.addressee.empty())
        line +=
            stop + (chinese ? "由 " + event.addressee + " 处理" : event.addressee + " must act");
    return line;
}

Carrier::Outcome dropped(std::string why) {
    return [why = std::move(why)](engine::Turns& turns, store::Action action) {
        action.state = State::Done;
        action.answer = "{\"fault\":\"" + why + "\"}";
        turns.rows().put_action(action);
    };
}

Carrier::Outcome dead(std::string fault) {
    return [fault = std::move(fault)](engine::Turns& turns, store::Action action) {
        write_attempt(turns, std::move(action), {.next = {.then = Then::Dead}, .fault = fault});
    };
}

Carrier::Outcome answered(connect::MessageAnswer said, int status) {
    return [said = std::move(said), status](engine::Turns& turns, store::Action action) {
        Attempt attempt{.fault = said.fault.empty() ? "none" : said.fault, .status = status};
        if (!said.code.empty()) attempt.fault += ":" + said.code;
        if (said.said == MessageSaid::Refused) attempt.next.then = Then::Dead;
        if (said.said == MessageSaid::TryAgain) {
            const auto wait = action.attempts + 1 >= kAttemptsMost
                                  ? std::nullopt
                                  : connect::next_wait(action.attempts + 1, said.retry_after,
                                                       chance(turns.entropy()));
            attempt.next = wait ? connect::Next{Then::Again, *wait} : connect::Next{Then::Dead};
        }
        write_attempt(turns, std::move(action), attempt);
    };
}

}  // namespace

std::optional<connect::ChatMessage> staff_message(store::Reading& rows, const engine::Shelf& shelf,
                                                  store::TenantId tenant,
                                                  const engine::StaffTask& task, bool chinese,
                                                  Instant now) {
    connect::ChatMessage message;
    std::int64_t count = 0, more = task.more;
    for (const auto& event : task.events) {
        const auto line = line_of(rows, shelf, tenant, event, chinese, now);
        if (line.empty()) continue;
        ++count;
        if (message.text.size() + line.size() > kTextMost) {
            ++more;
            continue;
        }
        if (!message.text.empty()) message.text += '\n';
        message.text += line;
    }
    if (count == 0) return std::nullopt;
    if (more > 0)
        message.text += chinese ? fmt::format("\n还有 {} 件，请到系统里看", more)
                                : fmt::format("\nand {} more: please look into the system", more);
    message.title = chinese ? fmt::format("一诺：{} 件事", count + task.more)
                            : fmt::format("Yinuo: {}", count + task.more);
    return message;
}

std::string_view StaffCarrier::topic() const { return engine::kStaffTopic; }

void StaffCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    const auto task = engine::StaffTask::from_json(action.body);
    if (!task) return done(dead("unreadable"));
    const auto channels = notice_channels(reading, action.tenant);
    const auto name = std::string_view(action.target).substr(engine::robot_target("").size());
    const auto* robot = channels.find(name);
    if (robot == nullptr || !is_robot(*robot)) return done(dead("no-robot"));
    const auto message = ground_.shelves.use(action.tenant, [&](const engine::Shelf& shelf) {
        return staff_message(reading, shelf, action.tenant, *task, robot->chinese,
                             ground_.clock.now());
    });
    if (!message) return done(dropped("another-promise"));
    auto delivery = robot_delivery(*robot, *message, ground_.server_key, ground_.wall.now());
    if (!delivery) return done(dead("unsendable"));
    const bool taken = ground_.courier.deliver(
        *std::move(delivery), [done, robot = *robot](const connect::Outcome& outcome) {
            if (outcome.fault == connect::Fault::Stopped) return done({});
            done(answered(read_channel(robot, outcome), outcome.status));
        });
    if (!taken) done({});
}

}  // namespace yinuo::server
