#include "server/notice_carrier.h"

#include "engine/entry.h"
#include "engine/noticing.h"
#include "engine/tenants.h"
#include "server/notices.h"

namespace yinuo::server {
namespace {

using connect::MailSaid;
using connect::Then;
using engine::NoticeTask;
using State = store::Action::State;

// An agent's task: this customer must be told by a person.
void raise_alert(engine::Turns& turns, store::TenantId tenant, const NoticeTask& task) {
    const auto id = engine::parse_obligation(task.events.front().obligation);
    const auto row = id ? turns.rows().obligation(*id) : std::nullopt;
    if (!row || row->tenant != tenant) return;
    turns.rows().put_alert({.tenant = tenant,
                            .obligation = row->id,
                            .stream = row->stream,
                            .warning = engine::kUnreachedAlert,
                            .addressee = "agent",
                            .raised_at = turns.now(),
                            .acknowledged_by = {}});
}

void note(engine::Turns& turns, const store::Action& action, const NoticeTask& task,
          std::string channel, std::string outcome, std::string fault = {}) {
    engine::record_notice(turns, action.tenant, task,
                          {.action = action.id,
                           .channel = std::move(channel),
                           .outcome = std::move(outcome),
                           .fault = std::move(fault)});
}

// Nothing more is done about it, and nothing was said.
Carrier::Outcome over(std::string why) {
    return [why = std::move(why)](engine::Turns& turns, store::Action action) {
        action.state = State::Done;
        action.answer = "{\"fault\":\"" + why + "\"}";
        turns.rows().put_action(action);
    };
}

Carrier::Outcome unreachable(NoticeTask task, std::string fault) {
    return [task = std::move(task), fault = std::move(fault)](engine::Turns& turns,
                                                              store::Action action) {
        note(turns, action, task, "", "unreachable", fault);
        raise_alert(turns, action.tenant, task);
        write_attempt(turns, std::move(action), {.next = {.then = Then::Dead}, .fault = fault});
    };
}

Carrier::Outcome put_off(Instant until) {
    return [until](engine::Turns& turns, store::Action action) {
        action.due_at = until;
        turns.rows().put_action(action);
    };
}

// Said, kept for the customer's page, recorded. What came about meanwhile waits for the next one.
Carrier::Outcome sent(NoticeTask task, std::string channel, connect::Notice words, int status) {
    return [task = std::move(task), channel = std::move(channel), words = std::move(words), status](
               engine::Turns& turns, store::Action action) {
        // Erased meanwhile: it went out, and no copy of what it said is kept.
        (void)put_told(turns, action.tenant, task.customer,
                       {.id = engine::notice_text(action.id),
                        .notice = task.notice,
                        .channel = channel,
                        .at = turns.now(),
                        .subject = words.subject,
                        .text = words.text});
        note(turns, action, task, channel, "sent");
        write_attempt(turns, std::move(action), {.next = {.then = Then::Done}, .status = status});
    };
}

void mark_bad(engine::Turns& turns, store::TenantId tenant, store::CustomerId customer) {
    auto contact = find_contact(turns.rows(), turns.keys(), tenant, customer);
    if (!contact || contact->mail_is_bad) return;
    contact->mail_is_bad = true;
    (void)put_contact(turns, tenant, customer, *contact);
}

Carrier::Outcome mailed(const NoticeTask& task, const connect::Notice& words,
                        const connect::MailOutcome& outcome) {
    if (outcome.said == MailSaid::Sent) return sent(task, "mail", words, outcome.code);
    if (outcome.fault == "stopped") return {};
    // Refused for good: the next look finds the address bad and takes the next channel.
    if (outcome.said == MailSaid::Refused)
        return [task, fault = outcome.fault](engine::Turns& turns, store::Action action) {
            mark_bad(turns, action.tenant, task.customer);
            note(turns, action, task, "mail", "bounced", fault);
            action.due_at = turns.now();
            turns.rows().put_action(action);
        };
    return [task, fault = outcome.fault, code = outcome.code](engine::Turns& turns,
                                                              store::Action action) {
        const auto next =
            connect::next_attempt(action.attempts + 1, {.status = 503}, chance(turns.entropy()));
        if (next.then == Then::Dead) {
            note(turns, action, task, "mail", "unreachable", fault);
            raise_alert(turns, action.tenant, task);
        }
        write_attempt(turns, std::move(action), {.next = next, .fault = fault, .status = code});
    };
}

}  // namespace

std::string_view NoticeCarrier::topic() const { return engine::kNoticeTopic; }

void NoticeCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    auto task = NoticeTask::from_json(action.body);
    if (!task || task->events.empty()) return done(over("unreadable"));
    const auto customer = reading.customer(task->customer);
    if (!customer || customer->tenant != action.tenant || customer->erased_at < Instant::max())
        return done(over("erased"));
    const auto contact = find_contact(reading, keys_, action.tenant, task->customer);
    const auto channel = channel_for(task->channels, contact, ground_.mail != nullptr);
    if (!channel) {
        const bool bad = contact && contact->mail_is_bad;
        return done(unreachable(*std::move(task), bad ? "address-bad" : "no-channel"));
    }
    const Contact who = contact.value_or(Contact{});
    // The page disturbs nobody.
    if (*channel != "page") {
        const auto* zone = ground_.zones.find(who.zone);
        const auto now = ground_.clock.now();
        const auto at = connect::may_send_at(
            now, zone == nullptr ? Zone::utc() : *zone, who.quiet,
            task->urgent ? connect::Urgency::Urgent : connect::Urgency::Normal);
        if (at > now) return done(put_off(at));
    }
    const auto kind = notice_kind(task->notice);
    if (!kind) return done(unreachable(*std::move(task), "no-template"));
    const auto tenant = engine::tenant(reading, action.tenant);
    const auto company = tenant ? tenant->title : std::string();
    const auto values = ground_.shelves.use(action.tenant, [&](const engine::Shelf& shelf) {
        return notice_values(reading, shelf, ground_.zones, *task, who, company);
    });
    auto words = connect::render_notice(
        template_of(notice_templates(reading, action.tenant), *kind), values, who.chinese);
    if (*channel == "page") return done(sent(*std::move(task), "page", std::move(words), 0));
    connect::Mail mail{.key = engine::notice_text(action.id),
                       .from = {.name = company, .address = ground_.mail_from},
                       .to = {.name = who.name, .address = who.email},
                       .subject = words.subject,
                       .text = words.text,
                       .html = words.html,
                       .at = ground_.wall.now()};
    ground_.mail->send(std::move(mail), [done, task = *std::move(task), words = std::move(words)](
                                            const connect::MailOutcome& outcome) {
        done(mailed(task, words, outcome));
    });
}

bool take_bounce(engine::Turns& turns, store::TenantId tenant, std::int64_t notice) {
    const auto action = turns.rows().action(notice);
    if (!action || action->tenant != tenant || action->topic != engine::kNoticeTopic) return false;
    const auto task = NoticeTask::from_json(action->body);
    if (!task || task->events.empty()) return false;
    const auto contact = find_contact(turns.rows(), turns.keys(), tenant, task->customer);
    if (!contact || contact->mail_is_bad) return false;
    mark_bad(turns, tenant, task->customer);
    note(turns, *action, *task, "mail", "bounced", "mail-came-back");
    raise_alert(turns, tenant, *task);
    return true;
}

}  // namespace yinuo::server
