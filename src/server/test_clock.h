// A clock that is set by hand, for servers that are tested: `yinuo serve --test-clock INSTANT`.
//
// It is the engine's clock and the wall's, and stands still until PUT /api/v1/test-clock moves it on;
// back it never goes. trouble() says so, hence /readyz and the metrics do. Never for real data: what
// is recorded under it bears instants that never were. Any thread may ask.
#pragma once

#include <atomic>
#include <functional>

#include "base/result.h"
#include "engine/engine.h"
#include "time/clock.h"

namespace yinuo::server {

class TestClock final : public Clock {
public:
    explicit TestClock(Instant at) : at_(at.millis) {}

    Instant now() override { return {at_.load()}; }
    std::optional<Error> trouble() override;

    // To `at`, unless that is earlier.
    void move_to(Instant at);

private:
    std::atomic<std::int64_t> at_;
};

// Lives through the time until `to` as if it had passed: the clock stops at every instant for which
// the engine has set a timer, and goes on when all that was due is on disk. Then `done` gets what
// the clock reads: `to`, or later where somebody else moved it; or why the engine stopped. On the
// engine's thread. What is delivered to others isn't waited for.
void live_until(Instant to, TestClock&, engine::Engine&, std::function<void(Result<Instant>)> done);

}  // namespace yinuo::server
