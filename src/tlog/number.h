// Numbers as C2SP's texts write them: ASCII decimal without leading zeroes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace yinuo::tlog {

// nullopt for anything but digits, a needless leading zero, or more than 2^64 - 1.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace yinuo::tlog
