// What is owed goes from version to version, and is owed once.
#include "engine/moving.h"

#include <doctest/doctest.h>

#include "engine/rebuild.h"
#include "engine/testing.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

std::string visits(int version, std::string_view within) {
    return "promise: visits\nversion: " + std::to_string(version) + R"(
zone: Asia/Shanghai
subject: visit
clauses:
  there:
    starts: fact = "placed"
    keeps: fact = "active"
    within: )" +
           std::string(within) + "\n";
}

void move_all(World& world, store::StreamId stream, std::string_view from, std::string_view to) {
    world.act([&](Turns& turns) -> Result<void> {
        const auto moved = engine::move(turns, world.author, from, to, {stream});
        REQUIRE(moved);
        CHECK(!moved->front().refused);
        return {};
    });
}

}  // namespace

TEST_CASE("移动过两次的，仍只欠一次") {
    World world;
    world.publish(visits(1, "24 h"));
    world.report(R"({"id":"a","kind":"placed","subject":"visit/1","at":"2026-03-10T00:00:00Z"})");
    world.wait(hours(1));
    world.publish(visits(2, "20 h"));
    const auto stream = world.obligations("visit/1")[0].stream;
    move_all(world, stream, "visits@1", "visits@2");
    world.wait(hours(1));
    const auto third = world.publish(visits(3, "10 h"));
    move_all(world, stream, "visits@2", "visits@3");
    world.wait(hours(1));
    world.report(R"({"id":"b","kind":"seen","subject":"visit/1","at":"2026-03-10T03:00:00Z"})");
    const auto rows = world.obligations("visit/1");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].version == third);
    CHECK(static_cast<promise::State>(rows[0].state) == promise::State::Running);
    CHECK(rows[0].due_at == World::kBegin + hours(10));
    const auto compared = compare(*world.store->read(), world.zones);
    REQUIRE(compared);
    CHECK(compared->differences.empty());
}

TEST_CASE("移走了的不能从原处再移一次") {
    World world;
    world.publish(visits(1, "24 h"));
    world.report(R"({"id":"a","kind":"placed","subject":"visit/1","at":"2026-03-10T00:00:00Z"})");
    world.wait(hours(1));
    world.publish(visits(2, "20 h"));
    world.publish(visits(3, "10 h"));
    const auto stream = world.obligations("visit/1")[0].stream;
    move_all(world, stream, "visits@1", "visits@2");
    world.act([&](Turns& turns) -> Result<void> {
        const auto again = engine::move(turns, world.author, "visits@1", "visits@3", {stream});
        REQUIRE(again);
        REQUIRE(again->front().refused);
        CHECK(again->front().refused->code == "cannot-move");
        return {};
    });
    CHECK(world.obligations("visit/1").size() == 1);
}

}  // namespace yinuo::engine
