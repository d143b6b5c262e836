// Projections dropped and made again are the rows that stood; rows that were bent are found.
#include "engine/rebuild.h"

#include <doctest/doctest.h>

#include "engine/testing.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kRepairs = R"(
promise: repairs
version: 1
zone: Asia/Shanghai
subject: repair
clauses:
  done:
    starts: fact = "called"
    keeps: fact = "repaired"
    within: 24 h
    warns: [80 %]
  failures:
    per: lift
    at most: {count: fact = "called", bound: 2, over: 30 days}
  fast:
    rate: {of: fact = "repaired", good: took <= 120, at least: 90 %, over: day}
remedies:
  data:
    for: done
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
)";

std::string one(int repair, std::string_view kind, int hour, std::string_view more = "") {
    const std::string number = std::to_string(repair);
    return R"({"id":")" + number + std::string(kind) + R"(","subject":"repair/)" + number +
           R"(","kind":")" + std::string(kind) + R"(","at":"2026-03-1)" +
           std::to_string(hour / 24) + "T" + (hour % 24 < 10 ? "0" : "") +
           std::to_string(hour % 24) + R"(:00:00Z","fields":{"lift":"L-)" +
           std::to_string(repair % 3) + R"(","took":)" + std::to_string(repair * 40) + "}" +
           std::string(more) + "}";
}

// Some kept, some late, one taken back, one corrected to another lift.
void fill(World& world) {
    world.publish(kRepairs);
    for (int i = 0; i < 6; ++i) {
        world.wait(hours(3));
        world.report(one(i, "called", i));
        if (i % 2 == 0) world.report(one(i, "repaired", i + 20));
    }
    world.wait(hours(30));
    world.report(one(1, "called", 1, R"(,"change":"retract")"));
    auto moved = one(3, "called", 3, R"(,"change":"correct")");
    moved.replace(moved.find("L-0"), 3, "L-1");
    world.report(moved);
    world.wait(hours(40));
}

std::vector<store::ObligationRow> all(World& world) {
    return world.store->read()->obligations({.tenant = world.tenant, .states = {}, .limit = 1000});
}

std::string differences(World& world) {
    const auto compared = compare(*world.store->read(), world.zones);
    REQUIRE(compared.has_value());
    std::string text;
    for (const auto& finding : compared->differences)
        text += finding.error.code + " " + finding.error.what.en + "\n";
    return text;
}

}  // namespace

TEST_CASE("what is made again from the log is what stood, and goes on from there") {
    World world;
    fill(world);
    CHECK(differences(world) == "");
    const auto before = all(world);
    CHECK(before.size() >= 8);
    const auto figures = rebuild(*world.store, world.zones);
    REQUIRE(figures.has_value());
    CHECK(figures->obligations == static_cast<std::int64_t>(before.size()));
    CHECK(figures->lagging == 0);
    CHECK(all(world) == before);
    CHECK(differences(world) == "");
    world.start();
    const auto last = world.store->read()->last_position();
    while (world.engine->step()) {}
    CHECK(world.store->read()->last_position() == last);
    CHECK(world.report(one(2, "called", 2))[0].outcome == Acknowledgement::Outcome::Duplicate);
}

TEST_CASE("what was due while the engine was down is told after rebuilding, with its alert") {
    World world;
    world.publish(kRepairs);
    world.report(one(0, "called", 0));
    world.report(one(1, "called", 0));
    world.engine = nullptr;
    world.clock.advance(hours(60));
    world.store->write()->commit();
    REQUIRE(rebuild(*world.store, world.zones).has_value());
    CHECK(differences(world) == "");
    world.start();
    while (world.engine->step()) {}
    CHECK(promise::State{world.obligations("repair/0")[0].state} == promise::State::Broken);
    CHECK(world.store->read()->alerts(world.tenant, true, 0, 10).size() == 2);
}

TEST_CASE("a rebuild that is stopped changes nothing") {
    World world;
    fill(world);
    for (int i = 0; i < 300; ++i)
        world.act([&](Turns& turns) -> Result<void> {
            turns.audit(world.author, "looked", "at it");
            return {};
        });
    const auto before = all(world);
    const auto stopped =
        rebuild(*world.store, world.zones, [](store::Position, store::Position) { return false; });
    REQUIRE(!stopped.has_value());
    CHECK(stopped.error().code == "interrupted");
    CHECK(all(world) == before);
}

TEST_CASE("rows that say something else than the log are named") {
    World world;
    fill(world);
    const auto bend = [&](auto change) {
        const auto rows = world.store->write();
        change(*rows);
        rows->commit();
    };
    auto row = world.obligations("repair/0").front();
    SUBCASE("another due instant") {
        row.due_at = row.due_at + hours(1);
        bend([&](store::Writing& rows) { rows.put_obligation(row); });
        CHECK(differences(world).starts_with("obligation-differs repair/0"));
    }
    SUBCASE("one that nobody began") {
        row.id += 1000;
        bend([&](store::Writing& rows) { rows.put_obligation(row); });
        CHECK(differences(world).starts_with("obligation-extra repair/0"));
    }
    SUBCASE("a timer that is gone") {
        world.report(one(9, "called", 90));
        auto stream = *world.store->read()->find_stream(world.tenant, "repair/9");
        stream.wakes_at = Instant::max();
        bend([&](store::Writing& rows) { rows.put_stream(stream); });
        CHECK(differences(world).starts_with("stream-differs repair/9"));
    }
    SUBCASE("a measure too many") {
        const auto stream = *world.store->read()->find_stream(world.tenant, "repair/1");
        const auto groups = world.store->read()->groups_of(world.obligations("repair/0")[0].stream);
        REQUIRE(!groups.empty());
        bend([&](store::Writing& rows) {
            rows.put_measures(groups.back(), stream.id, {{.at = world.clock.now(), .good = true}});
        });
        CHECK(differences(world).starts_with("measures-differ"));
    }
}

}  // namespace yinuo::engine
