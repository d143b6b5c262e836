// The known word that a mistyped one most likely meant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace yinuo {

// The known word with the fewest slips from `word` (a slip: one byte wrong, missing, extra, or two
// neighbours swapped; the optimal string alignment distance). Nothing when even the best one needs
// more than a third of its length, or `word` is longer than 64 bytes. Of equals, the first.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

}  // namespace yinuo
