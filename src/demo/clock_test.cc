#include "demo/clock.h"

#include <doctest/doctest.h>

namespace yinuo::demo {
namespace {

constexpr Instant kNoon{1'773'144'000'000};

TEST_CASE("the demo's clock stands until it is started, then runs so many times as fast") {
    ManualClock wall(kNoon);
    DemoClock clock(wall, kNoon - hours(48), 300);
    wall.advance(hours(1));
    CHECK(clock.now() == kNoon - hours(48));
    clock.move_to(kNoon - hours(1));
    CHECK(clock.now() == kNoon - hours(1));
    clock.start();
    wall.advance(seconds(12));
    CHECK(clock.now() == kNoon);
    wall.advance(Millis{1});
    CHECK(clock.now() == kNoon + Millis{300});
}

TEST_CASE("the demo's clock never goes back") {
    ManualClock wall(kNoon);
    DemoClock clock(wall, kNoon, 60);
    clock.move_to(kNoon - hours(1));
    CHECK(clock.now() == kNoon);
    clock.start();
    wall.advance(minutes(2));
    CHECK(clock.now() == kNoon + hours(2));
    wall.set(kNoon - hours(5));
    CHECK(clock.now() == kNoon + hours(2));
    wall.set(kNoon + minutes(3));
    CHECK(clock.now() == kNoon + hours(3));
    clock.move_to(kNoon + hours(9));  // it runs by itself now
    CHECK(clock.now() == kNoon + hours(3));
}

TEST_CASE("how long a timer really takes is told in the wall's time, rounded up") {
    ManualClock wall(kNoon);
    DemoClock clock(wall, kNoon, 300);
    clock.start();
    CHECK(clock.left_until(kNoon + hours(1)) == seconds(12));
    CHECK(clock.left_until(kNoon + Millis{301}) == Millis{2});
    CHECK(clock.left_until(kNoon + Millis{1}) == Millis{1});
    CHECK(clock.left_until(kNoon - hours(1)) == Millis{0});
}

}  // namespace
}  // namespace yinuo::demo
