// The clock of a server under test, set by hand. Where time is the machine's, there is nothing here.
#include "server/body.h"
#include "server/routes.h"
#include "server/test_clock.h"

namespace yinuo::server {
namespace {

Refusal no_test_clock() { return no_such({"可拨动的时钟", "clock to be set by hand"}); }

struct ClockWish {
    Instant now;
};
void describe(Members& in, ClockWish& into) { in.need_instant("now", into.now); }

http::Response told(Instant now) {
    JsonOut out;
    out.open('{').member("now", now).close('}');
    return ok(out);
}

Answer read_clock(const Call& call) {
    if (call.things.test_clock == nullptr) return deny(no_test_clock());
    return told(call.things.test_clock->now());
}

void move_clock(Ticket ticket) {
    auto* clock = ticket->call.things.test_clock;
    if (clock == nullptr) return ticket->answer(deny(no_test_clock()));
    const auto given = read_body<ClockWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (const Instant now = clock->now(); given->now < now)
        return ticket->answer(deny(
            Error{.code = "never-back",
                  .what = {"时钟不能往回拨", "time doesn't go back"},
                  .mend = {"现在是 " + to_string(now) + "，写它或更晚的时刻",
                           "it is " + to_string(now) + " now: write that, or a later instant"}}));
    live_until(given->now, *clock, ticket->call.things.engine, [ticket](Result<Instant> now) {
        if (!now) return ticket->answer(deny(now.error()));
        ticket->answer(told(*now));
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/test-clock", "readTestClock", Permission::ClockSet, read_clock, 0},
    {"PUT", "/api/v1/test-clock", "moveTestClock", Permission::ClockSet, move_clock, 1024},
};

}  // namespace

std::span<const Route> clock_routes() { return kRoutes; }

}  // namespace yinuo::server
