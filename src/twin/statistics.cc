#include "twin/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace yinuo::twin {
namespace {

constexpr double kZ = 1.96;

// Below this many values comparing is quicker than counting bytes.
constexpr std::size_t kFew = 4096;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && a < 0 ? 1 : 0);
}

// 1, 2, 5, 10, 20, 50... grains, at least `least`.
std::int64_t round_width(std::int64_t least, std::int64_t grain) {
    constexpr std::array<std::int64_t, 3> kSteps = {1, 2, 5};
    for (std::int64_t power = 1;; power *= 10)
        for (const auto step : kSteps)
            if (step * power * grain >= least) return step * power * grain;
}

}  // namespace

Share share(std::int64_t count, std::int64_t of) {
    Share result{.count = count, .of = of};
    if (of <= 0) return result;
    const auto n = static_cast<double>(of);
    const double p = static_cast<double>(count) / n;
    const double square = kZ * kZ;
    const double middle = (p + square / (2 * n)) / (1 + square / n);
    const double half = kZ / (1 + square / n) * std::sqrt(p * (1 - p) / n + square / (4 * n * n));
    result.value = p;
    result.low = std::max(0.0, middle - half);
    result.high = std::min(1.0, middle + half);
    if (count == 0) result.low = 0;
    if (count == of) result.high = 1;
    return result;
}

std::int64_t percentile(std::span<const std::int64_t> sorted, double percent) {
    check(!sorted.empty());
    const double rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()) - 1e-9);
    const auto index = static_cast<std::size_t>(std::max(1.0, rank)) - 1;
    return sorted[std::min(index, sorted.size() - 1)];
}

void sort_values(std::vector<std::int64_t>& values) {
    if (values.size() < kFew) return std::sort(values.begin(), values.end());
    // Byte by byte, least significant first; bytes that are the same everywhere are skipped.
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
    std::array<std::array<std::uint32_t, 256>, 8> counts{};
    for (const auto value : values) {
        const auto bits = static_cast<std::uint64_t>(value) ^ kSign;
        for (std::size_t byte = 0; byte < 8; ++byte) ++counts[byte][bits >> (8 * byte) & 255];
    }
    std::vector<std::int64_t> other(values.size());
    for (std::size_t byte = 0; byte < 8; ++byte) {
        auto& count = counts[byte];
        if (std::ranges::any_of(count, [&](auto n) { return n == values.size(); })) continue;
        std::uint32_t begin = 0;
        for (auto& n : count) begin += std::exchange(n, begin);
        for (const auto value : values) {
            const auto bits = static_cast<std::uint64_t>(value) ^ kSign;
            other[count[bits >> (8 * byte) & 255]++] = value;
        }
        values.swap(other);
    }
}

Distribution distribution(std::vector<std::int64_t>& values, std::int64_t grain, int bars_most) {
    Distribution result;
    if (values.empty()) return result;
    sort_values(values);
    result.count = static_cast<std::int64_t>(values.size());
    result.least = values.front();
    result.most = values.back();
    result.p50 = percentile(values, 50);
    result.p90 = percentile(values, 90);
    result.p95 = percentile(values, 95);
    result.p99 = percentile(values, 99);
    double sum = 0;
    for (const auto value : values) sum += static_cast<double>(value);
    result.mean = sum / static_cast<double>(values.size());

    // The outermost hundredths would squeeze all the others into one bar.
    const std::int64_t low = values.front() < 0 ? percentile(values, 1) : 0;
    const std::int64_t high = std::max(result.p99, low + 1);
    const std::int64_t width = round_width((high - low) / bars_most + 1, grain);
    std::int64_t from = floor_divide(low, width) * width;
    auto next = values.begin();
    while (next != values.end()) {
        Distribution::Bar bar{.from = from, .to = from + width, .count = 0};
        const bool last =
            bar.to > high || static_cast<int>(result.bars.size()) + 1 >= bars_most + 2;
        const auto end = last ? values.end() : std::lower_bound(next, values.end(), bar.to);
        bar.count = end - next;
        result.bars.push_back(bar);
        next = end;
        from += width;
        if (last) break;
    }
    return result;
}

}  // namespace yinuo::twin
