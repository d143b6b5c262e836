#include "tlog/key.h"

#include <sodium.h>

#include <algorithm>
#include <cstdio>

#include "base/check.h"
#include "tlog/base64.h"
#include "tlog/hash.h"
#include "tlog/utf8.h"

namespace yinuo::tlog {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kKeyBytes = crypto_sign_PUBLICKEYBYTES;
constexpr std::size_t kSignatureBytes = crypto_sign_BYTES;
constexpr std::uint64_t kSecondsMax = (std::uint64_t{1} << 63) - 1;

Error bad_key(std::string_view zh, std::string_view en) {
    return {.code = "bad-key",
            .what = {"密钥有误：" + std::string(zh), "not a key: " + std::string(en)},
            .mend = {"公钥应形如 名称+8 位十六进制编号+base64，类型为 0x01 或 0x04",
                     "a verifier key is name+8 hex digits+base64, of type 0x01 or 0x04"}};
}

Error bad_name(std::string_view name) {
    return {.code = "bad-key",
            .what = {name.empty() ? "密钥没有名称" : "密钥名称不合规定",
                     name.empty() ? "the key has no name" : "the key's name isn't allowed"},
            .mend = {"名称最长 255 字节，不含空格、加号和控制字符，例如 example.com/log",
                     "at most 255 bytes without spaces, plus signs and control characters, like "
                     "example.com/log"}};
}

// White_Space of Unicode 15.
bool is_space(char32_t c) {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

std::string big_endian(std::uint64_t value, std::size_t bytes) {
    std::string text;
    while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes) & 0xff);
    return text;
}

std::uint64_t from_big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

// What a witness puts its signature to.
std::string cosigned_message(std::string_view text, std::uint64_t seconds) {
    return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

std::string hex_id(std::uint32_t id) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", id);
    return text;
}

}  // namespace

std::string to_text(const Signature& signature) {
    return "— " + signature.name + " " +
           to_base64(big_endian(signature.key_id, 4) + signature.bytes) + "\n";
}

bool is_key_name(std::string_view name) {
    if (name.empty() || name.size() > kNameBytesMax) return false;
    for (std::size_t at = 0; at < name.size();) {
        const auto c = next_code_point(name, at);
        if (!c || *c == U'+' || *c < 0x20 || is_space(*c)) return false;
    }
    return true;
}

Result<VerifierKey> VerifierKey::make(std::string_view name, KeyType type,
                                      std::string_view public_key) {
    if (!is_key_name(name)) return refuse(bad_name(name));
    if (public_key.size() != kKeyBytes)
        return refuse(bad_key("公钥应为 32 字节", "the public key is not 32 bytes"));
    VerifierKey key;
    key.name_ = name;
    key.type_ = type;
    std::ranges::copy(public_key, key.public_key_.begin());
    const std::string named = key.name_ + "\n" + static_cast<char>(type);
    key.id_ = static_cast<std::uint32_t>(
        from_big_endian(sha256(named + std::string(public_key)).view().substr(0, 4)));
    return key;
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
    const auto name_end = vkey.find('+');
    const auto id_end = name_end == vkey.npos ? vkey.npos : vkey.find('+', name_end + 1);
    if (id_end == vkey.npos)
        return refuse(bad_key("应有以加号隔开的三部分", "it has no three parts with a + between"));
    const auto material = from_base64(vkey.substr(id_end + 1));
    if (!material || material->empty())
        return refuse(bad_key("第三部分不是规范的 base64", "the third part is not base64"));
    const auto type = static_cast<unsigned char>(material->front());
    if (type != static_cast<unsigned char>(KeyType::Ed25519) &&
        type != static_cast<unsigned char>(KeyType::Cosignature))
        return refuse(bad_key("签名类型 " + std::to_string(type) + " 不受支持",
                              "signature type " + std::to_string(type) + " is not supported"));
    auto key = TRY(make(vkey.substr(0, name_end), static_cast<KeyType>(type),
                        std::string_view(*material).substr(1)));
    if (vkey.substr(name_end + 1, id_end - name_end - 1) != hex_id(key.id_))
        return refuse(
            bad_key("编号应为 " + hex_id(key.id_), "its ID should be " + hex_id(key.id_)));
    return key;
}

std::string VerifierKey::to_text() const {
    return name_ + "+" + hex_id(id_) + "+" +
           to_base64(std::string(1, static_cast<char>(type_)) + std::string(public_key()));
}

bool VerifierKey::verify(std::string_view text, const Signature& signature) const {
    check(is_meant_by(signature));
    const auto good = [&](std::string_view message, std::string_view bytes) {
        return bytes.size() == kSignatureBytes &&
               crypto_sign_verify_detached(raw(bytes), raw(message), message.size(),
                                           raw(public_key())) == 0;
    };
    switch (type_) {
        case KeyType::Ed25519: return good(text, signature.bytes);
        case KeyType::Cosignature: {
            const auto seconds = cosigned_at(signature);
            return seconds && good(cosigned_message(text, *seconds),
                                   std::string_view(signature.bytes).substr(8));
        }
    }
    return false;
}

std::optional<std::uint64_t> cosigned_at(const Signature& signature) {
    if (signature.bytes.size() != 8 + kSignatureBytes) return std::nullopt;
    const auto seconds = from_big_endian(std::string_view(signature.bytes).substr(0, 8));
    if (seconds > kSecondsMax) return std::nullopt;
    return seconds;
}

Result<SignerKey> SignerKey::from_seed(std::string_view name, KeyType type, std::string_view seed) {
    if (seed.size() != crypto_sign_SEEDBYTES)
        return refuse({.code = "bad-key",
                       .what = {"私钥种子有 " + std::to_string(seed.size()) + " 字节",
                                "the seed has " + std::to_string(seed.size()) + " bytes"},
                       .mend = {"应为 32 字节", "it should have 32"}});
    SignerKey key;
    std::array<unsigned char, kKeyBytes> public_key{};
    crypto_sign_seed_keypair(public_key.data(), key.secret_.data(), raw(seed));
    key.verifier_ = TRY(VerifierKey::make(
        name, type, {reinterpret_cast<const char*>(public_key.data()), public_key.size()}));
    return key;
}

SignerKey::~SignerKey() { sodium_memzero(secret_.data(), secret_.size()); }

Signature SignerKey::sign(std::string_view text) const {
    check(verifier_.type() == KeyType::Ed25519);
    Signature signature{name(), verifier_.id(), std::string(kSignatureBytes, '\0')};
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.bytes.data()), nullptr,
                         raw(text), text.size(), secret_.data());
    return signature;
}

Signature SignerKey::cosign(std::string_view text, std::uint64_t seconds) const {
    check(verifier_.type() == KeyType::Cosignature);
    check(seconds > 0 && seconds <= kSecondsMax);
    const auto message = cosigned_message(text, seconds);
    Signature signature{name(), verifier_.id(), big_endian(seconds, 8)};
    signature.bytes.resize(8 + kSignatureBytes);
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.bytes.data()) + 8, nullptr,
                         raw(message), message.size(), secret_.data());
    return signature;
}

}  // namespace yinuo::tlog
