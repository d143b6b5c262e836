// A Zone that remembers the stretch of constant offset it was last asked about, because the rows
// of a file mostly lie close together. Gives exactly what the Zone gives.
#pragma once

#include "time/zone.h"

namespace yinuo::wire {

class ZoneClock {
public:
    explicit ZoneClock(const Zone& zone) : zone_(&zone) {}

    const Zone& zone() const { return *zone_; }

    // Of skipped and repeated wall times as Zone::to_instant() says.
    Instant to_instant(LocalTime wall) {
        const Instant guess{wall.millis - offset_ * 1000LL};
        if (safe_begin_ <= guess && guess < safe_end_) return guess;
        const Instant at = zone_->to_instant(wall);
        look_around(at);
        return at;
    }

    std::int32_t offset_seconds(Instant at) {
        if (!(begin_ <= at && at < end_)) look_around(at);
        return offset_;
    }

private:
    // No reading of a wall clock is further than this from any other of the same instant.
    static constexpr Millis kMargin = hours(49);

    void look_around(Instant at) {
        offset_ = zone_->offset_seconds(at);
        end_ = zone_->next_change(at);
        begin_ = at;
        for (const auto days : {300, 150, 60, 20, 5}) {
            const Instant earlier = at - hours(24 * days);
            if (zone_->next_change(earlier) != end_) continue;
            begin_ = earlier;
            break;
        }
        safe_begin_ = begin_ + kMargin;
        safe_end_ = end_ - kMargin;
    }

    const Zone* zone_;
    std::int32_t offset_ = 0;
    Instant begin_{0}, end_{0}, safe_begin_{0}, safe_end_{0};
};

}  // namespace yinuo::wire
