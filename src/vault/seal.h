// Authenticated encryption with associated data, and keys made from keys.
//
// A sealed text tells how it was made:
//
//   byte 0     version, 1
//   byte 1     suite: 1 = AES-256-GCM, 2 = SM4-CTR with HMAC-SM3
//   nonce      12 bytes (AES-GCM, NIST SP 800-38D) or 16 (the first counter block of SM4-CTR)
//   ciphertext as long as the plain text
//   tag        16 bytes, or 32
//
// Version and suite are authenticated together with the associated data. Suite 2 is for who must
// use the Chinese standards (GB/T 32907 SM4, GB/T 32905 SM3): OpenSSL 3.0 has no SM4-GCM, so it is
// encrypt-then-MAC over header, nonce, length of the associated data (8 bytes, big-endian),
// associated data and ciphertext, with two keys that HKDF-Expand (RFC 5869) over HMAC-SM3 takes
// from the one key.
//
// Nonces are random: with AES-GCM stay below 2^32 seals for one key, which a key for each customer
// does. Bytes are string_views here, as everywhere in the house. Safe from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/random.h"
#include "vault/secret.h"

namespace yinuo::vault {

inline constexpr std::size_t kPlainMax = 64 << 20;  // bytes: what is sealed is a field, not a film

enum class Suite : std::uint8_t { Aes256Gcm = 1, Sm4CtrHmacSm3 = 2 };

// The associated data says where the text belongs ("customer/42/phone"): it is not stored inside,
// and opening under any other is refused, so a sealed text can't be moved to another row. `plain` is at most kPlainMax.
std::string seal(const Key&, std::string_view plain, std::string_view associated, Entropy&,
                 Suite = Suite::Aes256Gcm);

// Refuses with "seal-unreadable" what isn't in the form above, and with "seal-broken" anything
// altered, under another key or with other associated data (which of them can't be told).
Result<std::string> open(const Key&, std::string_view sealed, std::string_view associated);

// A key for one purpose out of another: HKDF-Expand over HMAC-SHA256 (RFC 5869 section 2.3) with
// info = purpose, a zero byte, context. The same each time; tells nothing about `key`.
// `purpose` is a word of ours without a zero byte ("leaf"), `context` any bytes (a number).
Key derive(const Key&, std::string_view purpose, std::string_view context);

}  // namespace yinuo::vault
