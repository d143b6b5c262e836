// Standard Webhooks (standardwebhooks.com, specification 1.0.0): how a receiver knows that a
// delivery is ours and fresh.
//
//   webhook-id: msg_...          the same for every attempt of one message
//   webhook-timestamp: seconds   of this attempt, since 1970
//   webhook-signature: v1,<base64 of HMAC-SHA256(secret, "id.timestamp.body")> [v1,...]
//
// While a secret is being changed a delivery carries one signature for each secret, and a receiver
// accepts it when any fits one of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/random.h"
#include "vault/secret.h"

namespace yinuo::vault {

// "whsec_" and base64 of 24 to 64 random bytes.
class WebhookSecret {
public:
    static WebhookSecret make(Entropy&);  // 32 bytes
    // Refuses anything else than the form above; the error never quotes it.
    static Result<WebhookSecret> parse(std::string_view text);

    const Secret<WebhookText>& text() const { return text_; }
    const Secret<WebhookText>& key() const { return key_; }  // the bytes inside

private:
    WebhookSecret(Secret<WebhookText> text, Secret<WebhookText> key)
        : text_(std::move(text)), key_(std::move(key)) {}
    Secret<WebhookText> text_;
    Secret<WebhookText> key_;
};

// The values of the three headers.
struct WebhookHeaders {
    std::string id;
    std::string timestamp;
    std::string signature;
};

// `id` without a full stop; at least one secret, the newest first. `now` in milliseconds since
// 1970 (Instant::millis).
WebhookHeaders sign_webhook(std::string_view id, std::int64_t now, std::string_view body,
                            std::span<const WebhookSecret> secrets);

// Refuses with "webhook-timestamp" what is older or newer than `tolerance` (milliseconds; five
// minutes is usual; exactly that far still passes) and with "webhook-signature" what no secret
// signed.
Result<void> verify_webhook(const WebhookHeaders&, std::string_view body,
                            std::span<const WebhookSecret> secrets, std::int64_t now,
                            std::int64_t tolerance = 300'000);

}  // namespace yinuo::vault
