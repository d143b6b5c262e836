#include "vault/webhook_signature.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "vault/link.h"

namespace yinuo::vault {
namespace {

constexpr std::int64_t kNow = 1'614'265'330'000;
const std::string kBody = R"({"test": 2432232314})";

WebhookSecret published_secret() {
    return WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
}

// The vector that the reference libraries of Standard Webhooks share.
TEST_CASE("our signature is the one that Standard Webhooks published") {
    const auto headers = sign_webhook("msg_p5jXN8AQM9LWM0D4loKWxJek", kNow + 999, kBody,
                                      std::vector{published_secret()});
    CHECK(headers.id == "msg_p5jXN8AQM9LWM0D4loKWxJek");
    CHECK(headers.timestamp == "1614265330");
    CHECK(headers.signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a delivery is refused when body, id, time or secret is another") {
    SeededEntropy entropy(1);
    const std::vector secrets{published_secret()};
    const auto good = sign_webhook("msg_1", kNow, kBody, secrets);
    CHECK(verify_webhook(good, kBody, secrets, kNow).has_value());

    CHECK(verify_webhook(good, kBody + " ", secrets, kNow).error().code == "webhook-signature");
    auto other = good;
    other.id = "msg_2";
    CHECK(verify_webhook(other, kBody, secrets, kNow).error().code == "webhook-signature");
    other = good;
    other.timestamp = "1614265331";
    CHECK(verify_webhook(other, kBody, secrets, kNow).error().code == "webhook-signature");
    CHECK(
        verify_webhook(good, kBody, std::vector{WebhookSecret::make(entropy)}, kNow).error().code ==
        "webhook-signature");
    other = good;
    other.signature[1] = '2';  // a scheme that we don't know
    CHECK(verify_webhook(other, kBody, secrets, kNow).error().code == "webhook-signature");
    other.signature = std::string(5000, ' ') + good.signature;
    CHECK(verify_webhook(other, kBody, secrets, kNow).error().code == "webhook-signature");
}

TEST_CASE("exactly five minutes early or late passes, a second more doesn't") {
    const std::vector secrets{published_secret()};
    const auto headers = sign_webhook("msg_1", kNow, kBody, secrets);
    CHECK(verify_webhook(headers, kBody, secrets, kNow + 300'000).has_value());
    CHECK(verify_webhook(headers, kBody, secrets, kNow - 300'000).has_value());
    for (const std::int64_t now : {kNow + 301'000, kNow - 301'000})
        CHECK(verify_webhook(headers, kBody, secrets, now).error().code == "webhook-timestamp");
    for (const auto* timestamp : {"", "now", "-1", "1614265330x", "99999999999999999999"}) {
        auto other = headers;
        other.timestamp = timestamp;
        CHECK(verify_webhook(other, kBody, secrets, kNow).error().code == "webhook-timestamp");
    }
}

TEST_CASE("while a secret is being changed, receivers with the old and with the new one accept") {
    SeededEntropy entropy(2);
    const auto old_one = WebhookSecret::make(entropy);
    const auto new_one = WebhookSecret::make(entropy);
    const auto headers = sign_webhook("msg_1", kNow, kBody, std::vector{new_one, old_one});
    CHECK(headers.signature.find(" v1,") != std::string::npos);
    CHECK(verify_webhook(headers, kBody, std::vector{old_one}, kNow).has_value());
    CHECK(verify_webhook(headers, kBody, std::vector{new_one}, kNow).has_value());
    CHECK_FALSE(verify_webhook(headers, kBody, std::vector{WebhookSecret::make(entropy)}, kNow)
                    .has_value());
}

TEST_CASE("a webhook secret is read back from its text, and nothing else is taken for one") {
    SeededEntropy entropy(3);
    const auto secret = WebhookSecret::make(entropy);
    const auto again = WebhookSecret::parse(secret.text().expose()).value();
    CHECK(again.key().expose() == secret.key().expose());
    CHECK(secret.key().expose().size() == 32);
    for (const auto* text :
         {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
          "whsec_MfKQ9r8G", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!"}) {
        const auto refused = WebhookSecret::parse(text);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == "webhook-secret");
    }
}

Key link_key(std::uint64_t seed) {
    SeededEntropy entropy(seed);
    return random_key(entropy);
}

TEST_CASE("a customer's link opens until it expires, for its purpose only") {
    const Link link{"acme", "obl_42", "view", kNow + 60'000};
    const auto text = sign_link(link_key(1), link).value();
    CHECK(text.size() < 80);
    CHECK(text.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(verify_link(link_key(1), text, "view", kNow + 59'999).value() == link);
    CHECK(verify_link(link_key(1), text, "view", kNow + 60'000).error().code == "link-expired");
    CHECK(verify_link(link_key(1), text, "confirm", kNow).error().code == "link-broken");
    CHECK(verify_link(link_key(2), text, "view", kNow).error().code == "link-broken");
}

TEST_CASE("a link with any character changed, cut or added is refused") {
    const auto text = sign_link(link_key(1), {"acme", "obl_42", "view", kNow}).value();
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto altered = text;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        REQUIRE(verify_link(link_key(1), altered, "view", 0).error().code == "link-broken");
        REQUIRE(verify_link(link_key(1), text.substr(0, at), "view", 0).error().code ==
                "link-broken");
    }
    CHECK_FALSE(verify_link(link_key(1), text + "A", "view", 0).has_value());
    CHECK_FALSE(verify_link(link_key(1), text + "=", "view", 0).has_value());
}

TEST_CASE("bytes moved from one field of a link to the next make another signature") {
    const auto text = sign_link(link_key(1), {"ac", "me42", "view", kNow}).value();
    CHECK(text != sign_link(link_key(1), {"acme", "42", "view", kNow}).value());
    CHECK(sign_link(link_key(1), {"", "", "", 1}).error().code == "link-fields");
    CHECK(sign_link(link_key(1), {std::string(256, 'x'), "", "view", 1}).error().code ==
          "link-fields");
    CHECK(sign_link(link_key(1), {"", "", "view", -1}).error().code == "link-fields");
    const Link longest{std::string(255, 'a'), std::string(255, 'b'), std::string(255, 'c'), 1000};
    CHECK(verify_link(link_key(1), sign_link(link_key(1), longest).value(), longest.purpose, 0)
              .value() == longest);
}

}  // namespace
}  // namespace yinuo::vault
