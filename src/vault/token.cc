#include "vault/token.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "vault/encoding.h"

namespace yinuo::vault {
namespace {

constexpr std::size_t kRandomSize = 30;
constexpr std::size_t kChecksumSize = 6;
constexpr std::size_t kKindMax = 12;

// CRC-32 of ISO 3309 (the polynomial of zlib and PNG), bit by bit: tokens are short.
std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xedb88320U & (0 - (crc & 1)));
    }
    return ~crc;
}

std::string checksum(std::string_view text) {
    std::string out(kChecksumSize, '0');  // 62^6 is above 2^32
    std::uint32_t rest = crc32(text);
    for (std::size_t i = kChecksumSize; i-- > 0; rest /= 62) out[i] = kBase62[rest % 62];
    return out;
}

std::string beginning(std::string_view kind) {
    check(!kind.empty() && kind.size() <= kKindMax);
    check(std::ranges::all_of(kind, [](char c) { return c >= 'a' && c <= 'z'; }));
    std::string text = "yn_";
    text += kind;
    text += '_';
    return text;
}

TokenHash hash_of(std::string_view text) {
    TokenHash hash;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.bytes.data()), unsigned_of(text),
                       text.size());
    return hash;
}

}  // namespace

bool TokenHash::operator==(const TokenHash& other) const { return same(view(), other.view()); }

NewToken make_token(Entropy& entropy, std::string_view kind) {
    std::string text = beginning(kind);
    text.reserve(text.size() + kRandomSize + kChecksumSize);
    std::string random = token(entropy, 23);  // 31 characters' worth; 30 are 178 bits
    text.append(random, 0, kRandomSize);
    wipe(random);
    text += checksum(text);
    NewToken made{Secret<TokenText>(text), hash_of(text)};
    wipe(text);
    return made;
}

Result<TokenHash> read_token(std::string_view text, std::string_view kind) {
    const std::string start = beginning(kind);
    const bool formed =
        text.size() == start.size() + kRandomSize + kChecksumSize && text.starts_with(start) &&
        std::ranges::all_of(text.substr(start.size()),
                            [](char c) { return kBase62.find(c) != std::string_view::npos; });
    if (!formed)
        return refuse({.code = "token-malformed",
                       .what = {"这不是这一类令牌", "this is no token of this kind"},
                       .mend = {"应为 " + start + " 加 36 个字母或数字",
                                start + " and 36 letters or digits"}});
    const auto body = text.substr(0, text.size() - kChecksumSize);
    if (checksum(body) != text.substr(body.size()))
        return refuse(
            {.code = "token-mistyped",
             .what = {"令牌抄错了：校验不符", "the token was mistyped: its checksum differs"},
             .mend = {"重新复制整个令牌", "copy the whole token again"}});
    return hash_of(text);
}

}  // namespace yinuo::vault
