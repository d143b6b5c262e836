#include "vault/secret.h"

#include <sodium.h>

#include <cstring>

namespace yinuo::vault {

void wipe(std::span<std::byte> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

void wipe(std::string& text) {
    text.resize(text.capacity());  // short texts live in the object itself, moved from or not
    sodium_memzero(text.data(), text.size());
    text.clear();
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Key::Key(std::span<const std::byte, kSize> bytes) {
    std::memcpy(bytes_.data(), bytes.data(), kSize);
}

}  // namespace yinuo::vault
