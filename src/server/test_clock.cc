#include "server/test_clock.h"

#include <algorithm>

namespace yinuo::server {

std::optional<Error> TestClock::trouble() {
    return Error{.code = "set-by-hand",
                 .what = {"时钟由人拨动，只供测试", "time is set by hand, for tests only"},
                 .mend = {"真实数据不要用 --test-clock", "never use --test-clock for real data"}};
}

void TestClock::move_to(Instant at) {
    auto known = at_.load();
    while (known < at.millis && !at_.compare_exchange_weak(known, at.millis)) {}
}

void live_until(Instant to, TestClock& clock, engine::Engine& engine,
                std::function<void(Result<Instant>)> done) {
    // A piece of work that does nothing: its group takes the timers that are due through a commit.
    engine.act([](engine::Turns&) -> Result<void> { return {}; },
               [to, &clock, &engine, done = std::move(done)](Result<void> turned) {
                   if (!turned) return done(refuse(turned.error()));
                   const Instant now = clock.now();
                   const Instant next = engine.next_timer();
                   if (next > now && now >= to) return done(now);
                   if (next > now) clock.move_to(std::min(next, to));
                   live_until(to, clock, engine, done);
               });
}

}  // namespace yinuo::server
