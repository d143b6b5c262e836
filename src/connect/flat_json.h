// The members of one JSON object (RFC 8259), as payment systems and messengers answer.
//
// Only what stands at the top is kept: texts, numbers, truths. What lies deeper is checked and
// skipped. Strict, because money depends on it: a member that comes twice, bytes that are no UTF-8,
// anything after the object and more than kFlatDepthMax levels make the whole unreadable. At most
// kFlatSizeMax bytes are read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"

namespace yinuo::connect {

inline constexpr std::size_t kFlatSizeMax = 64UL * 1024;
inline constexpr int kFlatDepthMax = 32;

class FlatJson {
public:
    // Nothing for anything else than one object.
    static std::optional<FlatJson> parse(std::string_view text);

    bool has(std::string_view name) const { return find(name) != nullptr; }
    // The text of a string; empty when it isn't there or is no string.
    std::string_view text(std::string_view name) const;
    // A number, or a string that is nothing but one ("20.00"), exactly as it was written.
    std::optional<Decimal> number(std::string_view name) const;

private:
    enum class Kind : std::uint8_t { Text, Number, Other };
    struct Member {
        std::string name;
        Kind kind = Kind::Other;
        std::string text;
    };
    class Reader;

    const Member* find(std::string_view name) const;
    std::vector<Member> members_;
};

}  // namespace yinuo::connect
