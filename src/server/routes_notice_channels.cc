// Channels 通知渠道: set up by the owner, tried out, and what the gateway reports afterwards.
#include <algorithm>

#include "connect/courier.h"
#include "connect/mail_message.h"
#include "engine/noticing.h"
#include "engine/tenants.h"
#include "server/body.h"
#include "server/code_carrier.h"
#include "server/config.h"
#include "server/dispatcher.h"
#include "server/notice_carrier.h"
#include "server/notice_channel_desk.h"
#include "server/notice_channels.h"
#include "server/notices.h"
#include "server/obligation_out.h"
#include "vault/random.h"
#include "vault/webhook_signature.h"

namespace yinuo::server {
namespace {

using Kind = NoticeChannel::Kind;
using State = store::Action::State;

constexpr std::size_t kChannelsMost = 20;
constexpr std::size_t kTemplatesMost = 40;
constexpr std::size_t kReportsMost = 100;
constexpr int kCountedMost = 1'000;
constexpr std::string_view kLanguages[] = {"zh", "en"};
// Of these the gateway says that a number will never take a message: switched off numbers aren't
// among them.
constexpr std::string_view kNoSuchNumber[] = {"MOBILE_NOT_ON_SERVICE", "INVALID_NUMBER",
                                              "MOBILE_EMPTY", "UNKNOWN_NUMBER"};
constexpr std::int64_t kUnwritten = 1;  // what nobody has written yet is its first version

// Of a notice, or of a one-time code; empty: there is no such template.
std::span<const connect::NoticeVariable> variables_of(std::string_view notice) {
    if (notice == kCodeTemplate) return code_variables();
    const auto kind = notice_kind(notice);
    return kind ? connect::variables_of(*kind) : std::span<const connect::NoticeVariable>();
}

struct TemplateWish : SmsTemplate {
    std::string language = "zh";
};
void describe(Members& in, TemplateWish& into) {
    static const auto kNames = [] {
        std::vector<std::string_view> names;
        for (int i = 0; i < connect::kNoticeKinds; ++i)
            names.push_back(connect::name_of(static_cast<connect::NoticeKind>(i)));
        names.push_back(kCodeTemplate);
        return names;
    }();
    in.need_word("notice", into.notice, kNames);
    in.need_word("language", into.language, kLanguages);
    in.need("code", into.code, {.least = 1, .most = 64});
    in.need("text", into.text, {.least = 1, .most = 500});
    into.chinese = into.language != "en";
    const auto known = variables_of(into.notice);
    if (known.empty()) return;
    const auto used = sms_variables(into.text);
    if (!used)
        return in.flaw("text", {.code = "notice-unclosed",
                                .what = {"${ 没有配对的 }", "a ${ without its }"},
                                .mend = {"写成 ${subject}", "as ${subject}"}});
    for (const auto& name : *used) {
        // A gateway takes no address in a variable.
        if (name != "link" &&
            std::ranges::find(known, name, &connect::NoticeVariable::name) != known.end())
            continue;
        std::string names;
        for (const auto& one : known)
            if (one.name != "link") names += (names.empty() ? "" : ", ") + std::string(one.name);
        in.flaw("text", {.code = "notice-unknown-variable",
                         .what = {"短信里没有变量 ${" + name + "}",
                                  "a short message has no variable ${" + name + "}"},
                         .mend = {"这种通知可以用：" + names, "this notice has " + names}});
    }
}

// What isn't said of a key or secret stays as it is; "" takes it away.
struct ChannelWish {
    std::string name, kind, language = "zh", access_key_id, sign_name, region;
    std::optional<std::string> url, key, secret;
    std::vector<TemplateWish> templates;
};
void describe(Members& in, ChannelWish& into) {
    in.need("name", into.name, {.least = 1, .most = 40});
    in.need_word("kind", into.kind, kChannelKinds);
    in.may("url", into.url, {.least = 0, .most = 2000});
    in.may("key", into.key, {.least = 0, .most = 500});
    in.may("secret", into.secret, {.least = 0, .most = 200});
    in.may_word("language", into.language, kLanguages);
    in.may("access_key_id", into.access_key_id, {.least = 0, .most = 100});
    in.may("sign_name", into.sign_name, {.least = 0, .most = 40});
    in.may("region", into.region, {.least = 0, .most = 40});
    in.may_each("templates", into.templates, {.least = 0, .most = kTemplatesMost});
    const bool fixed = into.kind == "sms" || into.kind == "webhook";
    const bool letters = std::ranges::all_of(into.name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    const bool taken =
        into.name == "mail" || into.name == "page" || into.name == "sms" || into.name == "webhook";
    if (fixed ? into.name != into.kind : !letters || taken)
        in.flaw("name", {.code = "bad-name",
                         .what = {"渠道的名字不能用", "this name won't do"},
                         .mend = {"短信叫 sms，推送叫 webhook；机器人用小写字母、数字和 -",
                                  "sms and webhook are called so; a robot by small letters, digits "
                                  "and -"}});
    if (into.kind == "sms" && (into.access_key_id.empty() || into.sign_name.empty()))
        in.flaw("", {.code = "missing",
                     .what = {"短信要有 access_key_id 和 sign_name",
                              "sms needs access_key_id and sign_name"}});
    if (into.kind == "webhook" && into.key && !into.key->empty() &&
        !vault::WebhookSecret::parse(*into.key))
        in.flaw("key", {.code = "bad-secret",
                        .what = {"签名密钥的写法不对", "this is no signing secret"},
                        .mend = {"whsec_ 加 24 到 64 个随机字节的 base64",
                                 "whsec_ and the base64 of 24 to 64 random bytes"}});
}
struct ChannelsWish {
    std::vector<ChannelWish> channels;
};
void describe(Members& in, ChannelsWish& into) {
    in.require("channels");
    in.may_each("channels", into.channels, {.least = 0, .most = kChannelsMost});
    for (std::size_t i = 1; i < into.channels.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (into.channels[i].name == into.channels[k].name)
                in.flaw("channels/" + std::to_string(i) + "/name",
                        {.code = "twice",
                         .what = {"同名的渠道写了两次", "two channels have this name"}});
}

bool is_url(std::string_view url, bool plain_too) {
    if (!url.starts_with("https://") && !(plain_too && url.starts_with("http://"))) return false;
    auto host = url.substr(url.find("://") + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    return !host.empty() && !host.contains('@') && !url.ends_with('/') &&
           std::ranges::all_of(url, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

// What only the server's settings and what was there before can tell.
Answered<void> check_wish(const Call& call, const ChannelsWish& wish,
                          const NoticeChannels& before) {
    std::vector<http::Flaw> flaws;
    for (std::size_t i = 0; i < wish.channels.size(); ++i) {
        const auto& one = wish.channels[i];
        const auto pointer = "/channels/" + std::to_string(i);
        const auto* known = before.find(one.name);
        const auto url = one.url.value_or(known == nullptr ? "" : known->url);
        if (!url.empty() && !is_url(url, call.things.config.private_webhooks))
            flaws.push_back(
                {.error = {.code = "bad-url",
                           .what = {"这个地址不能用", "this address won't do"},
                           .mend = {"写 https:// 地址，不带用户名和密码，末尾不要 /",
                                    "an https:// address without a user, a password or a / at its "
                                    "end"}},
                 .pointer = pointer + "/url"});
        if (one.kind == "webhook" && url.empty())
            flaws.push_back({.error = {.code = "missing",
                                       .what = {"webhook 渠道要有地址",
                                                "a channel of kind webhook needs an address"}},
                             .pointer = pointer + "/url"});
        const bool keeps = known != nullptr && !known->key.empty() && known->url == url &&
                           kChannelKinds[static_cast<std::size_t>(known->kind)] == one.kind;
        if (!one.key && !keeps)
            flaws.push_back({.error = {.code = "missing",
                                       .what = {"要有 key：新渠道、换了地址都要重新给",
                                                "key is needed: of a new channel, and when its "
                                                "address changes"}},
                             .pointer = pointer + "/key"});
    }
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return {};
}

NoticeChannel channel_of(const ChannelWish& wish, const NoticeChannel* before,
                         const vault::Key& server_key, vault::Entropy& entropy) {
    const auto* kind = std::ranges::find(kChannelKinds, wish.kind);
    NoticeChannel channel{.kind = static_cast<Kind>(kind - kChannelKinds),
                          .name = wish.name,
                          .url = wish.url.value_or(before == nullptr ? "" : before->url),
                          .chinese = wish.language != "en",
                          .access_key_id = wish.access_key_id,
                          .sign_name = wish.sign_name,
                          .region = wish.region,
                          .templates = {wish.templates.begin(), wish.templates.end()}};
    // A secret never goes to an address for which it wasn't given.
    if (before != nullptr && before->kind == channel.kind && before->url == channel.url) {
        channel.key = before->key;
        channel.secret = before->secret;
    }
    const auto seal = [&](std::string_view what, const std::optional<std::string>& given,
                          std::string& into) {
        if (given)
            into = given->empty() ? "" : seal_for(channel, what, *given, server_key, entropy);
    };
    seal("key", wish.key, channel.key);
    seal("secret", wish.secret, channel.secret);
    return channel;
}

http::Response answer(const Call& call, store::Reading& reading, const NoticeChannels& channels) {
    JsonOut out;
    out.open('{').key("channels").open('[');
    for (const auto& one : channels.all) write_channel(out, one);
    out.close(']').key("robots").open('[');
    for (const auto& one : channels.all) {
        if (!is_robot(one)) continue;
        const auto count = [&](State state) {
            return std::ssize(reading.actions(call.who.tenant, engine::robot_target(one.name),
                                              state, 0, kCountedMost));
        };
        out.open('{').member("name", one.name).member("waiting", count(State::Waiting));
        out.member("dead", count(State::Dead)).close('}');
    }
    out.close(']').close('}');
    return ok(out, channels.etag + kUnwritten);
}

// --- trying one out ------------------------------------------------------------------------------

struct TestWish {
    std::string to;
};
void describe(Members& in, TestWish& into) { in.may("to", into.to, {.least = 0, .most = 254}); }

http::Response went(std::string_view outcome, std::string_view fault = {},
                    std::string_view code = {}, const Text& why = {}) {
    JsonOut out;
    out.open('{').member("outcome", outcome).member_if("fault", fault).member_if("code", code);
    if (!why.en.empty()) write_text(out.key("why"), why);
    out.close('}');
    return ok(out);
}

http::Response went(const connect::MessageAnswer& said) {
    switch (said.said) {
        case connect::MessageSaid::Sent: return went("sent");
        case connect::MessageSaid::Refused: return went("refused", said.fault, said.code, said.why);
        case connect::MessageSaid::TryAgain: break;
    }
    return went("unclear", said.fault, said.code, said.why);
}

Refusal no_address(Text what, Text mend) {
    return body_refusal(
        {{.error = {.code = "bad-address", .what = std::move(what), .mend = std::move(mend)},
          .pointer = "/to"}});
}

const Text kTestWords = {"这是一条测试消息：渠道通了。", "This is a test: the channel works."};

void test_mail(Ticket ticket, const std::string& to, std::string company) {
    const auto& things = ticket->call.things;
    if (things.dispatcher.mail() == nullptr)
        return ticket->answer(
            deny(Error{.code = "no-mail-server",
                       .what = {"没有设置邮件服务器", "no mail server is set up"},
                       .mend = {"启动时写 --mail-server", "start the server with --mail-server"}}));
    if (!connect::is_mail_address(to))
        return ticket->answer(deny(no_address({"不是邮件地址", "this is no mail address"},
                                              {"例如 li@example.com", "as li@example.com"})));
    const auto& text = kTestWords.in(ticket->call.chinese);
    things.dispatcher.mail()->send(
        {.key = "test_" + vault::token(things.entropy, 8),
         .from = {.name = std::move(company), .address = things.config.mail_from},
         .to = {.name = {}, .address = to},
         .subject = text,
         .text = text,
         .html = connect::html_of(text, ticket->call.chinese),
         .at = things.clock.now()},
        [ticket](const connect::MailOutcome& outcome) {
            using Said = connect::MailSaid;
            ticket->answer(outcome.said == Said::Sent ? went("sent")
                           : outcome.said == Said::Refused
                               ? went("refused", outcome.fault, outcome.status, outcome.why)
                               : went("unclear", outcome.fault, outcome.status, outcome.why));
        });
}

Result<connect::Delivery> test_sms(const Call& call, const NoticeChannel& channel,
                                   const std::string& to) {
    if (channel.templates.empty())
        return refuse({.code = "no-template",
                       .what = {"还没有短信模板", "there is no template of a short message"},
                       .mend = {"先在 templates 里写一个", "write one into templates first"}});
    const auto& first = channel.templates.front();
    connect::NoticeValues values;
    for (const auto& one : variables_of(first.notice))
        values.emplace_back(one.name, std::string(first.chinese ? one.zh : one.en));
    const auto words = sms_words(channel, first.notice, first.chinese, values);
    if (!words)
        return refuse(
            {.code = "unsendable", .what = {"模板填不满", "the template can't be filled"}});
    return sms_delivery(channel, "test", to, *words, call.things.server_key, call.things.entropy,
                        call.things.clock.now());
}

Result<connect::Delivery> test_delivery(const Call& call, const NoticeChannel& channel,
                                        const std::string& to, const std::string& tenant) {
    const auto& key = call.things.server_key;
    const auto now = call.things.clock.now();
    const bool chinese = is_robot(channel) ? channel.chinese : call.chinese;
    if (channel.kind == Kind::Sms) return test_sms(call, channel, to);
    if (channel.kind == Kind::Webhook) {
        JsonOut data;
        data.open('{').member("text", kTestWords.in(chinese)).close('}');
        return app_delivery(channel,
                            {.id = "test_" + vault::token(call.things.entropy, 8),
                             .type = "notice.test",
                             .tenant = tenant,
                             .data = data.take()},
                            key, now);
    }
    return robot_delivery(
        channel, {.title = chinese ? "一诺" : "Yinuo", .text = kTestWords.in(chinese)}, key, now);
}

void try_out(Ticket ticket, const std::string& to) {
    const auto& call = ticket->call;
    const auto reading = call.things.store.read();
    const auto tenant = engine::tenant(*reading, call.who.tenant);
    if (call.parameter("name") == "mail")
        return test_mail(ticket, to, tenant ? tenant->title : std::string());
    const auto channels = notice_channels(*reading, call.who.tenant);
    const auto* channel = channels.find(call.parameter("name"));
    if (channel == nullptr) return ticket->answer(deny(no_such({"渠道", "channel"})));
    auto delivery = test_delivery(call, *channel, to, tenant ? tenant->name : std::string());
    if (!delivery && delivery.error().code == "phone-number")
        return ticket->answer(deny(no_address(delivery.error().what, delivery.error().mend)));
    if (!delivery) return ticket->answer(deny(delivery.error()));
    const bool taken = call.things.dispatcher.courier().deliver(
        *std::move(delivery), [ticket, channel = *channel](const connect::Outcome& outcome) {
            if (outcome.fault == connect::Fault::Forbidden)
                return ticket->answer(went("refused", "forbidden", {},
                                           {"这个地址在内部网络里，不能发往那里",
                                            "this address is inside a private network; nothing is "
                                            "sent there"}));
            if (channel.kind != Kind::Webhook)
                return ticket->answer(went(read_channel(channel, outcome)));
            if (outcome.delivered()) return ticket->answer(went("sent"));
            const auto status = outcome.status == 0 ? "" : std::to_string(outcome.status);
            ticket->answer(went("unclear", name_of(outcome.fault), status,
                                {"对方没有收下", "it wasn't taken"}));
        });
    if (!taken) ticket->answer(went("unclear", "busy"));
}

// --- what the gateway reports ------------------------------------------------------------------

struct MessageReport {
    std::string out_id, err_code;
    bool success = true;
};
// The gateway tells more, among it the number: that is skipped here, and kept nowhere.
std::optional<MessageReport> report_of(const wire::Json& json) {
    const auto text = [&](std::string_view name) {
        const auto* found = json.find(name);
        return found == nullptr ? std::string() : std::string(found->text);
    };
    MessageReport report{.out_id = text("out_id"), .err_code = text("err_code")};
    const auto* success = json.find("success");
    if (report.out_id.empty() || success == nullptr || !success->truth()) return std::nullopt;
    report.success = *success->truth();
    return report;
}

}  // namespace

Answer read_notice_channels(const Call& call) {
    const auto reading = call.things.store.read();
    return answer(call, *reading, notice_channels(*reading, call.who.tenant));
}

void change_notice_channels(Ticket ticket) {
    auto given = read_body<ChannelsWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, given = std::move(*given), etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto before = notice_channels(turns.rows(), call.who.tenant);
        if (auto fine = check_wish(call, given, before); !fine) return deny(fine.error());
        NoticeChannels channels{.all = {}, .etag = etag - kUnwritten};
        for (const auto& wish : given.channels)
            channels.all.push_back(
                channel_of(wish, before.find(wish.name), call.things.server_key, turns.entropy()));
        channels.etag = TRY(put_notice_channels(turns, call.who.actor, channels));
        return answer(call, turns.rows(), channels);
    });
}

// Audited first; then it goes out, and the answer waits for how it went.
void test_notice_channel(Ticket ticket) {
    const auto& call = ticket->call;
    const auto channels = notice_channels(*call.things.store.read(), call.who.tenant);
    if (call.parameter("name") != "mail" && channels.find(call.parameter("name")) == nullptr)
        return ticket->answer(deny(no_such({"渠道", "channel"})));
    auto given = read_body<TestWish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    call.things.engine.act(
        [ticket](engine::Turns& turns) -> Result<void> {
            turns.audit(ticket->call.who.actor, "notices.tested", ticket->call.parameter("name"));
            return {};
        },
        [ticket, to = given->to](const Result<void>& done) {
            if (!done) return ticket->answer(deny(done.error()));
            try_out(ticket, to);
        });
}

void take_message_reports(Ticket ticket) {
    Arena memory;
    const auto json = json_of(ticket->call.request, memory);
    if (!json) return ticket->answer(deny(json.error()));
    std::vector<MessageReport> reports;
    std::vector<http::Flaw> flaws;
    const auto list = json->is_array() ? json->items : std::span(&*json, 1);
    for (std::size_t i = 0; i < list.size() && i < kReportsMost; ++i) {
        auto report = report_of(list[i]);
        if (report)
            reports.push_back(*std::move(report));
        else
            flaws.push_back({.error = {.code = "bad-report",
                                       .what = {"这不是短信回执", "this is no delivery report"},
                                       .mend = {"要有 out_id 和 success（true 或 false）",
                                                "it has out_id, and success (true or false)"}},
                             .pointer = json->is_array() ? "/" + std::to_string(i) : ""});
    }
    if (list.size() > kReportsMost)
        flaws.push_back({.error = {.code = "too-many",
                                   .what = {"一次最多 100 条", "100 at a time is the most"}},
                         .pointer = ""});
    if (!flaws.empty()) return ticket->answer(deny(body_refusal(std::move(flaws))));
    act(ticket, [ticket, reports](engine::Turns& turns) -> Answer {
        for (const auto& report : reports) {
            const auto id = engine::parse_notice(report.out_id);
            if (id && !report.success &&
                std::ranges::find(kNoSuchNumber, report.err_code) != std::end(kNoSuchNumber))
                take_back(turns, ticket->call.who.tenant, *id, "sms", report.err_code);
        }
        // As the gateway wants to be answered.
        return http::Response::json(200, R"({"code":0,"msg":"OK"})");
    });
}

}  // namespace yinuo::server
