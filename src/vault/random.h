// Where random bytes come from: handed in, so that a simulation can be played twice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "vault/secret.h"

namespace yinuo::vault {

class Entropy {
public:
    virtual ~Entropy() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;
};

// The system's randomness. Safe from several threads.
class SystemEntropy final : public Entropy {
public:
    SystemEntropy();
    void fill(std::span<std::byte> bytes) override;
};

// The same bytes for the same seed, on every machine (ChaCha20, RFC 8439, its key the hash of the
// seed). For simulations and tests: a key made from it protects nothing. One thread at a time.
class SeededEntropy final : public Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed);
    void fill(std::span<std::byte> bytes) override;

private:
    Key key_;
    std::uint64_t round_ = 0;
};

Key random_key(Entropy&);

// Letters and digits (base62, every character equally likely), as many as it takes to be no easier
// to guess than `bytes` random bytes: 22 for 16 bytes, 43 for 32.
std::string token(Entropy&, std::size_t bytes);

}  // namespace yinuo::vault
