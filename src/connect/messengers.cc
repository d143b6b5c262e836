#include "connect/messengers.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "base/check.h"
#include "base/json_text.h"
#include "connect/flat_json.h"
#include "time/civil.h"
#include "vault/encoding.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kWeComTextMax = 2048;  // bytes
constexpr std::size_t kWeComMarkdownMax = 4096;
constexpr std::size_t kDingTalkMax = 20'000;
constexpr std::size_t kCodeMax = 64;
// A robot takes 20 messages a minute; DingTalk then wants ten minutes of silence. The gateway takes
// for one number one message a minute, five an hour and ten a day.
constexpr Millis kWeComPause = minutes(1);
constexpr Millis kDingTalkPause = minutes(10);
constexpr Millis kSmsPause = hours(1);
constexpr Millis kGatewayPause = minutes(1);  // for an account that calls too often

using Parameters = std::vector<std::pair<std::string, std::string>>;

// RFC 3986 section 2.3: all but the unreserved characters.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 &&
            (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~'))
            out += c;
        else
            ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    }
    return out;
}

std::string form(const Parameters& parameters) {
    std::string out;
    for (const auto& [name, value] : parameters) {
        if (!out.empty()) out += '&';
        out += percent_encoded(name);
        out += '=';
        out += percent_encoded(value);
    }
    return out;
}

// vault/mac.h knows neither SHA-1 nor keys of more than 64 bytes, and both are their choice here.
std::string base64_of_hmac(const EVP_MD* digest, std::string_view key, std::string_view text) {
    std::array<std::byte, EVP_MAX_MD_SIZE> mac;
    unsigned size = 0;
    check(HMAC(digest, key.data(), static_cast<int>(key.size()), vault::unsigned_of(text),
               text.size(), reinterpret_cast<unsigned char*>(mac.data()), &size) != nullptr);
    return vault::to_base64(vault::view(std::span(mac).first(size)), vault::Base64::Standard);
}

Delivery json_delivery(std::string url, std::string body) {
    return {.url = std::move(url),
            .headers = {{"Content-Type", "application/json"}},
            .body = std::move(body),
            .keeps_answer = true};
}

std::string first_line_and_text(const ChatMessage& message) {
    if (message.title.empty()) return message.text;
    if (message.form == ChatMessage::Form::Text) return message.title + "\n" + message.text;
    return "**" + message.title + "**\n\n" + message.text;
}

Result<void> fits(std::string_view text, std::size_t most) {
    if (text.size() <= most) return {};
    const auto bytes = std::to_string(most);
    return refuse({.code = "message-too-long",
                   .what = {"消息有 " + std::to_string(text.size()) + " 字节，至多 " + bytes,
                            "the message has " + std::to_string(text.size()) + " bytes, " + bytes +
                                " is the most"}});
}

bool is_phone_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    return text.size() >= 5 && text.size() <= 20 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string json_object(const std::vector<std::pair<std::string, std::string>>& values) {
    std::string json = "{";
    for (const auto& [name, value] : values) {
        if (json.size() > 1) json += ',';
        append_json_string(json, name);
        json += ':';
        append_json_string(json, value);
    }
    return json += '}';
}

Text why(std::string_view fault) {
    if (fault == "too-fast")
        return {"发得太快，被限流了，稍后再发", "too many messages; it goes out later"};
    if (fault == "busy")
        return {"对方系统正忙，稍后再发", "their system is busy; it goes out later"};
    if (fault == "no-answer") return {"对方没有完整的答复", "there was no whole answer"};
    if (fault == "answer-unreadable") return {"对方的答复看不懂", "the answer can't be understood"};
    if (fault == "unsendable")
        return {"地址写得不对，没有发出", "the address is wrong; nothing was sent"};
    return {"对方拒收，请核对密钥、签名、模板与号码",
            "it was refused; check the keys, the signature, the template and the number"};
}

MessageAnswer answer(MessageSaid said, std::string_view fault, std::string_view code = {}) {
    std::string shown;
    for (const char c : code.substr(0, kCodeMax)) shown += c > 0x20 && c < 0x7f ? c : '?';
    return {.said = said,
            .fault = std::string(fault),
            .code = std::move(shown),
            .why = fault.empty() ? Text{} : why(fault)};
}

MessageAnswer later(std::string_view fault, std::string_view code, Millis pause) {
    auto told = answer(MessageSaid::TryAgain, fault, code);
    told.retry_after = pause;
    return told;
}

// What needs no reading of the body: nothing, when the body must be read.
std::optional<MessageAnswer> read_status(const Outcome& outcome) {
    if (outcome.fault == Fault::Unsendable) return answer(MessageSaid::Refused, "unsendable");
    if (outcome.fault != Fault::None || outcome.status < 200)
        return answer(MessageSaid::TryAgain, "no-answer");
    const int status = outcome.status;
    if (status == 429) {
        auto told = answer(MessageSaid::TryAgain, "too-fast");
        told.retry_after = outcome.retry_after;
        return told;
    }
    if (status >= 500 || status == 408 || status == 425) {
        auto told = answer(MessageSaid::TryAgain, "busy");
        told.retry_after = outcome.retry_after;
        return told;
    }
    return std::nullopt;
}

MessageAnswer unreadable(int status) {
    return status >= 400 ? answer(MessageSaid::Refused, "refused", std::to_string(status))
                         : answer(MessageSaid::TryAgain, "answer-unreadable");
}

MessageAnswer read_robot(const Outcome& outcome, std::span<const int> too_fast, Millis pause) {
    if (auto told = read_status(outcome)) return *std::move(told);
    const auto body = FlatJson::parse(outcome.answer);
    const auto number = body ? body->number("errcode") : std::nullopt;
    const auto code = number ? number->to_int64() : std::nullopt;
    if (!code || (*code == 0 && !outcome.delivered())) return unreadable(outcome.status);
    if (*code == 0) return answer(MessageSaid::Sent, "");
    const auto text = std::to_string(*code);
    if (*code == -1) return answer(MessageSaid::TryAgain, "busy", text);
    if (std::ranges::find(too_fast, *code) != too_fast.end()) return later("too-fast", text, pause);
    return answer(MessageSaid::Refused, "refused", text);
}

}  // namespace

Result<Delivery> wecom_delivery(const ChatMessage& message, const WeComRobot& robot) {
    const bool markdown = message.form == ChatMessage::Form::Markdown;
    const auto content = first_line_and_text(message);
    if (auto short_enough = fits(content, markdown ? kWeComMarkdownMax : kWeComTextMax);
        !short_enough)
        return refuse(std::move(short_enough).error());
    const std::string kind = markdown ? "markdown" : "text";
    std::string body = "{\"msgtype\":\"" + kind + "\",\"" + kind + "\":{\"content\":";
    append_json_string(body, content);
    return json_delivery(
        robot.base + "/cgi-bin/webhook/send?key=" + percent_encoded(robot.key.expose()),
        body + "}}");
}

Result<Delivery> dingtalk_delivery(const ChatMessage& message, const DingTalkRobot& robot,
                                   Instant now) {
    if (auto short_enough = fits(message.title + message.text, kDingTalkMax); !short_enough)
        return refuse(std::move(short_enough).error());
    std::string body;
    if (message.form == ChatMessage::Form::Markdown) {
        body = R"({"msgtype":"markdown","markdown":{"title":)";
        append_json_string(body, message.title);
        body += ",\"text\":";
        append_json_string(body, message.text);
    } else {
        body = R"({"msgtype":"text","text":{"content":)";
        append_json_string(body, first_line_and_text(message));
    }
    std::string url =
        robot.base + "/robot/send?access_token=" + percent_encoded(robot.access_token.expose());
    if (!robot.secret.empty()) {
        const auto timestamp = std::to_string(now.millis);
        const auto secret = robot.secret.expose();
        url += "&timestamp=" + timestamp + "&sign=";
        url += percent_encoded(
            base64_of_hmac(EVP_sha256(), secret, timestamp + "\n" + std::string(secret)));
    }
    return json_delivery(std::move(url), body + "}}");
}

Result<Delivery> sms_delivery(const Sms& sms, const SmsGateway& gateway, Instant now,
                              std::string_view nonce) {
    if (!is_phone_number(sms.phone.expose()))
        return refuse(
            {.code = "phone-number",
             .what = {"手机号不对", "the phone number is wrong"},
             .mend = {"5 到 20 个数字，前面可以有 +", "5 to 20 digits, also with + before"}});
    const Instant second{now.millis - now.millis % 1000};
    Parameters parameters = {{"AccessKeyId", gateway.access_key_id},
                             {"Action", "SendSms"},
                             {"Format", "JSON"},
                             {"OutId", sms.key},
                             {"PhoneNumbers", std::string(sms.phone.expose())},
                             {"RegionId", gateway.region},
                             {"SignName", gateway.sign_name},
                             {"SignatureMethod", "HMAC-SHA1"},
                             {"SignatureNonce", std::string(nonce)},
                             {"SignatureVersion", "1.0"},
                             {"TemplateCode", sms.template_code},
                             {"TemplateParam", json_object(sms.values)},
                             {"Timestamp", to_string(second)},
                             {"Version", "2017-05-25"}};
    check(std::ranges::is_sorted(parameters));  // by bytes, as they are signed
    std::string key(gateway.access_key_secret.expose());
    key += '&';
    auto signature =
        base64_of_hmac(EVP_sha1(), key, "POST&%2F&" + percent_encoded(form(parameters)));
    vault::wipe(key);
    parameters.emplace_back("Signature", std::move(signature));
    return Delivery{.url = gateway.base + "/",
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                    .body = form(parameters),
                    .keeps_answer = true};
}

MessageAnswer read_wecom(const Outcome& outcome) {
    constexpr std::array kTooFast = {45009, 45033};
    return read_robot(outcome, kTooFast, kWeComPause);
}

MessageAnswer read_dingtalk(const Outcome& outcome) {
    constexpr std::array kTooFast = {130101, 410100};
    return read_robot(outcome, kTooFast, kDingTalkPause);
}

// A refusal comes with a status of 400 or 200, and its code in the body either way.
MessageAnswer read_sms(const Outcome& outcome) {
    if (auto told = read_status(outcome)) return *std::move(told);
    const auto body = FlatJson::parse(outcome.answer);
    const auto code = body ? body->text("Code") : std::string_view();
    if (code.empty() || (code == "OK" && !outcome.delivered())) return unreadable(outcome.status);
    if (code == "OK") return answer(MessageSaid::Sent, "");
    if (code == "isv.BUSINESS_LIMIT_CONTROL") return later("too-fast", code, kSmsPause);
    if (code.starts_with("Throttling")) return later("too-fast", code, kGatewayPause);
    constexpr std::array<std::string_view, 4> kBusy = {"isp.SYSTEM_ERROR", "ServiceUnavailable",
                                                       "InternalError", "SignatureNonceUsed"};
    if (std::ranges::find(kBusy, code) != kBusy.end())
        return answer(MessageSaid::TryAgain, "busy", code);
    return answer(MessageSaid::Refused, "refused", code);
}

}  // namespace yinuo::connect
