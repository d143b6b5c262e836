// Notices 通知: when customers are told what, in which words, how each can be reached, and what
// they were told.
#include <algorithm>

#include "connect/mail_bounce.h"
#include "server/body.h"
#include "server/config.h"
#include "server/notice_carrier.h"
#include "server/notice_channel_desk.h"
#include "server/notice_channels.h"
#include "server/notice_staff.h"
#include "server/notices.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kRulesMost = 50;
constexpr std::size_t kTemplateBytes = 256UL * 1024;
constexpr std::string_view kLanguages[] = {"zh", "en"};
constexpr std::string_view kConsents[] = {"unasked", "given", "refused"};
constexpr std::string_view kTellings[] = {"told", "waiting", "dead"};
constexpr std::string_view kEvents[] = {
    "obligation.broken", "obligation.at-risk",  "obligation.paused", "obligation.due",
    "payout.choosing",   "payout.reserved",     "payout.paid",       "payout.expired",
    "claim.made",        "obligation.reversed", "claim.decided",     "date.proposed",
    "expectation.ready", "chase.answered",      "word.given",        "incident.declared",
    "incident.approved", "recovery.follow-up",  engine::kDutyWaiting};
const auto kStaffTypes = [] {
    std::vector<std::string_view> types;
    for (const auto& one : kStaffEvents) types.push_back(one.type);
    return types;
}();

Refusal nobody() { return no_such({"客户", "customer"}); }

std::vector<std::string_view> notice_names() {
    std::vector<std::string_view> names;
    for (int i = 0; i < connect::kNoticeKinds; ++i)
        names.push_back(connect::name_of(static_cast<connect::NoticeKind>(i)));
    return names;
}

// --- rules -----------------------------------------------------------------------------------------

struct RuleWish : engine::NoticeRule {};
void describe(Members& in, RuleWish& into) {
    static const auto kNames = notice_names();
    in.need_word("event", into.event, kEvents);
    in.need_word("notice", into.notice, kNames);
    in.need("channels", into.channels, {.least = 1, .most = 5}, {.least = 1, .most = 20});
    const auto known = [](const std::string& one) {
        return std::ranges::find(kChannels, one) != std::end(kChannels);
    };
    if (!std::ranges::all_of(into.channels, known))
        in.flaw("channels", {.code = "unknown-word",
                             .what = {"没有这种渠道", "there is no such channel"},
                             .mend = {"可以是 mail、sms、webhook、page",
                                      "it can be mail, sms, webhook or page"}});
    in.may("urgent", into.urgent);
    in.may("remind_hours", into.remind_hours, {.least = 0, .most = 24 * 30});
    const bool duty = into.event == engine::kDutyWaiting;
    if (into.remind_hours > 0 && !duty)
        in.flaw("remind_hours",
                {.code = "out-of-place",
                 .what = {"只有 duty.waiting 才会再提醒", "only duty.waiting is told again"}});
    if (duty && into.notice != "duty-reminder")
        in.flaw("notice", {.code = "out-of-place",
                           .what = {"duty.waiting 用 duty-reminder 来说",
                                    "duty.waiting is told as duty-reminder"}});
}
struct StaffWish : engine::StaffRule {};
void describe(Members& in, StaffWish& into) {
    in.need_word("event", into.event, kStaffTypes);
    in.need("robot", into.robot, {.least = 1, .most = 40});
    in.may("promise", into.promise, {.least = 0, .most = 200});
}
struct RulesWish {
    std::vector<RuleWish> rules;
    std::vector<StaffWish> staff;
    std::int64_t merge_minutes = 60;
    std::int64_t staff_seconds = 60;
};
void describe(Members& in, RulesWish& into) {
    in.require("rules");
    in.may_each("rules", into.rules, {.least = 0, .most = kRulesMost});
    in.may_each("staff", into.staff, {.least = 0, .most = kRulesMost});
    in.may("merge_minutes", into.merge_minutes, {.least = 1, .most = 24 * 60});
    // A robot takes 20 messages a minute.
    in.may("staff_seconds", into.staff_seconds, {.least = 3, .most = 3600});
}

// What nobody has written yet is its first version: it can be changed like any other.
constexpr std::int64_t kUnwritten = 1;

http::Response answer(const engine::NoticeRules& rules) {
    JsonOut out;
    out.open('{').key("rules").open('[');
    for (const auto& rule : rules.rules) {
        out.open('{').member("event", rule.event).member("notice", rule.notice);
        out.list("channels", rule.channels).member("urgent", rule.urgent);
        if (rule.remind_hours > 0) out.member("remind_hours", rule.remind_hours);
        out.close('}');
    }
    out.close(']').key("staff").open('[');
    for (const auto& rule : rules.staff) {
        out.open('{').member("event", rule.event).member("robot", rule.robot);
        out.member_if("promise", rule.promise).close('}');
    }
    out.close(']').member("merge_minutes", rules.merge_minutes);
    out.member("staff_seconds", rules.staff_seconds).close('}');
    return ok(out, rules.etag + kUnwritten);
}

Answer read_rules(const Call& call) {
    return answer(engine::notice_rules(*call.things.store.read(), call.who.tenant));
}

void change_rules(Ticket ticket) {
    auto given = read_body<RulesWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, given = std::move(*given), etag = *etag](engine::Turns& turns) -> Answer {
        engine::NoticeRules rules{.rules = {given.rules.begin(), given.rules.end()},
                                  .staff = {given.staff.begin(), given.staff.end()},
                                  .merge_minutes = given.merge_minutes,
                                  .staff_seconds = given.staff_seconds,
                                  .etag = etag - kUnwritten};
        const auto channels = notice_channels(turns.rows(), ticket->call.who.tenant);
        std::vector<http::Flaw> flaws;
        for (std::size_t i = 0; i < rules.staff.size(); ++i)
            if (const auto* robot = channels.find(rules.staff[i].robot);
                robot == nullptr || !is_robot(*robot))
                flaws.push_back({.error = {.code = "no-robot",
                                           .what = {"没有这个机器人", "there is no such robot"},
                                           .mend = {"先用 PUT /api/v1/notices/channels 设好",
                                                    "set it up with PUT "
                                                    "/api/v1/notices/channels first"}},
                                 .pointer = "/staff/" + std::to_string(i) + "/robot"});
        if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
        rules.etag = TRY(engine::put_notice_rules(turns, ticket->call.who.actor, rules));
        return answer(rules);
    });
}

// --- templates -------------------------------------------------------------------------------------

struct WordsWish : connect::NoticeWords {};
void describe(Members& in, WordsWish& into) {
    in.need("subject", into.subject, {.least = 0, .most = 1000});
    in.need("body", into.body, {.least = 0, .most = 20'000});
}
struct TemplateWish {
    std::string notice;
    WordsWish zh, en;
};
void describe(Members& in, TemplateWish& into) {
    static const auto kNames = notice_names();
    in.need_word("notice", into.notice, kNames);
    in.require("zh");
    in.may_object("zh", into.zh);
    in.require("en");
    in.may_object("en", into.en);
    const auto kind = notice_kind(into.notice);
    if (!kind) return;
    for (auto& finding : connect::check_notice({into.zh, into.en}, connect::variables_of(*kind),
                                               connect::NoticeUse::Long)) {
        auto& error = finding.error;
        // "zh.body", line 3, column 7
        const auto line = std::to_string(error.place.line);
        const auto column = std::to_string(error.place.column);
        const auto language = error.place.path.substr(0, 2);
        const auto where =
            error.place.path.ends_with("subject") ? Text{"标题", "subject"} : Text{"正文", "body"};
        error.what.zh = where.zh + "第 " + line + " 行第 " + column + " 列：" + error.what.zh;
        error.what.en = where.en + ", line " + line + ", column " + column + ": " + error.what.en;
        in.flaw(language, std::move(error));
    }
}
struct TemplatesWish {
    std::vector<TemplateWish> templates;
};
void describe(Members& in, TemplatesWish& into) {
    in.require("templates");
    in.may_each("templates", into.templates, {.least = 0, .most = connect::kNoticeKinds});
    for (std::size_t i = 1; i < into.templates.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (into.templates[i].notice == into.templates[k].notice)
                in.flaw("templates/" + std::to_string(i) + "/notice",
                        {.code = "twice",
                         .what = {"同一种通知写了两次", "this notice is written twice"}});
}

http::Response answer(const Templates& templates) {
    JsonOut out;
    out.open('{').key("templates").open('[');
    for (const auto name : notice_names())
        write_template(out, name, template_of(templates, *notice_kind(name)));
    out.close(']').key("own").open('[');
    for (const auto& [name, words] : templates.own) out.value(std::string_view(name));
    out.close(']').close('}');
    return ok(out, templates.etag + kUnwritten);
}

Answer read_templates(const Call& call) {
    return answer(notice_templates(*call.things.store.read(), call.who.tenant));
}

void change_templates(Ticket ticket) {
    auto given = read_body<TemplatesWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, given = std::move(*given), etag = *etag](engine::Turns& turns) -> Answer {
        Templates templates{.own = {}, .etag = etag - kUnwritten};
        for (const auto& one : given.templates)
            templates.own.emplace_back(one.notice, connect::NoticeTemplate{one.zh, one.en});
        templates.etag = TRY(put_notice_templates(turns, ticket->call.who.actor, templates));
        return answer(templates);
    });
}

// --- contacts --------------------------------------------------------------------------------------

struct QuietWish {
    std::int64_t from_minute = 22 * 60, until_minute = 8 * 60;
};
void describe(Members& in, QuietWish& into) {
    in.may("from_minute", into.from_minute, {.least = 0, .most = 1439});
    in.may("until_minute", into.until_minute, {.least = 0, .most = 1439});
}
struct ConsentWish {
    std::string mail = "unasked", sms = "unasked";
};
void describe(Members& in, ConsentWish& into) {
    in.may_word("mail", into.mail, kConsents);
    in.may_word("sms", into.sms, kConsents);
}
bool is_phone_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    return text.size() >= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

struct ContactWish {
    std::string customer, name, email, phone, language = "zh", zone = "Asia/Shanghai";
    QuietWish quiet;
    ConsentWish consent;
};
void describe(Members& in, ContactWish& into) {
    in.need("customer", into.customer, {.least = 1, .most = 200});
    in.may("name", into.name, {.least = 0, .most = 80});
    in.may("email", into.email, {.least = 0, .most = 254});
    in.may("phone", into.phone, {.least = 0, .most = 20});
    in.may_word("language", into.language, kLanguages);
    in.may("zone", into.zone, {.least = 1, .most = 60});
    in.may_object("quiet", into.quiet);
    in.may_object("consent", into.consent);
    if (!into.email.empty() && !connect::is_mail_address(into.email))
        in.flaw("email", {.code = "bad-address",
                          .what = {"不是邮件地址", "this is no mail address"},
                          .mend = {"例如 li@example.com", "as li@example.com"}});
    if (!into.phone.empty() && !is_phone_number(into.phone))
        in.flaw("phone", {.code = "bad-phone",
                          .what = {"不是电话号码", "this is no phone number"},
                          .mend = {"5 到 20 个数字，前面可以有 +，中间没有空格和 -",
                                   "5 to 20 digits, perhaps with + before them, without blanks "
                                   "and dashes"}});
}

connect::Consent consent_of(std::string_view word) {
    return static_cast<connect::Consent>(std::ranges::find(kConsents, word) - kConsents);
}

Contact contact_of(const ContactWish& wish) {
    return {.name = wish.name,
            .email = wish.email,
            .phone = wish.phone,
            .chinese = wish.language != "en",
            .zone = wish.zone,
            .quiet = {static_cast<int>(wish.quiet.from_minute),
                      static_cast<int>(wish.quiet.until_minute)},
            .mail = consent_of(wish.consent.mail),
            .sms = consent_of(wish.consent.sms)};
}

// Replaces what was known. A customer who was never heard of is known from here on.
void put(Ticket ticket) {
    auto given = read_body<ContactWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (ticket->call.things.zones.find(given->zone) == nullptr)
        return ticket->answer(
            deny(body_refusal({{.error = {.code = "unknown-zone",
                                          .what = {"没有这个时区", "there is no such zone"},
                                          .mend = {"写 IANA 名字，例如 Asia/Shanghai",
                                                   "an IANA name, as Asia/Shanghai"}},
                                .pointer = "/zone"}})));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto customer =
            turns.keys().known(turns.rows(), turns.entropy(), who.tenant, given.customer);
        const auto contact = contact_of(given);
        if (auto kept = put_contact(turns, who.tenant, customer, contact); !kept)
            return deny(kept.error());
        turns.audit(who.actor, "contact.set", engine::customer_text(customer));
        JsonOut out;
        write_contact(out, contact);
        return ok(out);
    });
}

std::optional<store::Customer> customer_of(const Call& call, store::Reading& reading) {
    auto customer = reading.find_customer(call.who.tenant, call.parameter("handle"));
    if (!customer || customer->erased_at < Instant::max()) return std::nullopt;
    return customer;
}

Answer read_contact(const Call& call) {
    const auto reading = call.things.store.read();
    const auto customer = customer_of(call, *reading);
    if (!customer) return deny(nobody());
    engine::Keys keys(call.things.keyring);
    JsonOut out;
    write_contact(out,
                  find_contact(*reading, keys, call.who.tenant, customer->id).value_or(Contact{}));
    return ok(out);
}

// --- what was told ---------------------------------------------------------------------------------

Answer told(const Call& call, store::Reading& reading, store::CustomerId customer) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    engine::Keys keys(call.things.keyring);
    const auto found = told_of(reading, keys, call.who.tenant, customer, wish->after, wish->limit);
    JsonOut items;
    for (const auto& one : found.told) write_told(items, one);
    return page(call, items.text(), found.next);
}

Answer list_mine(const Call& call) {
    const auto reading = call.things.store.read();
    return told(call, *reading, call.who.customer);
}

// What wasn't said, or not yet.
Answer untold(const Call& call, store::Reading& reading, store::CustomerId customer,
              std::string_view state) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto after = engine::parse_notice(wish->after).value_or(0);
    auto found = reading.actions(
        call.who.tenant, engine::customer_text(customer),
        state == "dead" ? store::Action::State::Dead : store::Action::State::Waiting, after,
        wish->limit + 1);
    const bool more = std::ssize(found) > wish->limit;
    if (more) found.pop_back();
    JsonOut items;
    for (const auto& action : found) {
        const auto task = engine::NoticeTask::from_json(action.body);
        if (!task) continue;
        items.open('{').member("id", engine::notice_text(action.id));
        items.member("notice", task->notice).member("state", state);
        items.member("attempts", action.attempts).member("due_at", action.due_at);
        if (action.answer.starts_with('{')) items.key("answer").raw(action.answer);
        items.close('}');
    }
    return page(call, items.text(), more ? engine::notice_text(found.back().id) : "");
}

Answer list_theirs(const Call& call) {
    Query in(call.request);
    const auto state = in.word("state", kTellings).value_or("told");
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto reading = call.things.store.read();
    const auto customer = customer_of(call, *reading);
    if (!customer) return deny(nobody());
    if (state != "told") return untold(call, *reading, customer->id, state);
    return told(call, *reading, customer->id);
}

// The mail server's post that came to the address for bounces, as it is.
void bounce(Ticket ticket) {
    const auto& call = ticket->call;
    const auto& config = call.things.config;
    const auto& bounces = config.mail_bounces.empty() ? config.mail_from : config.mail_bounces;
    const auto domain = config.mail_from.substr(config.mail_from.find('@') + 1);
    const auto read = connect::read_bounce(call.request.body, bounces, domain);
    if (!read) return ticket->answer(deny(read.error()));
    const auto id = engine::parse_notice(read->key);
    if (!id || !read->permanent || !read->given_up) return ticket->answer(http::Response::empty());
    act(ticket, [ticket, id = *id](engine::Turns& turns) -> Answer {
        take_back(turns, ticket->call.who.tenant, id, "mail", "mail-came-back");
        return http::Response::empty();
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/notices/rules", "readNoticeRules", Permission::SettingsRead, read_rules, 0},
    {"PUT", "/api/v1/notices/rules", "changeNoticeRules", Permission::SettingsWrite, change_rules},
    {"GET", "/api/v1/notices/templates", "readNoticeTemplates", Permission::SettingsRead,
     read_templates, 0},
    {"PUT", "/api/v1/notices/templates", "changeNoticeTemplates", Permission::SettingsWrite,
     change_templates, kTemplateBytes},
    {"GET", "/api/v1/notices/channels", "readNoticeChannels", Permission::SettingsRead,
     read_notice_channels, 0},
    {"PUT", "/api/v1/notices/channels", "changeNoticeChannels", Permission::SettingsWrite,
     change_notice_channels, kTemplateBytes},
    {"POST", "/api/v1/notices/channels/{name}/test", "testNoticeChannel", Permission::SettingsWrite,
     test_notice_channel, 4096, false, 5},
    {"POST", "/api/v1/notices/reports", "reportMessages", Permission::FactsWrite,
     take_message_reports, 256UL * 1024},
    {"POST", "/api/v1/notices/bounces", "reportBounce", Permission::FactsWrite, bounce,
     connect::kBounceSizeMax},
    {"GET", "/api/v1/me/notices", "listMyNotices", Permission::SignedIn, list_mine, 0},
    {"POST", "/api/v1/contacts", "putContact", Permission::FactsWrite, put, 16 * 1024},
    {"GET", "/api/v1/customers/{handle}/contact", "readContact", Permission::CustomersRead,
     read_contact, 0},
    {"GET", "/api/v1/customers/{handle}/notices", "listNotices", Permission::CustomersRead,
     list_theirs, 0},
};

}  // namespace

std::span<const Route> notice_routes() { return kRoutes; }

}  // namespace yinuo::server
