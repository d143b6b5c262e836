// How late timers fire: the worst and the 99th percentile of the last minute. Inside the room.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "time/instant.h"

namespace yinuo::engine {

// Counts by powers of two of a millisecond, in two half-minutes that take turns; a percentile is the
// upper end of its bucket, so it is never told too small.
class Lateness {
public:
    void add(Instant now, std::int64_t millis) {
        const auto half = now.millis / 30'000;
        if (half != half_) {
            before_ = half == half_ + 1 ? here_ : Counts{};
            here_ = {};
            half_ = half;
        }
        std::size_t bucket = 0;
        while (bucket + 1 < here_.size() && (std::int64_t{1} << bucket) <= millis) ++bucket;
        ++here_[bucket];
    }
    std::int64_t p99() const { return at_share(990); }
    std::int64_t most() const { return at_share(1000); }

private:
    using Counts = std::array<std::int64_t, 40>;

    std::int64_t at_share(std::int64_t thousandths) const {
        std::int64_t all = 0;
        for (std::size_t i = 0; i < here_.size(); ++i) all += here_[i] + before_[i];
        if (all == 0) return 0;
        const std::int64_t wanted = (all * thousandths + 999) / 1000;
        std::int64_t seen = 0;
        for (std::size_t i = 0; i < here_.size(); ++i) {
            seen += here_[i] + before_[i];
            if (seen >= wanted) return i == 0 ? 0 : std::int64_t{1} << i;
        }
        return 0;
    }

    std::int64_t half_ = 0;
    Counts here_{}, before_{};
};

}  // namespace yinuo::engine
