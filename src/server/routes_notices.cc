// Notices 通知: when customers are told what, in which words, how each can be reached, and what
// they were told.
#include <algorithm>

#include "connect/mail_bounce.h"
#include "server/body.h"
#include "server/config.h"
#include "server/notice_carrier.h"
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
    "obligation.broken", "obligation.at-risk", "obligation.paused",
    "obligation.due",    "payout.choosing",    "payout.reserved",
    "payout.paid",       "payout.expired",     "obligation.reversed"};

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
                             .mend = {"可以是 mail、page", "it can be mail or page"}});
    in.may("urgent", into.urgent);
}
struct RulesWish {
    std::vector<RuleWish> rules;
    std::int64_t merge_minutes = 60;
};
void describe(Members& in, RulesWish& into) {
    in.require("rules");
    in.may_each("rules", into.rules, {.least = 0, .most = kRulesMost});
    in.may("merge_minutes", into.merge_minutes, {.least = 1, .most = 24 * 60});
}

// What nobody has written yet is its first version: it can be changed like any other.
constexpr std::int64_t kUnwritten = 1;

http::Response answer(const engine::NoticeRules& rules) {
    JsonOut out;
    out.open('{').key("rules").open('[');
    for (const auto& rule : rules.rules) {
        out.open('{').member("event", rule.event).member("notice", rule.notice);
        out.list("channels", rule.channels).member("urgent", rule.urgent).close('}');
    }
    out.close(']').member("merge_minutes", rules.merge_minutes).close('}');
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
                                  .merge_minutes = given.merge_minutes,
                                  .etag = etag - kUnwritten};
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
    std::string mail = "unasked";
};
void describe(Members& in, ConsentWish& into) { in.may_word("mail", into.mail, kConsents); }

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
}

Contact contact_of(const ContactWish& wish) {
    const auto* consent = std::ranges::find(kConsents, wish.consent.mail);
    return {.name = wish.name,
            .email = wish.email,
            .phone = wish.phone,
            .chinese = wish.language != "en",
            .zone = wish.zone,
            .quiet = {static_cast<int>(wish.quiet.from_minute),
                      static_cast<int>(wish.quiet.until_minute)},
            .mail = static_cast<connect::Consent>(consent - kConsents)};
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
        take_bounce(turns, ticket->call.who.tenant, id);
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
