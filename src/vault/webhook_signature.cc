#include "vault/webhook_signature.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/check.h"
#include "vault/encoding.h"
#include "vault/mac.h"

namespace yinuo::vault {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kScheme = "v1,";
constexpr std::size_t kKeyMin = 24;
constexpr std::size_t kKeyMax = 64;
constexpr std::size_t kSignatureMax = 4096;  // header bytes, some eighty signatures
constexpr std::size_t kTimestampMax = 12;    // digits, for the next thirty thousand years

std::string signature(const WebhookSecret& secret, std::string_view id, std::string_view timestamp,
                      std::string_view body) {
    const Mac mac = hmac(Digest::Sha256, secret.key().expose(), {id, ".", timestamp, ".", body});
    return to_base64(view(mac), Base64::Standard);
}

bool any_signed(const WebhookHeaders& headers, std::string_view body,
                std::span<const WebhookSecret> secrets) {
    if (headers.signature.size() > kSignatureMax) return false;
    bool fits = false;
    for (const auto& secret : secrets) {
        const auto expected = signature(secret, headers.id, headers.timestamp, body);
        for (std::string_view rest = headers.signature; !rest.empty();) {
            const auto one = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
            if (one.starts_with(kScheme) && same(one.substr(kScheme.size()), expected)) fits = true;
        }
    }
    return fits;
}

}  // namespace

WebhookSecret WebhookSecret::make(Entropy& entropy) {
    const Key key = random_key(entropy);
    std::string text(kPrefix);
    text += to_base64(key.expose(), Base64::Standard);
    WebhookSecret secret(Secret<WebhookText>(text), Secret<WebhookText>(key.expose()));
    wipe(text);
    return secret;
}

Result<WebhookSecret> WebhookSecret::parse(std::string_view text) {
    std::optional<std::string> key;
    if (text.starts_with(kPrefix) && text.size() < 128)
        key = from_base64(text.substr(kPrefix.size()), Base64::Standard);
    if (!key || key->size() < kKeyMin || key->size() > kKeyMax)
        return refuse({.code = "webhook-secret",
                       .what = {"这不是 webhook 密钥", "this is no webhook secret"},
                       .mend = {"应为 whsec_ 加 24 到 64 个字节的 base64",
                                "whsec_ and the base64 of 24 to 64 bytes"}});
    WebhookSecret secret{Secret<WebhookText>(text), Secret<WebhookText>(*key)};
    wipe(*key);
    return secret;
}

WebhookHeaders sign_webhook(std::string_view id, std::int64_t now, std::string_view body,
                            std::span<const WebhookSecret> secrets) {
    check(!secrets.empty());
    check(id.find('.') == std::string_view::npos);  // it would shift the parts of what is signed
    WebhookHeaders headers{std::string(id), std::to_string(now / 1000), {}};
    for (const auto& secret : secrets) {
        if (!headers.signature.empty()) headers.signature += ' ';
        headers.signature += kScheme;
        headers.signature += signature(secret, id, headers.timestamp, body);
    }
    return headers;
}

Result<void> verify_webhook(const WebhookHeaders& headers, std::string_view body,
                            std::span<const WebhookSecret> secrets, std::int64_t now,
                            std::int64_t tolerance) {
    const auto& text = headers.timestamp;
    std::int64_t sent = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), sent);
    const std::int64_t distance = now / 1000 - sent;
    const std::int64_t allowed = tolerance / 1000;
    if (text.size() > kTimestampMax || fault != std::errc() || end != text.data() + text.size() ||
        sent < 0 || distance > allowed || distance < -allowed)
        return refuse({.code = "webhook-timestamp",
                       .what = {"webhook-timestamp 缺失、太旧或太新",
                                "webhook-timestamp is missing, too old or too new"},
                       .mend = {"以秒计的发送时间；检查两边的时钟",
                                "the time of sending in seconds; check the clocks of both sides"}});
    if (!any_signed(headers, body, secrets))
        return refuse(
            {.code = "webhook-signature",
             .what = {"webhook-signature 与内容不符", "webhook-signature doesn't fit the body"},
             .mend = {"用收到的原始字节和当前的密钥来核对",
                      "verify the raw bytes received, with the current secret"}});
    return {};
}

}  // namespace yinuo::vault
