// HMAC (RFC 2104) over SHA-256 or SM3, for this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace yinuo::vault {

enum class Digest : std::uint8_t { Sha256, Sm3 };
inline constexpr std::size_t kMacSize = 32;  // both have 32 bytes, and blocks of 64
using Mac = std::array<std::byte, kMacSize>;

// Over the parts, one after the other as if they were one text. `key` at most 64 bytes.
Mac hmac(Digest, std::string_view key, std::initializer_list<std::string_view> parts);

}  // namespace yinuo::vault
