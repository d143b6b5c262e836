// 企业微信、钉钉、短信: notices through group robots and a gateway of short messages.
//
// Each sender makes the delivery of one message, and reads what came back. None of the three knows
// a message that comes twice: after an answer that got lost, trying again may send it a second time.
//
//   WeCom     POST /cgi-bin/webhook/send?key=KEY, {"msgtype":"text","text":{"content":...}} or
//             "markdown"; answer {"errcode":0}
//             https://developer.work.weixin.qq.com/document/path/91770
//   DingTalk  POST /robot/send?access_token=TOKEN&timestamp=MS&sign=SIGN, where SIGN is base64 of
//             HMAC-SHA256(secret, "MS\nsecret"), percent-encoded; answer {"errcode":0}
//             https://open.dingtalk.com/document/robots/customize-robot-security-settings
//   Aliyun    POST of the parameters as a form, signed by HMAC-SHA1 (RPC signature 1.0) over
//             "POST&%2F&" and the sorted, percent-encoded parameters; answer {"Code":"OK"}
//             https://help.aliyun.com/document_detail/315526.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "connect/delivery.h"
#include "vault/secret.h"

namespace yinuo::connect {

struct RobotKey;       // tags: of a robot's address,
struct RobotSecret;    // of its signature,
struct GatewaySecret;  // of the gateway's account,
struct PhoneNumber;    // and whom it is for

struct ChatMessage {
    enum class Form : std::uint8_t { Text, Markdown };
    std::string title;  // DingTalk shows it in its list; elsewhere it is the first line
    std::string text;
    Form form = Form::Text;
};

struct WeComRobot {
    vault::Secret<RobotKey> key;
    std::string base = "https://qyapi.weixin.qq.com";
};

struct DingTalkRobot {
    vault::Secret<RobotKey> access_token;
    vault::Secret<RobotSecret> secret = {};  // "SEC..."; empty: the robot checks no signature
    std::string base = "https://oapi.dingtalk.com";
};

struct SmsGateway {
    std::string access_key_id;
    vault::Secret<GatewaySecret> access_key_secret;
    std::string sign_name;  // 短信签名: "一诺宽带"
    std::string base = "https://dysmsapi.aliyuncs.com";
    std::string region = "cn-hangzhou";
};

struct Sms {
    std::string key;  // of the notice: comes back as OutId in the gateway's reports
    vault::Secret<PhoneNumber> phone;  // digits, also with + before them
    std::string template_code;         // "SMS_154950909"
    std::vector<std::pair<std::string, std::string>> values = {};  // of the template's variables
};

// Refuse "message-too-long": WeCom takes 2048 bytes of text and 4096 of Markdown, DingTalk 20,000.
Result<Delivery> wecom_delivery(const ChatMessage&, const WeComRobot&);
Result<Delivery> dingtalk_delivery(const ChatMessage&, const DingTalkRobot&, Instant now);
// `nonce`: another one for every attempt, at least 16 characters by chance. Refuses "phone-number".
Result<Delivery> sms_delivery(const Sms&, const SmsGateway&, Instant now, std::string_view nonce);

enum class MessageSaid : std::uint8_t { Sent, TryAgain, Refused };

struct MessageAnswer {
    MessageSaid said = MessageSaid::TryAgain;
    // Stable: "too-fast", "busy", "no-answer", "answer-unreadable", "unsendable", "refused".
    // Empty: Sent.
    std::string fault = {};
    std::string code = {};                   // theirs: "45009", "isv.MOBILE_NUMBER_ILLEGAL"
    Text why = {};                           // for people; empty when Sent
    std::optional<Millis> retry_after = {};  // TryAgain: not before
};

MessageAnswer read_wecom(const Outcome&);
MessageAnswer read_dingtalk(const Outcome&);
MessageAnswer read_sms(const Outcome&);

}  // namespace yinuo::connect
