// API keys and session tokens: shown once, kept only as a hash.
//
//   yn_<kind>_<30 characters of base62><6 characters of base62: the CRC-32 of all before them>
//
// The beginning lets a secret scanner recognise one in a leaked file, the 178 random bits make
// guessing hopeless (which is why a plain SHA-256 is enough to keep), and the checksum tells a
// typing error from a revoked token without asking the database.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "vault/random.h"
#include "vault/secret.h"

namespace yinuo::vault {

// SHA-256 of the whole text: all of a token that is ever stored.
struct TokenHash {
    std::array<std::byte, 32> bytes{};

    bool operator==(const TokenHash& other) const;  // in constant time
    std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

struct NewToken {
    Secret<TokenText> text;
    TokenHash hash;
};

// `kind` is one to twelve small letters: "key", "session".
NewToken make_token(Entropy&, std::string_view kind);

// The hash to look the token up by. Refuses, with "token-malformed", what has not this form or
// another kind, and with "token-mistyped" what has the form but not the checksum. The error never
// quotes the text.
Result<TokenHash> read_token(std::string_view text, std::string_view kind);

}  // namespace yinuo::vault
