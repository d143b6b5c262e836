// 通知渠道: by what notices leave the house, besides mail and the customer's page.
//
//   sms        one gateway of short messages (connect/messengers.h), with the templates that it
//              has approved: their text's ${variables} are those of our notices
//   webhook    the company's own app gets the event `notice.said` and pushes it to the customer
//   wecom, dingtalk   group robots for staff, any number, by names of their own
//
// All of them are one document ("channels" of the collection "notices"). Keys and secrets in it are
// sealed under a key of the installation, bound to the channel's name and address, and never shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connect/messengers.h"
#include "connect/notice_defaults.h"
#include "connect/notice_text.h"
#include "engine/turns.h"
#include "server/json_out.h"
#include "store/store.h"
#include "vault/secret.h"

namespace yinuo::server {

inline constexpr std::string_view kChannelKinds[] = {"sms", "webhook", "wecom", "dingtalk"};

struct SmsTemplate {
    std::string notice;  // "breach"
    bool chinese = true;
    std::string code;  // the gateway's: "SMS_154950909"
    std::string text;  // as it was approved: "${subject}没能按约做到，对不起。补偿${remedy}。"
};

struct NoticeChannel {
    enum class Kind : std::uint8_t { Sms, Webhook, WeCom, DingTalk } kind = Kind::Sms;
    std::string name;         // "sms" and "webhook" are called so; a robot: 1-40 of [a-z0-9-]
    std::string url = {};     // empty: the provider's own
    std::string key = {};     // sealed: of the account, the endpoint or the robot
    std::string secret = {};  // sealed: with which DingTalk checks; empty: it doesn't
    bool chinese = true;      // a robot's language
    std::string access_key_id = {}, sign_name = {}, region = {};  // sms
    std::vector<SmsTemplate> templates = {};                      // sms
};
bool is_robot(const NoticeChannel&);

struct NoticeChannels {
    std::vector<NoticeChannel> all;
    std::int64_t etag = 0;
    const NoticeChannel* find(std::string_view name) const;
};
NoticeChannels notice_channels(store::Reading&, store::TenantId);
// Refuses a stale etag.
Result<std::int64_t> put_notice_channels(engine::Turns&, const engine::Actor&,
                                         const NoticeChannels&);
void write_channel(JsonOut&, const NoticeChannel&);  // whether it has secrets, not which

// `what`: "key" or "secret".
std::string seal_for(const NoticeChannel&, std::string_view what, std::string_view text,
                     const vault::Key& server_key, vault::Entropy&);

// --- what goes out -------------------------------------------------------------------------------

// Each refuses what can't be sent, and a seal that doesn't open.
Result<connect::Delivery> robot_delivery(const NoticeChannel&, const connect::ChatMessage&,
                                         const vault::Key& server_key, Instant now);
// A robot's or the gateway's answer.
connect::MessageAnswer read_channel(const NoticeChannel&, const connect::Outcome&);

// What a template says; nullopt: a variable in it has no value, so it can't be said.
struct SmsWords {
    std::string code;
    std::string text;
    std::vector<std::pair<std::string, std::string>> values;
};
std::optional<SmsWords> sms_words(const NoticeChannel&, std::string_view notice, bool chinese,
                                  const connect::NoticeValues&);
// The names of a template's variables in their order; nullopt: braces that aren't closed.
std::optional<std::vector<std::string>> sms_variables(std::string_view text);
Result<connect::Delivery> sms_delivery(const NoticeChannel&, std::string_view key,
                                       std::string_view phone, const SmsWords&,
                                       const vault::Key& server_key, vault::Entropy&, Instant now);
bool is_phone_fault(const connect::MessageAnswer&);  // it is the number that won't do

struct AppNotice {
    std::string id;      // "ntc_17", the same for every attempt
    std::string type;    // "notice.said", "notice.test"
    std::string tenant;  // its name
    std::string data;    // JSON
};
Result<connect::Delivery> app_delivery(const NoticeChannel&, const AppNotice&,
                                       const vault::Key& server_key, Instant now);

}  // namespace yinuo::server
