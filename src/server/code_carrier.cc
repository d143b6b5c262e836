#include "server/code_carrier.h"

#include <array>
#include <cstdio>

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

connect::Mail mail_of(const Contact& who, const CodeTask& task, const std::string& code,
                      const std::string& from) {
    connect::Mail mail{.key = {},
                       .from = {.name = from, .address = {}},
                       .to = {.name = who.name, .address = who.email},
                       .subject = {},
                       .text = {}};
    const bool list = !task.list.empty();
    if (who.chinese) {
        mail.subject = from + (list ? "：期望清单签署验证码" : "：登录验证码");
        mail.text =
            "您的验证码是 " + code + "，10 分钟内有效。\n\n它只用来" +
            (list ? "签署" + from + "给您的期望清单" : "查看" + from + "对您的承诺") +
            "，请不要告诉任何人，包括我们的工作人员。\n如果不是您在操作，请不用理会这封邮件。\n";
    } else {
        mail.subject = from + (list ? ": the code for your expectation list" : ": your code");
        mail.text = "Your code is " + code + ". It is good for 10 minutes.\n\nIt " +
                    (list ? "signs the expectation list of " + from
                          : "shows what " + from + " has promised you") +
                    " and nothing else. Tell nobody, not even our own people.\nIf this isn't you, "
                    "you need do nothing.\n";
    }
    return mail;
}

std::optional<SmsWords> words_of(const NoticeChannel& channel, const Contact& who,
                                 const std::string& code, const std::string& company) {
    return sms_words(channel, kCodeTemplate, who.chinese,
                     {{"code", code}, {"minutes", "10"}, {"company", company}});
}

// Is the gateway set up for codes in this language?
const NoticeChannel* sms_for(const NoticeChannels& channels, const Contact& who) {
    const auto* sms = channels.find("sms");
    const bool ready = sms != nullptr && !sms->key.empty() && !who.phone.empty() &&
                       !who.phone_is_bad && words_of(*sms, who, "000000", "x");
    return ready ? sms : nullptr;
}

bool by_mail(const Contact& who) { return !who.email.empty() && !who.mail_is_bad; }

// Of what a sending came to: done, or another try while the code is good.
Carrier::Outcome tried(bool sent, bool refused, std::int32_t tries, std::string fault, int status) {
    if (sent) return over({.then = Then::Done}, "none", status);
    if (refused || tries >= 3) return over({.then = Then::Dead}, std::move(fault), status);
    return over({.then = Then::Again, .wait = seconds(20)}, std::move(fault), status);
}

constexpr connect::Next kDead{.then = Then::Dead};

}  // namespace

// Numbers at the end that would favour some codes are thrown away.
std::string new_code(vault::Entropy& entropy) {
    constexpr std::uint32_t kCodes = 1'000'000;
    constexpr std::uint32_t kFair = UINT32_MAX / kCodes * kCodes;
    std::uint32_t number = kFair;
    while (number >= kFair) {
        std::array<std::byte, 4> bytes{};
        entropy.fill(bytes);
        number = 0;
        for (const auto byte : bytes) number = number << 8 | static_cast<std::uint32_t>(byte);
    }
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%06u", static_cast<unsigned>(number % kCodes));
    return text.data();
}

std::span<const connect::NoticeVariable> code_variables() {
    static constexpr connect::NoticeVariable kAll[] = {
        {"code", "验证码", "the code", 6},
        {"minutes", "几分钟内有效", "for how many minutes it is good", 2},
        {"company", "公司名", "our name", 6}};
    return kAll;
}

bool can_get_code(store::Reading& reading, store::TenantId tenant, const Contact& who, bool mail) {
    return (mail && by_mail(who)) || sms_for(notice_channels(reading, tenant), who) != nullptr;
}

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
                                task->purpose(), task->sealed);
    if (!contact || !code) return done(over(kDead, "erased"));
    const auto tenant = engine::tenant(reading, action.tenant);
    const std::string company = tenant ? tenant->title : std::string();
    if (ground_.mail != nullptr && by_mail(*contact))
        return send_mail(action, mail_of(*contact, *task, *code, company), std::move(done));
    const auto channels = notice_channels(reading, action.tenant);
    const auto* sms = sms_for(channels, *contact);
    const auto words = sms == nullptr ? std::nullopt : words_of(*sms, *contact, *code, company);
    if (!words || !send_sms(action, *sms, *contact, *words, done)) done(over(kDead, "no-channel"));
}

void CodeCarrier::send_mail(const store::Action& action, connect::Mail mail, Done done) {
    mail.key = "code_" + std::to_string(action.id);
    mail.from.address = ground_.mail_from;
    mail.at = ground_.wall.now();
    ground_.mail->send(std::move(mail), [done = std::move(done), tries = action.attempts](
                                            const connect::MailOutcome& outcome) {
        if (outcome.fault == "stopped") return done({});
        done(tried(outcome.said == MailSaid::Sent, outcome.said == MailSaid::Refused, tries,
                   outcome.fault, outcome.code));
    });
}

bool CodeCarrier::send_sms(const store::Action& action, const NoticeChannel& channel,
                           const Contact& who, const SmsWords& words, Done done) {
    auto delivery = sms_delivery(channel, "code_" + std::to_string(action.id), who.phone, words,
                                 ground_.server_key, entropy_, ground_.wall.now());
    if (!delivery) return false;
    const bool taken = ground_.courier.deliver(
        *std::move(delivery), [done, tries = action.attempts](const connect::Outcome& outcome) {
            if (outcome.fault == connect::Fault::Stopped) return done({});
            const auto said = connect::read_sms(outcome);
            done(tried(said.said == connect::MessageSaid::Sent,
                       said.said == connect::MessageSaid::Refused, tries,
                       said.code.empty() ? said.fault : said.fault + ":" + said.code,
                       outcome.status));
        });
    if (!taken) done({});
    return true;
}

}  // namespace yinuo::server
