#include "server/code_carrier.h"

#include "base/arena.h"
#include "engine/tenants.h"
#include "server/house_promises.h"
#include "server/notices.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using connect::MailSaid;
using connect::Then;

Carrier::Outcome over(connect::Next next, std::string fault, int status = 0) {
    return [next, fault = std::move(fault), status](engine::Turns& turns, store::Action action) {
        write_attempt(turns, std::move(action), {.next = next, .fault = fault, .status = status});
    };
}

connect::Mail mail_of(const Contact& who, const std::string& code, std::string_view company) {
    connect::Mail mail{.key = {},
                       .from = {.name = std::string(company), .address = {}},
                       .to = {.name = who.name, .address = who.email},
                       .subject = {},
                       .text = {}};
    const std::string from(company);
    if (who.chinese) {
        mail.subject = from + "：期望清单签署验证码";
        mail.text = "您的验证码是 " + code + "，10 分钟内有效。\n\n它只用来签署" + from +
                    "给您的期望清单，请不要告诉任何人，包括我们的工作人员。\n如果不是您在签署，"
                    "请不用理会这封邮件。\n";
    } else {
        mail.subject = from + ": the code for your expectation list";
        mail.text = "Your code is " + code +
                    ". It is good for 10 minutes.\n\nIt signs the expectation list of " + from +
                    " and nothing else. Tell nobody, not even our own people.\nIf it isn't you who "
                    "is signing, you need do nothing.\n";
    }
    return mail;
}

constexpr connect::Next kDead{.then = Then::Dead};

}  // namespace

std::string CodeTask::to_json() const {
    JsonOut out;
    out.open('{').member("customer", customer).member("list", list).member("sealed", sealed);
    return out.member("until", until.millis).close('}').take();
}

Result<CodeTask> CodeTask::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    const auto* customer = json.find("customer");
    const auto* list = json.find("list");
    const auto* sealed = json.find("sealed");
    const auto* until = json.find("until");
    if (customer == nullptr || list == nullptr || sealed == nullptr || until == nullptr)
        return refuse(
            {.code = "unreadable", .what = {"验证码任务读不出来", "a code's task can't be read"}});
    return CodeTask{.customer = customer->integer().value_or(0),
                    .list = std::string(list->text),
                    .sealed = std::string(sealed->text),
                    .until = {until->integer().value_or(0)}};
}

void CodeCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    const auto task = CodeTask::from_json(action.body);
    if (!task) return done(over(kDead, "unreadable"));
    if (ground_.clock.now() >= task->until) return done(over(kDead, "too-late"));
    const auto contact = find_contact(reading, keys_, action.tenant, task->customer);
    const auto code = open_text(reading, keys_, action.tenant, task->customer, kCodeTopic,
                                task->list, task->sealed);
    if (!contact || !code) return done(over(kDead, "erased"));
    if (ground_.mail == nullptr || contact->email.empty()) return done(over(kDead, "no-channel"));
    const auto tenant = engine::tenant(reading, action.tenant);
    auto mail = mail_of(*contact, *code, tenant ? tenant->title : std::string());
    mail.key = "code_" + std::to_string(action.id);
    mail.from.address = ground_.mail_from;
    mail.at = ground_.wall.now();
    ground_.mail->send(std::move(mail), [done, tries = action.attempts](
                                            const connect::MailOutcome& outcome) {
        if (outcome.fault == "stopped") return done({});
        if (outcome.said == MailSaid::Sent)
            return done(over({.then = Then::Done}, "none", outcome.code));
        if (outcome.said == MailSaid::Refused || tries >= 3)
            return done(over(kDead, outcome.fault, outcome.code));
        return done(over({.then = Then::Again, .wait = seconds(20)}, outcome.fault, outcome.code));
    });
}

}  // namespace yinuo::server
