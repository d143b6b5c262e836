// Bytes as text and back, for this room: base64 (RFC 4648), hexadecimal, base62.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace yinuo::vault {

enum class Base64 : std::uint8_t { Standard, Url };  // with padding; without

inline constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string to_base64(std::string_view bytes, Base64);
// Strict: nullopt for any other character, wrong padding or stray bits at the end.
std::optional<std::string> from_base64(std::string_view text, Base64);

std::string to_hex(std::string_view bytes);  // small letters
std::optional<std::string> from_hex(std::string_view text);

inline std::string_view view(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::span<const std::byte> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline const unsigned char* unsigned_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// The number in `Size` bytes, highest first.
template <std::size_t Size>
void append_number(std::string& out, std::uint64_t number) {
    for (std::size_t i = Size; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xff);
}
inline std::uint64_t read_number(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

}  // namespace yinuo::vault
