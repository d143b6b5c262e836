// Links by which a customer without an account sees what we owe them.
//
// The text is base64url of: version 1, expiry (8 bytes, seconds since 1970, big-endian), then
// tenant, subject and purpose, each one byte of length and its bytes, then the first 16 bytes of
// HMAC-SHA256 over all before. It is signed, not hidden: put ids into it, never a name or number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/secret.h"

namespace yinuo::vault {

struct Link {
    std::string tenant;
    std::string subject;          // whose: a customer's or an obligation's id
    std::string purpose;          // what it lets its holder do: "view", "confirm"
    std::int64_t expires_at = 0;  // milliseconds since 1970, whole seconds are kept

    bool operator==(const Link&) const = default;
};

// Refuses fields above 255 bytes, an empty purpose and an expiry before 1970.
Result<std::string> sign_link(const Key&, const Link&);

// Refuses with "link-broken" what wasn't signed with this key or for another purpose, and with
// "link-expired" at `expires_at` and after. `now` in milliseconds.
Result<Link> verify_link(const Key&, std::string_view text, std::string_view purpose,
                         std::int64_t now);

}  // namespace yinuo::vault
