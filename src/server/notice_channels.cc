#include "server/notice_channels.h"

#include <algorithm>
#include <array>

#include "base/arena.h"
#include "base/utf8.h"
#include "connect/cloud_event.h"
#include "vault/encoding.h"
#include "vault/seal.h"
#include "vault/webhook_signature.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using Kind = NoticeChannel::Kind;

constexpr std::string_view kCollection = "notices";
constexpr std::string_view kChannels = "channels";
constexpr std::size_t kSmsValueMost = 35;  // characters; the gateway refuses longer ones

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

bool truth_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found != nullptr && found->truth().value_or(false);
}

std::string bytes_of(const wire::Json& json, std::string_view name) {
    return vault::from_base64(text_of(json, name), vault::Base64::Standard).value_or("");
}

std::string_view word_of(Kind kind) { return kChannelKinds[static_cast<std::size_t>(kind)]; }

vault::Key key_of(const vault::Key& server_key) {
    return vault::derive(server_key, "notice-channel", "");
}

std::string bound_to(const NoticeChannel& channel, std::string_view what) {
    return std::string(word_of(channel.kind)) + "/" + channel.name + "/" + channel.url + "/" +
           std::string(what);
}

template <typename Tag>
Result<vault::Secret<Tag>> opened(const NoticeChannel& channel, std::string_view what,
                                  const vault::Key& server_key) {
    const auto& sealed = what == "key" ? channel.key : channel.secret;
    if (sealed.empty()) return vault::Secret<Tag>();
    auto text = TRY(vault::open(key_of(server_key), sealed, bound_to(channel, what)));
    vault::Secret<Tag> secret(text);
    vault::wipe(text);
    return secret;
}

void write_templates(JsonOut& out, const NoticeChannel& channel) {
    out.key("templates").open('[');
    for (const auto& one : channel.templates) {
        out.open('{').member("notice", one.notice).member("language", one.chinese ? "zh" : "en");
        out.member("code", one.code).member("text", one.text).close('}');
    }
    out.close(']');
}

NoticeChannel channel_of(const wire::Json& json) {
    NoticeChannel channel{.name = text_of(json, "name"),
                          .url = text_of(json, "url"),
                          .key = bytes_of(json, "key"),
                          .secret = bytes_of(json, "secret"),
                          .chinese = truth_of(json, "chinese"),
                          .access_key_id = text_of(json, "access_key_id"),
                          .sign_name = text_of(json, "sign_name"),
                          .region = text_of(json, "region")};
    const auto* kind = std::ranges::find(kChannelKinds, text_of(json, "kind"));
    if (kind != std::end(kChannelKinds)) channel.kind = static_cast<Kind>(kind - kChannelKinds);
    if (const auto* templates = json.find("templates"))
        for (const auto& one : templates->items)
            channel.templates.push_back({.notice = text_of(one, "notice"),
                                         .chinese = text_of(one, "language") != "en",
                                         .code = text_of(one, "code"),
                                         .text = text_of(one, "text")});
    return channel;
}

std::string to_json(const NoticeChannels& channels) {
    JsonOut out;
    out.open('{').key("channels").open('[');
    for (const auto& one : channels.all) {
        out.open('{').member("kind", word_of(one.kind)).member("name", one.name);
        out.member("url", one.url).member("chinese", one.chinese);
        out.member("key", vault::to_base64(one.key, vault::Base64::Standard));
        out.member("secret", vault::to_base64(one.secret, vault::Base64::Standard));
        out.member("access_key_id", one.access_key_id).member("sign_name", one.sign_name);
        out.member("region", one.region);
        write_templates(out, one);
        out.close('}');
    }
    return out.close(']').close('}').take();
}

// At most kSmsValueMost characters, the last one an ellipsis if there were more.
std::string shortened(const std::string& text) {
    if (count_characters(text) <= kSmsValueMost) return text;
    std::size_t end = 0;
    for (std::size_t i = 0; i + 1 < kSmsValueMost; ++i)
        end += std::max<std::size_t>(utf8_length(std::string_view(text).substr(end)), 1);
    return text.substr(0, end) + "…";
}

// Pieces between variables, and the variables: "a${b}c" is {"a", "c"} and {"b"}.
struct Pieces {
    std::vector<std::string> texts, names;
};
std::optional<Pieces> pieces_of(std::string_view text) {
    Pieces pieces;
    for (;;) {
        const auto begin = text.find("${");
        pieces.texts.emplace_back(text.substr(0, begin));
        if (begin == std::string_view::npos) return pieces;
        const auto end = text.find('}', begin);
        if (end == std::string_view::npos) return std::nullopt;
        pieces.names.emplace_back(text.substr(begin + 2, end - begin - 2));
        text.remove_prefix(end + 1);
    }
}

}  // namespace

bool is_robot(const NoticeChannel& channel) {
    return channel.kind == Kind::WeCom || channel.kind == Kind::DingTalk;
}

const NoticeChannel* NoticeChannels::find(std::string_view name) const {
    const auto found = std::ranges::find(all, name, &NoticeChannel::name);
    return found == all.end() ? nullptr : &*found;
}

NoticeChannels notice_channels(store::Reading& rows, store::TenantId tenant) {
    NoticeChannels channels;
    const auto document = rows.document(tenant, kCollection, kChannels);
    if (!document) return channels;
    channels.etag = document->version;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    const auto* list = json ? json->find("channels") : nullptr;
    if (list == nullptr) return channels;
    for (const auto& one : list->items) channels.all.push_back(channel_of(one));
    return channels;
}

Result<std::int64_t> put_notice_channels(engine::Turns& turns, const engine::Actor& actor,
                                         const NoticeChannels& channels) {
    if (!turns.rows().put_document({.tenant = actor.tenant,
                                    .collection = std::string(kCollection),
                                    .id = std::string(kChannels),
                                    .version = channels.etag + 1,
                                    .key = {},
                                    .body = to_json(channels)}))
        return refuse({.code = "stale",
                       .what = {"别人已经改过了", "somebody else has changed this since"},
                       .mend = {"重新读取，再改一次", "read it again and repeat the change"}});
    turns.audit(actor, "notices.channels", kChannels);
    return channels.etag + 1;
}

void write_channel(JsonOut& out, const NoticeChannel& channel) {
    out.open('{').member("name", channel.name).member("kind", word_of(channel.kind));
    out.member_if("url", channel.url).member("has_key", !channel.key.empty());
    if (channel.kind == Kind::DingTalk) out.member("has_secret", !channel.secret.empty());
    if (is_robot(channel)) out.member("language", channel.chinese ? "zh" : "en");
    if (channel.kind == Kind::Sms) {
        out.member("access_key_id", channel.access_key_id);
        out.member("sign_name", channel.sign_name).member("region", channel.region);
        write_templates(out, channel);
    }
    out.close('}');
}

std::string seal_for(const NoticeChannel& channel, std::string_view what, std::string_view text,
                     const vault::Key& server_key, vault::Entropy& entropy) {
    return vault::seal(key_of(server_key), text, bound_to(channel, what), entropy);
}

Result<connect::Delivery> robot_delivery(const NoticeChannel& channel,
                                         const connect::ChatMessage& message,
                                         const vault::Key& server_key, Instant now) {
    auto key = TRY(opened<connect::RobotKey>(channel, "key", server_key));
    if (channel.kind == Kind::WeCom) {
        connect::WeComRobot robot{.key = std::move(key)};
        if (!channel.url.empty()) robot.base = channel.url;
        return connect::wecom_delivery(message, robot);
    }
    auto secret = TRY(opened<connect::RobotSecret>(channel, "secret", server_key));
    connect::DingTalkRobot robot{.access_token = std::move(key), .secret = std::move(secret)};
    if (!channel.url.empty()) robot.base = channel.url;
    return connect::dingtalk_delivery(message, robot, now);
}

connect::MessageAnswer read_channel(const NoticeChannel& channel, const connect::Outcome& outcome) {
    switch (channel.kind) {
        case Kind::WeCom: return connect::read_wecom(outcome);
        case Kind::DingTalk: return connect::read_dingtalk(outcome);
        case Kind::Sms:
        case Kind::Webhook: break;
    }
    return connect::read_sms(outcome);
}

std::optional<std::vector<std::string>> sms_variables(std::string_view text) {
    auto pieces = pieces_of(text);
    if (!pieces) return std::nullopt;
    return std::move(pieces->names);
}

std::optional<SmsWords> sms_words(const NoticeChannel& channel, std::string_view notice,
                                  bool chinese, const connect::NoticeValues& values) {
    const auto found = std::ranges::find_if(channel.templates, [&](const SmsTemplate& one) {
        return one.notice == notice && one.chinese == chinese;
    });
    if (found == channel.templates.end()) return std::nullopt;
    const auto pieces = pieces_of(found->text);
    if (!pieces) return std::nullopt;
    SmsWords words{.code = found->code, .text = pieces->texts.front(), .values = {}};
    for (std::size_t i = 0; i < pieces->names.size(); ++i) {
        const auto& name = pieces->names[i];
        const auto value =
            std::ranges::find(values, name, &connect::NoticeValues::value_type::first);
        if (value == values.end() || value->second.empty()) return std::nullopt;
        const auto text = shortened(value->second);
        words.text += text + pieces->texts[i + 1];
        if (std::ranges::find(words.values, name, &connect::NoticeValues::value_type::first) ==
            words.values.end())
            words.values.emplace_back(name, text);
    }
    return words;
}

Result<connect::Delivery> sms_delivery(const NoticeChannel& channel, std::string_view key,
                                       std::string_view phone, const SmsWords& words,
                                       const vault::Key& server_key, vault::Entropy& entropy,
                                       Instant now) {
    auto secret = TRY(opened<connect::GatewaySecret>(channel, "key", server_key));
    connect::SmsGateway gateway{.access_key_id = channel.access_key_id,
                                .access_key_secret = std::move(secret),
                                .sign_name = channel.sign_name};
    if (!channel.url.empty()) gateway.base = channel.url;
    if (!channel.region.empty()) gateway.region = channel.region;
    std::array<std::byte, 16> chance{};
    entropy.fill(chance);
    const std::string_view bytes(reinterpret_cast<const char*>(chance.data()), chance.size());
    const connect::Sms sms{.key = std::string(key),
                           .phone = vault::Secret<connect::PhoneNumber>(phone),
                           .template_code = words.code,
                           .values = words.values};
    return connect::sms_delivery(sms, gateway, now, vault::to_base64(bytes, vault::Base64::Url));
}

bool is_phone_fault(const connect::MessageAnswer& answer) {
    return answer.code == "isv.MOBILE_NUMBER_ILLEGAL" ||
           answer.code == "isv.MOBILE_COUNT_OVER_LIMIT";
}

Result<connect::Delivery> app_delivery(const NoticeChannel& channel, const AppNotice& notice,
                                       const vault::Key& server_key, Instant now) {
    const auto text = TRY(opened<vault::WebhookText>(channel, "key", server_key));
    const auto secret = TRY(vault::WebhookSecret::parse(text.expose()));
    connect::Delivery delivery{.url = channel.url,
                               .body = connect::to_json({.id = notice.id,
                                                         .source = "/tenants/" + notice.tenant,
                                                         .type = "com.yinuo." + notice.type,
                                                         .subject = {},
                                                         .time = now,
                                                         .data = notice.data})};
    const auto signature = vault::sign_webhook(notice.id, now.millis, delivery.body, {&secret, 1});
    delivery.headers = {{"content-type", std::string(connect::kCloudEventType)},
                        {"webhook-id", signature.id},
                        {"webhook-timestamp", signature.timestamp},
                        {"webhook-signature", signature.signature}};
    return delivery;
}

}  // namespace yinuo::server
