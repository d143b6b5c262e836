#include "demo/feed.h"

#include <doctest/doctest.h>

#include <thread>

#include "demo/telecom.h"
#include "engine/testing.h"

namespace yinuo::demo {
namespace {

constexpr std::string_view kPromise = R"(promise: live-in-a-day
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, explicitness: explicit, content: time, strength: public}
title: {zh: 二十四小时开通, en: Live in a day}
need: {zh: 早点上网, en: to be online soon}
limits: {zh: 只含宽带, en: broadband only}
owner: team/broadband
zone: Asia/Shanghai
subject: order
clauses:
  live:
    title: {zh: 二十四小时开通, en: Live in a day}
    starts: fact = "order.placed"
    keeps: fact = "service.active"
    voids: fact = "order.cancelled"
    within: 24 h
    warns: 4 h before
)";

// A World whose engine runs on a thread of its own, as the server's does.
struct Running {
    Running() {
        world.publish(kPromise);
        run();
    }
    ~Running() { halt(); }
    void run() {
        thread = std::thread([this] { world.engine->run(); });
    }
    void halt() {
        if (!thread.joinable()) return;
        world.engine->stop();
        thread.join();
    }
    engine::World world;
    std::thread thread;
};

Feed::Options options(const Running& house) {
    return {.name = "crm", .tenant = house.world.tenant, .seed = 11};
}

TEST_CASE("a feed's reports are all answered, disturbed ones as their kind deserves") {
    Running house;
    const Instant begin = engine::World::kBegin;
    Telecom source(11, begin, *house.world.zones.find("Asia/Shanghai"));
    Feed feed(*house.world.engine, *house.world.store, house.world.zones, source, begin,
              options(house));
    REQUIRE(feed.report_until(begin + hours(72)));
    const auto figures = feed.figures();
    std::int64_t reports = 0;
    const auto of = [&](Disturbance what) { return figures.by[static_cast<std::size_t>(what)]; };
    for (std::size_t i = 0; i < kDisturbances; ++i) {
        const auto& counts = figures.by[i];
        if (static_cast<Disturbance>(i) == Disturbance::NeverCloses) continue;
        CHECK(counts.done == counts.accepted + counts.duplicate + counts.refused);
        reports += counts.done;
    }
    CHECK(figures.cases > 700);
    CHECK(reports > 2 * figures.cases);
    CHECK(of(Disturbance::Repeated).done > 20);
    CHECK(of(Disturbance::Repeated).duplicate == of(Disturbance::Repeated).done);
    CHECK(of(Disturbance::Malformed).done > 3);
    CHECK(of(Disturbance::Malformed).refused == of(Disturbance::Malformed).done);
    CHECK(of(Disturbance::None).accepted == of(Disturbance::None).done);
    CHECK(of(Disturbance::Corrected).accepted == of(Disturbance::Corrected).done);
    CHECK(of(Disturbance::NeverCloses).done > 5);
    REQUIRE(figures.refused_last);
    CHECK_FALSE(figures.refused_last->what.zh.empty());
}

TEST_CASE("a feed that was cut off tells the rest, and what it told before is known") {
    Running house;
    const Instant begin = engine::World::kBegin;
    const Zone& zone = *house.world.zones.find("Asia/Shanghai");
    std::int64_t cases_before = 0;
    {
        Telecom source(11, begin, zone);
        Feed feed(*house.world.engine, *house.world.store, house.world.zones, source, begin,
                  options(house));
        REQUIRE(feed.report_until(begin + hours(30)));
        feed.keep();
        cases_before = feed.figures().cases;
        REQUIRE(feed.report_until(begin + hours(34)));  // on disk, but not written down by the feed
    }
    house.halt();
    house.world.start();
    house.run();
    Telecom source(11, begin, zone);
    Feed feed(*house.world.engine, *house.world.store, house.world.zones, source, begin,
              options(house));
    CHECK(feed.figures().cases == cases_before);
    CHECK(feed.figures().reported_until == begin + hours(30));
    REQUIRE(feed.report_until(begin + hours(72)));

    Running other;
    Telecom whole(11, begin, zone);
    Feed uncut(*other.world.engine, *other.world.store, other.world.zones, whole, begin,
               options(other));
    REQUIRE(uncut.report_until(begin + hours(72)));
    CHECK(feed.figures().cases == uncut.figures().cases);
    const auto plain = static_cast<std::size_t>(Disturbance::None);
    CHECK(feed.figures().by[plain].duplicate > 0);
    CHECK(uncut.figures().by[plain].duplicate == 0);
    CHECK(feed.figures().by[plain].done == uncut.figures().by[plain].done);
    house.halt();
    other.halt();
    CHECK(house.world.engine->figures().facts_accepted > 0);
    // The same obligations stand in both.
    const auto count = [](Running& in) { return in.world.store->read()->last_obligation(); };
    CHECK(count(house) == count(other));
}

TEST_CASE("a feed ends when the engine takes no more") {
    Running house;
    house.world.memory->on_commit([] { return store::MemoryStore::CommitFault::BeforeDisk; });
    const Instant begin = engine::World::kBegin;
    Telecom source(11, begin, *house.world.zones.find("Asia/Shanghai"));
    Feed feed(*house.world.engine, *house.world.store, house.world.zones, source, begin,
              options(house));
    const auto fed = feed.report_until(begin + hours(5));
    REQUIRE_FALSE(fed);
    CHECK(fed.error().code == "store-stopped");
}

}  // namespace
}  // namespace yinuo::demo
