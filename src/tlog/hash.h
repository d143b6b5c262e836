// SHA-256 as RFC 6962 section 2.1 uses it for a log's tree.
//
// A leaf is hashed as 0x00 || entry, an inner node as 0x01 || left || right, so that neither can be
// passed off as the other. Bytes are carried in std::string and std::string_view, as elsewhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yinuo::tlog {

inline constexpr std::size_t kHashBytes = 32;

struct Hash {
    std::array<std::uint8_t, kHashBytes> bytes{};

    std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    // `view` must hold exactly 32 bytes.
    static Hash of(std::string_view view);
    bool operator==(const Hash&) const = default;
};

Hash sha256(std::string_view bytes);
Hash hash_leaf(std::string_view entry);
Hash hash_children(const Hash& left, const Hash& right);

// The root of a tree without leaves: the hash of no bytes at all.
Hash empty_root();

// 44 characters of base64, as checkpoints and proofs write a hash.
std::string to_text(const Hash&);
std::optional<Hash> parse_hash(std::string_view base64);

}  // namespace yinuo::tlog
