#include "base/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace yinuo {
namespace {

constexpr std::size_t kLengthMax = 64;

// Three rows of the table are enough: a swap looks two rows back.
std::size_t slips(std::string_view a, std::string_view b) {
    std::array<std::array<std::size_t, kLengthMax + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i - 1) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t wrong = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + wrong});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
    if (word.size() > kLengthMax) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_slips = 0;
    for (const auto candidate : known) {
        if (candidate.size() > kLengthMax) continue;
        const std::size_t count = slips(word, candidate);
        if (count > std::max<std::size_t>(1, candidate.size() / 3)) continue;
        if (!best || count < best_slips) {
            best = candidate;
            best_slips = count;
        }
    }
    return best;
}

}  // namespace yinuo
