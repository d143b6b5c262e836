// The clock as shells hand it in. Rooms that decide never hold one: they are told `now`.
#pragma once

#include <optional>

#include "base/error.h"
#include "time/instant.h"

namespace yinuo {

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;
    // How long it really takes until it reads `at`: another length where it runs faster or slower.
    virtual Millis left_until(Instant at) { return at - now(); }
    // Why its readings are in doubt; nullopt: they aren't.
    virtual std::optional<Error> trouble() { return std::nullopt; }
};

// Stands still until it is moved.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Instant at) : at_(at) {}
    Instant now() override { return at_; }
    void set(Instant at) { at_ = at; }
    void advance(Millis span) { at_ = at_ + span; }

private:
    Instant at_;
};

}  // namespace yinuo
