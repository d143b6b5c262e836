#include "vault/encoding.h"

#include <sodium.h>

namespace yinuo::vault {
namespace {

int variant(Base64 kind) {
    return kind == Base64::Standard ? sodium_base64_VARIANT_ORIGINAL
                                    : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

}  // namespace

std::string to_base64(std::string_view bytes, Base64 kind) {
    std::string text(sodium_base64_encoded_len(bytes.size(), variant(kind)), '\0');
    sodium_bin2base64(text.data(), text.size(), unsigned_of(bytes), bytes.size(), variant(kind));
    text.pop_back();  // its closing zero
    return text;
}

std::optional<std::string> from_base64(std::string_view text, Base64 kind) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, &end, variant(kind)) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

std::string to_hex(std::string_view bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), unsigned_of(bytes), bytes.size());
    text.pop_back();
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    std::string bytes(text.size() / 2, '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (text.size() % 2 != 0 ||
        sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                       text.size(), nullptr, &size, &end) != 0 ||
        end != text.data() + text.size() || size != bytes.size())
        return std::nullopt;
    return bytes;
}

}  // namespace yinuo::vault
