// The machine's time, guarded: a wall clock that jumps doesn't take the company's promises with it.
//
// The wall clock is followed as long as it goes about as fast as the steady clock (which counts
// sleep, too). When the two come more than a minute apart between two readings, somebody set the
// wall clock: time goes on by the steady one, and trouble() says so. If the wall clock still says the
// same ten minutes later, it is believed. At a start the wall clock is believed as it is.
// Any thread may ask.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "time/clock.h"

namespace yinuo::engine {

class SystemClock final : public Clock {
public:
    // Milliseconds: of UTC, and since any moment in the past.
    struct Readings {
        std::function<std::int64_t()> wall;
        std::function<std::int64_t()> steady;
    };
    static Readings of_this_machine();

    static constexpr Millis kJump = minutes(1);
    static constexpr Millis kBelieved = minutes(10);

    explicit SystemClock(Readings = of_this_machine());

    Instant now() override;
    std::optional<Error> trouble() override;

private:
    struct Jump {
        std::int64_t length = 0;  // the wall clock is so far ahead
        std::int64_t since = 0;   // by the steady clock
    };
    const Readings read_;
    std::mutex mutex_;
    std::int64_t wall_;    // what was believed last,
    std::int64_t steady_;  // and when
    std::optional<Jump> jump_;
};

}  // namespace yinuo::engine
