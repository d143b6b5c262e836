#include "engine/alerts.h"

#include <doctest/doctest.h>

#include "engine/testing.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kLive = R"(promise: live
version: 1
zone: Asia/Shanghai
owner: team/broadband
subject: order
clauses:
  live: {starts: 'fact = "order.placed"', keeps: 'fact = "order.live"', within: 24 h, warns: [80 %]}
)";

std::vector<store::Alert> alerts(World& world) {
    return world.store->read()->alerts(world.tenant, false, 0, 10);
}

int alert_entries(World& world, std::string_view step) {
    int count = 0;
    world.store->read()->entries_about(world.tenant, static_cast<std::uint8_t>(EntryKind::Alert), 0,
                                       false, [&](const store::Entry& entry) {
                                           count += entry.body.find(step) != std::string::npos;
                                           return true;
                                       });
    return count;
}

// An order that was warned about, just now.
void warned(World& world) {
    world.publish(kLive);
    world.report(
        R"({"id":"a","kind":"order.placed","subject":"order/1","at":"2026-03-10T00:00:00Z"})");
    world.wait(hours(24) - hours(4));
    REQUIRE(alerts(world).size() == 1);
    REQUIRE(alerts(world)[0].addressee == "team/broadband");
}

Result<void> acknowledge_by(World& world, const Actor& actor, std::int64_t id) {
    return world.try_act([&](Turns& turns) -> Result<void> {
        TRY(acknowledge(turns, actor, id));
        return {};
    });
}

void climb_all(World& world) {
    world.act([](Turns& turns) -> Result<void> {
        climb(turns, 100);
        return {};
    });
}

}  // namespace

TEST_CASE("a warning that is acknowledged climbs no more, and a second time changes nothing") {
    World world;
    warned(world);
    const auto id = alerts(world)[0].id;
    REQUIRE(acknowledge_by(world, world.author, id));
    auto alert = alerts(world)[0];
    CHECK(alert.acknowledged_by == "usr_author");
    CHECK(alert.acknowledged_at == world.clock.now());
    CHECK(alert.climbs_at == Instant::max());
    world.clock.advance(minutes(1));
    REQUIRE(acknowledge_by(world, world.approver, id));
    CHECK(alerts(world)[0].acknowledged_by == "usr_author");
    CHECK(alert_entries(world, "acknowledged") == 1);
    world.wait(minutes(30));
    climb_all(world);
    CHECK(alerts(world)[0].level == 0);
}

TEST_CASE("an alert that nobody knows, or that is another tenant's, is refused alike") {
    World world;
    warned(world);
    CHECK(acknowledge_by(world, world.author, 999).error().code == "no-alert");
    const Actor stranger{.tenant = world.tenant + 1, .id = "usr_x", .name = "X"};
    CHECK(acknowledge_by(world, stranger, alerts(world)[0].id).error().code == "no-alert");
    CHECK(alerts(world)[0].acknowledged_at == Instant::max());
}

TEST_CASE("预警无人理会就逐级上报，最后一级不再上报") {
    World world;
    warned(world);
    world.wait(minutes(15) - Millis{1});
    climb_all(world);
    CHECK(alerts(world)[0].level == 0);
    world.wait(Millis{1});
    climb_all(world);
    auto alert = alerts(world)[0];
    CHECK(alert.level == 1);
    CHECK(alert.addressee == "manager");
    CHECK(alert.climbs_at == Instant::max());
    CHECK(alert_entries(world, "climbed") == 1);
    world.wait(hours(1));
    climb_all(world);
    CHECK(alerts(world)[0].level == 1);
}

TEST_CASE("whoever an alert climbs to has their full time, however late it climbed") {
    World world;
    world.act([&](Turns& turns) -> Result<void> {
        TRY(change_tenant(turns, world.author,
                          {.title = "T",
                           .personal_fields = {},
                           .roster = {{.addressee = "owner", .minutes = 5},
                                      {.addressee = "usr_lead", .minutes = 10},
                                      {.addressee = "manager", .minutes = 1}}},
                          1));
        return {};
    });
    warned(world);
    world.clock.advance(hours(2));  // nobody drove the engine
    world.engine->step();
    climb_all(world);
    auto alert = alerts(world)[0];
    CHECK(alert.level == 1);
    CHECK(alert.addressee == "usr_lead");
    CHECK(alert.climbs_at == world.clock.now() + minutes(10));
}

}  // namespace yinuo::engine
