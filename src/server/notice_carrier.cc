#include "server/notice_carrier.h"

#include <algorithm>

#include "engine/entry.h"
#include "engine/incidents.h"
#include "engine/noticing.h"
#include "engine/tenants.h"
#include "engine/turner.h"
#include "server/notice_channels.h"
#include "server/own_facts.h"
#include "server/recognise.h"
#include "server/recovery_acts.h"
#include "vault/link.h"

namespace yinuo::server {
namespace {

using connect::MailSaid;
using connect::MessageSaid;
using connect::Then;
using engine::NoticeTask;
using State = store::Action::State;

constexpr std::int64_t kLinkDays = 30;
constexpr std::int64_t kRemindersMost = 30;
constexpr int kMembersMost = 200;  // told in one go

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

// In the log, and as a fact of the subject.
void note(engine::Turns& turns, const store::Action& action, const NoticeTask& task,
          const std::string& channel, const std::string& outcome, const std::string& fault = {}) {
    engine::record_notice(
        turns, action.tenant, task,
        {.action = action.id, .channel = channel, .outcome = outcome, .fault = fault});
    const auto stream = turns.rows().find_stream(action.tenant, task.subject);
    if (!stream || stream->name.front() == engine::kOwnStream) return;
    JsonOut fact;
    fact.open('[').open('{');
    fact.member("id", engine::notice_text(action.id) + "/" + channel + "/" + outcome);
    fact.member("kind", outcome == "sent" ? "notice.told" : "notice.failed");
    fact.member("subject", stream->name).member("at", turns.now());
    fact.key("fields").open('{').member("notice", task.notice).member("channel", channel);
    fact.member("outcome", outcome).close('}').close('}').close(']');
    (void)report_own(turns, action.tenant, fact.text());
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

// While we still wait for the customer, they are reminded.
void remind_later(engine::Turns& turns, const store::Action& action, NoticeTask task) {
    if (task.remind_hours == 0 || task.reminders >= kRemindersMost) return;
    ++task.reminders;
    turns.rows().put_action({.tenant = action.tenant,
                             .topic = std::string(engine::kNoticeTopic),
                             .key = engine::notice_text(action.id) + "/again",
                             .target = action.target,
                             .cause = action.cause,
                             .due_at = turns.now() + hours(task.remind_hours),
                             .body = task.to_json(),
                             .answer = {}});
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
        remind_later(turns, action, task);
        write_attempt(turns, std::move(action), {.next = {.then = Then::Done}, .status = status});
    };
}

void mark_bad(engine::Turns& turns, store::TenantId tenant, store::CustomerId customer,
              std::string_view channel) {
    auto contact = find_contact(turns.rows(), turns.keys(), tenant, customer);
    if (!contact) return;
    (channel == "mail" ? contact->mail_is_bad : contact->phone_is_bad) = true;
    (void)put_contact(turns, tenant, customer, *contact);
}

// This channel is of no use to this notice. `bad`: nor to any other one to this customer.
Carrier::Outcome gave_up(NoticeTask task, std::string channel, std::string fault, int status,
                         bool bad) {
    return [task = std::move(task), channel = std::move(channel), fault = std::move(fault), status,
            bad](engine::Turns& turns, store::Action action) mutable {
        if (bad) mark_bad(turns, action.tenant, task.customer, channel);
        std::erase(task.channels, channel);
        const bool last = task.channels.empty();
        note(turns, action, task, channel,
             bad    ? "bounced"
             : last ? "unreachable"
                    : "refused",
             fault);
        if (last) {
            raise_alert(turns, action.tenant, task);
            return write_attempt(turns, std::move(action),
                                 {.next = {.then = Then::Dead}, .fault = fault, .status = status});
        }
        action.body = task.to_json();
        action.attempts = 0;
        action.due_at = turns.now();
        turns.rows().put_action(action);
    };
}

// Not this time. After the last attempt the next channel is taken.
Carrier::Outcome later(NoticeTask task, std::string channel, std::string fault, int status,
                       std::optional<Millis> asked = {}) {
    return [=](engine::Turns& turns, store::Action action) {
        const auto wait = connect::next_wait(action.attempts + 1, asked, chance(turns.entropy()));
        if (!wait) return gave_up(task, channel, fault, status, false)(turns, std::move(action));
        write_attempt(turns, std::move(action),
                      {.next = {Then::Again, *wait}, .fault = fault, .status = status});
    };
}

Carrier::Outcome mailed(const NoticeTask& task, const connect::Notice& words,
                        const connect::MailOutcome& outcome) {
    if (outcome.said == MailSaid::Sent) return sent(task, "mail", words, outcome.code);
    if (outcome.fault == "stopped") return {};
    if (outcome.said == MailSaid::Refused)
        return gave_up(task, "mail", outcome.fault, outcome.code, true);
    return later(task, "mail", outcome.fault, outcome.code);
}

Carrier::Outcome messaged(const NoticeTask& task, const connect::Notice& words,
                          const connect::MessageAnswer& said, int status) {
    if (said.said == MessageSaid::Sent) return sent(task, "sms", words, status);
    const auto fault = said.code.empty() ? said.fault : said.fault + ":" + said.code;
    if (said.said == MessageSaid::Refused)
        return gave_up(task, "sms", fault, status, is_phone_fault(said));
    return later(task, "sms", fault, status, said.retry_after);
}

Carrier::Outcome pushed(const NoticeTask& task, const connect::Notice& words,
                        const connect::Outcome& outcome) {
    if (outcome.delivered()) return sent(task, "webhook", words, outcome.status);
    if (outcome.status == 410 || outcome.fault == connect::Fault::Unsendable)
        return gave_up(task, "webhook", outcome.status == 410 ? "gone" : "unsendable",
                       outcome.status, false);
    return later(task, "webhook", std::string(name_of(outcome.fault)), outcome.status,
                 outcome.retry_after);
}

// What a reminder is about is still to be done.
bool is_duty(const NoticeTask& task) {
    return task.notice == connect::name_of(connect::NoticeKind::DutyReminder) &&
           std::ranges::all_of(task.events,
                               [](const auto& one) { return one.type == "obligation.paused"; });
}

bool duty_stands(store::Reading& rows, engine::Shelf& shelf, const NoticeTask& task, Instant now) {
    return std::ranges::any_of(task.events, [&](const auto& event) {
        const auto id = engine::parse_obligation(event.obligation);
        const auto row = id ? rows.obligation(*id) : std::nullopt;
        return row && !standing_duties(rows, shelf, *row, now).empty();
    });
}

// What subscribers hear, too: we wait for the customer, and since when it is known.
Carrier::Outcome waiting(Carrier::Outcome outcome, NoticeTask task) {
    if (!outcome) return {};
    return [outcome = std::move(outcome), task = std::move(task)](engine::Turns& turns,
                                                                  store::Action action) {
        if (action.attempts == 0)
            for (const auto& event : task.events) {
                JsonOut data;
                data.open('{').member("obligation", event.obligation);
                data.member("reminders", task.reminders).close('}');
                turns.announce(action.tenant, engine::kDutyWaiting, task.subject, data.text(),
                               event.cause);
            }
        outcome(turns, std::move(action));
    };
}

}  // namespace

// One notice on its way.
struct NoticeCarrier::Saying {
    store::TenantId tenant = 0;
    std::int64_t action = 0;
    NoticeTask task;
    Contact who;
    connect::NoticeKind kind = {};
    std::string handle, company, tenant_name;
    connect::NoticeValues values = {};  // with the link
    connect::NoticeValues kept = {};    // without it: links aren't left lying about
};

std::string_view NoticeCarrier::topic() const { return engine::kNoticeTopic; }

connect::NoticeValues NoticeCarrier::values_of(store::Reading& reading, const Saying& saying,
                                               bool with_link) {
    std::string link;
    if (with_link && !ground_.public_url.empty()) {
        const auto until = ground_.wall.now() + hours(24 * kLinkDays);
        const auto text = vault::sign_link(link_key(ground_.server_key),
                                           {.tenant = std::to_string(saying.tenant),
                                            .subject = engine::customer_text(saying.task.customer),
                                            .purpose = std::string(kViewPurpose),
                                            .expires_at = until.millis / 1000 * 1000});
        if (text) link = ground_.public_url + "/#" + *text;
    }
    auto values = ground_.shelves.use(saying.tenant, [&](engine::Shelf& shelf) {
        return notice_values(reading, shelf,
                             {.zones = ground_.zones,
                              .company = saying.company,
                              .link = link,
                              .now = ground_.clock.now()},
                             saying.task, saying.who);
    });
    if (auto apology = apology_of(reading, keys_, saying.tenant, saying.task); !apology.empty())
        values.emplace_back("apology", std::move(apology));
    return values;
}

void NoticeCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    auto task = NoticeTask::from_json(action.body);
    if (!task || task->events.empty()) return done(over("unreadable"));
    const auto customer = reading.customer(task->customer);
    if (!customer || customer->tenant != action.tenant || customer->erased_at < Instant::max())
        return done(over("erased"));
    if (is_duty(*task)) {
        const auto now = ground_.clock.now();
        const bool stands = ground_.shelves.use(action.tenant, [&](engine::Shelf& shelf) {
            return duty_stands(reading, shelf, *task, now);
        });
        if (!stands) return done(over("no-duty"));
        done = [done = std::move(done), told = *task](Outcome outcome) {
            done(waiting(std::move(outcome), told));
        };
    }
    const auto contact = find_contact(reading, keys_, action.tenant, task->customer);
    const auto kind = notice_kind(task->notice);
    if (!kind) return done(unreachable(*std::move(task), "no-template"));
    const auto tenant = engine::tenant(reading, action.tenant);
    Saying saying{.tenant = action.tenant,
                  .action = action.id,
                  .task = *std::move(task),
                  .who = contact.value_or(Contact{}),
                  .kind = *kind,
                  .handle = customer->handle,
                  .company = tenant ? tenant->title : std::string(),
                  .tenant_name = tenant ? tenant->name : std::string()};
    saying.values = values_of(reading, saying, true);
    saying.kept = values_of(reading, saying, false);
    for (const auto& channel : saying.task.channels)
        if (try_channel(reading, saying, channel, done)) return;
    const bool bad = saying.who.mail_is_bad || saying.who.phone_is_bad;
    done(unreachable(std::move(saying.task), bad ? "address-bad" : "no-channel"));
}

// False: it can't be used, and nothing was done.
bool NoticeCarrier::try_channel(store::Reading& reading, const Saying& saying,
                                const std::string& channel, const Done& done) {
    const auto words = template_of(notice_templates(reading, saying.tenant), saying.kind);
    if (channel == "page") {
        done(sent(saying.task, channel,
                  connect::render_notice(words, saying.kept, saying.who.chinese), 0));
        return true;
    }
    const auto channels = notice_channels(reading, saying.tenant);
    const auto* other = channels.find(channel);
    const bool mail = channel == "mail" && ground_.mail != nullptr;
    if (channel != "webhook" && !may_reach(saying.who, channel)) return false;
    if (!mail && (other == nullptr || other->key.empty())) return false;
    if (channel == "sms" &&
        !sms_words(*other, saying.task.notice, saying.who.chinese, saying.values))
        return false;
    const auto* zone = ground_.zones.find(saying.who.zone);
    const auto now = ground_.clock.now();
    const auto at = connect::may_send_at(
        now, zone == nullptr ? Zone::utc() : *zone, saying.who.quiet,
        saying.task.urgent ? connect::Urgency::Urgent : connect::Urgency::Normal);
    if (at > now) {
        done(put_off(at));
        return true;
    }
    if (mail) {
        send_mail(saying, words, done);
        return true;
    }
    if (channel == "sms") return send_sms(saying, *other, done);
    return send_to_app(saying, *other, words, done);
}

void NoticeCarrier::send_mail(const Saying& saying, const connect::NoticeTemplate& words,
                              const Done& done) {
    const auto said = connect::render_notice(words, saying.values, saying.who.chinese);
    auto kept = connect::render_notice(words, saying.kept, saying.who.chinese);
    connect::Mail mail{.key = engine::notice_text(saying.action),
                       .from = {.name = saying.company, .address = ground_.mail_from},
                       .to = {.name = saying.who.name, .address = saying.who.email},
                       .subject = said.subject,
                       .text = said.text,
                       .html = said.html,
                       .at = ground_.wall.now()};
    ground_.mail->send(std::move(mail), [done, task = saying.task, kept = std::move(kept)](
                                            const connect::MailOutcome& outcome) {
        done(mailed(task, kept, outcome));
    });
}

bool NoticeCarrier::send_sms(const Saying& saying, const NoticeChannel& channel, const Done& done) {
    const auto words = sms_words(channel, saying.task.notice, saying.who.chinese, saying.values);
    auto delivery = sms_delivery(channel, engine::notice_text(saying.action), saying.who.phone,
                                 *words, ground_.server_key, entropy_, ground_.wall.now());
    if (!delivery) return false;
    const bool taken = ground_.courier.deliver(
        *std::move(delivery),
        [done, task = saying.task,
         kept = connect::Notice{.subject = {}, .text = words->text, .html = {}}](
            const connect::Outcome& outcome) {
            if (outcome.fault == connect::Fault::Stopped) return done({});
            done(messaged(task, kept, connect::read_sms(outcome), outcome.status));
        });
    if (!taken) done({});
    return true;
}

bool NoticeCarrier::send_to_app(const Saying& saying, const NoticeChannel& channel,
                                const connect::NoticeTemplate& words, const Done& done) {
    const auto said = connect::render_notice(words, saying.values, saying.who.chinese);
    auto kept = connect::render_notice(words, saying.kept, saying.who.chinese);
    JsonOut data;
    data.open('{').member("notice", saying.task.notice).member("customer", saying.handle);
    data.member("about", saying.task.subject).member("language", saying.who.chinese ? "zh" : "en");
    data.member("subject", said.subject).member("text", said.text).close('}');
    auto delivery = app_delivery(channel,
                                 {.id = engine::notice_text(saying.action),
                                  .type = "notice.said",
                                  .tenant = saying.tenant_name,
                                  .data = data.take()},
                                 ground_.server_key, ground_.wall.now());
    if (!delivery) return false;
    const bool taken = ground_.courier.deliver(
        *std::move(delivery),
        [done, task = saying.task, kept = std::move(kept)](const connect::Outcome& outcome) {
            if (outcome.fault == connect::Fault::Stopped) return done({});
            done(pushed(task, kept, outcome));
        });
    if (!taken) done({});
    return true;
}

bool take_back(engine::Turns& turns, store::TenantId tenant, std::int64_t notice,
               std::string_view channel, std::string_view fault) {
    const auto action = turns.rows().action(notice);
    if (!action || action->tenant != tenant || action->topic != engine::kNoticeTopic) return false;
    auto task = NoticeTask::from_json(action->body);
    if (!task || task->events.empty()) return false;
    const auto contact = find_contact(turns.rows(), turns.keys(), tenant, task->customer);
    if (!contact || (channel == "mail" ? contact->mail_is_bad : contact->phone_is_bad))
        return false;
    mark_bad(turns, tenant, task->customer, channel);
    note(turns, *action, *task, std::string(channel), "bounced", std::string(fault));
    if (std::erase(task->channels, channel) == 0 || task->channels.empty()) {
        raise_alert(turns, tenant, *task);
        return true;
    }
    turns.rows().put_action({.tenant = tenant,
                             .topic = std::string(engine::kNoticeTopic),
                             .key = engine::notice_text(notice) + "/back",
                             .target = action->target,
                             .cause = action->cause,
                             .due_at = turns.now(),
                             .body = task->to_json(),
                             .answer = {}});
    return true;
}

// --- incidents -----------------------------------------------------------------------------------

std::string_view IncidentNoticeCarrier::topic() const { return engine::kIncidentNoticeTopic; }

// Members gather for a while after an incident was declared, and join as long as it lasts; so all of
// them are looked at three times.
void IncidentNoticeCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    static constexpr Millis kLooks[] = {seconds(30), minutes(10), hours(1)};
    auto walk = engine::IncidentNotice::from_json(action.body);
    const auto incident =
        walk ? engine::find_incident(reading, action.tenant, walk->incident) : std::nullopt;
    if (!incident) return done(over("no-incident"));
    const auto members = engine::incident_members(reading, *incident, walk->after, kMembersMost);
    done([walk = *walk, members](engine::Turns& turns, store::Action one) mutable {
        for (const auto& member : members) {
            walk.after = member.obligation.id;
            if (member.is_broken)
                engine::tell_member(turns.rows(), one.tenant, walk, member.obligation, turns.now());
        }
        one.due_at = turns.now();
        if (std::ssize(members) < kMembersMost) {
            walk.after = 0;
            if (walk.looks >= std::ssize(kLooks)) return over("told")(turns, std::move(one));
            one.due_at = walk.at + kLooks[walk.looks++];
        }
        one.body = walk.to_json();
        turns.rows().put_action(one);
    });
}

}  // namespace yinuo::server
