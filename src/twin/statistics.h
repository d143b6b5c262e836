// The few statistics that a back-test tells: shares with their uncertainty, percentiles, histograms.
//
// Pure arithmetic on whole numbers; doubles only where a share or an interval is drawn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace yinuo::twin {

// A share with its 95 % interval by Wilson's score (E. B. Wilson, 1927), z = 1.96. `of` = 0: there
// is no share, and the three numbers are 0.
struct Share {
    std::int64_t count = 0;
    std::int64_t of = 0;
    double value = 0;  // 0..1
    double low = 0;
    double high = 0;
};
Share share(std::int64_t count, std::int64_t of);

// The smallest value with at least `percent` of all values at or below it (nearest rank). `sorted`
// must not be empty; percent within 0..100.
std::int64_t percentile(std::span<const std::int64_t> sorted, double percent);

// Values as they are distributed, in whatever unit they came in.
struct Distribution {
    std::int64_t count = 0;
    std::int64_t least = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0, most = 0;
    double mean = 0;
    struct Bar {
        std::int64_t from = 0;  // from <= value < to; the last bar also holds all that is larger
        std::int64_t to = 0;
        std::int64_t count = 0;
    };
    std::vector<Bar> bars;
};
// Sorts `values`. The bars have one width, a round one in steps of `grain` (an hour, a day...), and
// reach to the 99th percentile; there are at most `bars_most` of them.
Distribution distribution(std::vector<std::int64_t>& values, std::int64_t grain,
                          int bars_most = 24);

// Sorts in linear time what is long, and as usual what is short.
void sort_values(std::vector<std::int64_t>& values);

}  // namespace yinuo::twin
