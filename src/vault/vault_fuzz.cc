// Any bytes as a sealed text, a wrapped key, a token, a link, a secret or a signature: refused.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "vault/keyring.h"
#include "vault/link.h"
#include "vault/token.h"
#include "vault/webhook_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo::vault;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static SeededEntropy entropy(1);
    static const Key key = random_key(entropy);
    static const Keyring ring = *Keyring::of({key});
    static const std::string known = ring.wrap(key, "owner", entropy);
    static const std::vector secrets{WebhookSecret::make(entropy)};

    check(!open(key, text, "owner"));
    check(!ring.unwrap(text, "owner"));
    std::string wrapped = known.substr(0, 8);  // past the master's id
    check(!ring.unwrap(wrapped += text, "owner"));
    check(!verify_link(key, text, "view", 0));
    const auto signature = text.substr(0, size / 2);
    check(!verify_webhook({"msg_1", "1", std::string(signature)}, text, secrets, 1000));
    check(!verify_webhook({"msg_1", std::string(signature), ""}, text, secrets, 1000));
    (void)read_token(text, "key");
    if (const auto secret = WebhookSecret::parse(text)) check(secret->text().expose() == text);
    (void)read_master_key(text);
    return 0;
}
