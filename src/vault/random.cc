#include "vault/random.h"

#include <sodium.h>

#include <cstring>

#include "base/check.h"
#include "vault/encoding.h"

namespace yinuo::vault {
namespace {

Key key_of_seed(std::uint64_t seed) {
    std::string text;
    append_number<8>(text, seed);
    std::array<std::byte, Key::kSize> hash;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), unsigned_of(text),
                       text.size());
    return Key(hash);
}

}  // namespace

SystemEntropy::SystemEntropy() { check(sodium_init() >= 0); }

void SystemEntropy::fill(std::span<std::byte> bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

SeededEntropy::SeededEntropy(std::uint64_t seed) : key_(key_of_seed(seed)) {}

void SeededEntropy::fill(std::span<std::byte> bytes) {
    // A nonce for each call; the nonce is little-endian whatever the machine is.
    std::array<unsigned char, crypto_stream_chacha20_ietf_NONCEBYTES> nonce{};
    const std::uint64_t round = round_++;
    for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<unsigned char>(round >> (8 * i));
    crypto_stream_chacha20_ietf(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                nonce.data(), unsigned_of(key_.expose()));
}

Key random_key(Entropy& entropy) {
    std::array<std::byte, Key::kSize> bytes;
    entropy.fill(bytes);
    Key key(bytes);
    wipe(bytes);
    return key;
}

std::string token(Entropy& entropy, std::size_t bytes) {
    const std::size_t length = (bytes * 8'000 + 5'953) / 5'954;  // log2(62) = 5.954...
    std::string text;
    text.reserve(length);
    std::array<std::byte, 64> pool;
    while (text.size() < length) {
        entropy.fill(pool);
        for (const std::byte byte : pool) {
            const auto value = std::to_integer<std::size_t>(byte);
            if (value >= 4 * kBase62.size()) continue;  // else the first eight would be likelier
            text += kBase62[value % kBase62.size()];
            if (text.size() == length) break;
        }
    }
    wipe(pool);
    return text;
}

}  // namespace yinuo::vault
