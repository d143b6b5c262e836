// The demo's own clock: it begins somewhere, and runs some times as fast as the wall's.
//
// Until start() it stands still and is moved by hand, so that the demo's first days can be lived
// through step by step. It never reads earlier than it read before, also when the wall clock is set
// back. People's affairs (sessions, rates, TLS) never go by it. Any thread may ask.
#pragma once

#include <mutex>

#include "time/clock.h"

namespace yinuo::demo {

inline constexpr int kSpeedMost = 3600;  // an hour in a second
inline constexpr int kSpeed = 300;       // a day in 4.8 minutes

class DemoClock final : public Clock {
public:
    // `speed` from 1 to kSpeedMost; the wall's clock is borrowed.
    DemoClock(Clock& wall, Instant begin, int speed) : wall_(wall), speed_(speed), at_(begin) {}

    Instant now() override;
    Millis left_until(Instant at) override;  // on the wall's clock, rounded up

    // While it stands: to `at`, unless that is earlier.
    void move_to(Instant at);
    // From here it runs, and go on it does.
    void start();
    int speed() const { return speed_; }

private:
    Clock& wall_;
    const int speed_;
    std::mutex lock_;
    Instant at_;                         // the latest it has read
    Instant began_at_ = Instant::max();  // on the demo's clock, when it was started; max: it stands
    Instant wall_began_at_;
};

}  // namespace yinuo::demo
