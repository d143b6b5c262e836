#include "engine/clock.h"

#include <doctest/doctest.h>

namespace yinuo::engine {
namespace {

struct Machine {
    std::int64_t wall = 1'773'100'800'000;
    std::int64_t steady = 5'000;
    SystemClock clock{{.wall = [this] { return wall; }, .steady = [this] { return steady; }}};

    void pass(std::int64_t millis) { wall += millis, steady += millis; }
};

}  // namespace

TEST_CASE("time goes with the wall clock, also when it is put right by seconds") {
    Machine machine;
    const Instant begin = machine.clock.now();
    machine.pass(250);
    CHECK(machine.clock.now() - begin == Millis{250});
    machine.wall += 60'000;
    CHECK(machine.clock.now().millis == machine.wall);
    machine.wall -= 30'000;
    CHECK(machine.clock.now().millis == machine.wall);
    CHECK(!machine.clock.trouble());
}

TEST_CASE("a jump isn't followed for ten minutes, and then it is") {
    for (const std::int64_t jump : {hours(8).count, -hours(8).count, std::int64_t{60'001}}) {
        Machine machine;
        const Instant begin = machine.clock.now();
        machine.wall += jump;
        machine.pass(1'000);
        CHECK(machine.clock.now() - begin == Millis{1'000});
        REQUIRE(machine.clock.trouble());
        CHECK(machine.clock.trouble()->code == "clock-jumped");
        machine.pass(minutes(10).count - 1);
        CHECK(machine.clock.now() - begin == minutes(10) + Millis{999});
        machine.pass(1);
        CHECK(machine.clock.now().millis == machine.wall);
        CHECK(!machine.clock.trouble());
    }
}

TEST_CASE("a jump that is taken back leaves no trace; another one waits its own ten minutes") {
    Machine machine;
    machine.clock.now();
    machine.wall += hours(1).count;
    machine.clock.now();
    machine.pass(minutes(9).count);
    machine.clock.now();
    machine.wall += hours(2).count;
    CHECK(machine.clock.now().millis == machine.wall - hours(3).count);
    machine.pass(minutes(9).count);
    CHECK(machine.clock.now().millis == machine.wall - hours(3).count);
    machine.wall -= hours(3).count;
    CHECK(machine.clock.now().millis == machine.wall);
    CHECK(!machine.clock.trouble());
}

TEST_CASE("the machine's own clocks agree with each other") {
    SystemClock clock;
    const Instant first = clock.now();
    CHECK(clock.now() >= first);
    CHECK(!clock.trouble());
}

}  // namespace yinuo::engine
