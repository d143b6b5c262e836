// Clauses that look beyond one subject, live: keys whose members are folded together, and rates to
// which every subject adds its part.
#include <doctest/doctest.h>

#include "engine/entry.h"
#include "engine/testing.h"
#include "engine/turner.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

using promise::State;

constexpr std::string_view kLifts = R"(
promise: lifts
version: 1
class: {scope: full, form: written, content: quality, strength: public}
title: {zh: 电梯少故障, en: Lifts that run}
need: {zh: 放心, en: trust}
limits: {zh: 无, en: none}
owner: team/lifts
zone: Asia/Shanghai
subject: repair
clauses:
  failures:
    title: {zh: 一部电梯 30 天内故障不超过两次, en: A lift fails at most twice in 30 days}
    per: lift
    at most: {count: fact = "lift.failed", bound: 2, over: 30 days}
  fast:
    title: {zh: 九成两小时内修好, en: Nine in ten within two hours}
    rate:
      of: fact = "lift.repaired"
      good: took <= 120
      at least: 90 %
      over: day
)";

std::string one(std::string_view subject, std::string_view kind, std::string_view at,
                std::string_view fields) {
    return R"({"id":")" + std::string(subject) + std::string(kind) + std::string(at) +
           R"(","subject":")" + std::string(subject) + R"(","kind":")" + std::string(kind) +
           R"(","at":")" + std::string(at) + R"(","fields":{)" + std::string(fields) + "}}";
}

std::vector<store::ObligationRow> all(World& world) {
    return world.store->read()->obligations({.tenant = world.tenant, .states = {}, .limit = 100});
}
const store::ObligationRow* of_clause(const std::vector<store::ObligationRow>& rows, int clause,
                                      std::string_view label = {}) {
    for (const auto& row : rows)
        if (row.clause == clause && (label.empty() || row.label == label)) return &row;
    return nullptr;
}
State state_of(const store::ObligationRow& row) { return static_cast<State>(row.state); }

}  // namespace

TEST_CASE("a third failure of one lift breaks its clause, whichever repair reported it") {
    World world;
    world.publish(kLifts);
    for (int i = 1; i <= 3; ++i) {
        world.wait(hours(24));
        world.report(one("repair/" + std::to_string(i), "lift.failed",
                         "2026-03-1" + std::to_string(i) + "T00:00:00Z", R"("lift":"L-7")"));
        world.report(one("repair/9" + std::to_string(i), "lift.failed",
                         "2026-03-1" + std::to_string(i) + "T00:00:00Z",
                         R"("lift":"L-)" + std::to_string(i) + "\""));
    }
    int broken = 0, open = 0;
    for (const auto& row : all(world)) {
        if (row.clause != 0) continue;
        broken += state_of(row) == State::Broken;
        open += promise::is_open(state_of(row));
    }
    CHECK(broken == 1);
    CHECK(open == 3);

    // The second failure turns out to be another lift's: the breach is reversed.
    world.wait(minutes(1));
    auto corrected = one("repair/2", "lift.failed", "2026-03-12T00:00:00Z", R"("lift":"L-8")");
    corrected.insert(1, R"("change":"correct",)");
    world.report(corrected);
    for (const auto& row : all(world))
        if (row.clause == 0) CHECK(state_of(row) != State::Broken);
}

TEST_CASE("a rate is judged at the end of its day by everybody's facts, and again by late ones") {
    World world;
    world.publish(kLifts);
    for (int i = 0; i < 10; ++i) {
        world.wait(minutes(1));
        world.report(one("repair/" + std::to_string(i), "lift.repaired", "2026-03-10T00:01:00Z",
                         std::string(R"("took":)") + (i == 0 ? "300" : "60")));
    }
    world.wait(minutes(5));
    const auto during = all(world);
    const auto* today = of_clause(during, 1, "2026-03-10");
    REQUIRE(today != nullptr);
    CHECK(state_of(*today) == State::Running);
    CHECK(today->counted == 10);
    CHECK(today->good == 9);

    world.wait(hours(24));
    const auto after = all(world);
    const auto* judged = of_clause(after, 1, "2026-03-10");
    CHECK(state_of(*judged) == State::Kept);
    CHECK(judged->id == today->id);

    auto late = one("repair/20", "lift.repaired", "2026-03-10T00:02:00Z", R"("took":999)");
    world.report(late);
    world.wait(minutes(5));
    const auto again = all(world);
    CHECK(state_of(*of_clause(again, 1, "2026-03-10")) == State::Broken);
    CHECK(of_clause(again, 1, "2026-03-10")->counted == 11);
}

TEST_CASE("rates and keys go on after a restart") {
    World world;
    world.publish(kLifts);
    world.report(one("repair/1", "lift.repaired", "2026-03-10T00:00:00Z", R"("took":60)"));
    world.start();
    world.report(one("repair/2", "lift.repaired", "2026-03-10T00:00:00Z", R"("took":600)"));
    world.wait(hours(25));
    const auto rows = all(world);
    const auto* judged = of_clause(rows, 1, "2026-03-10");
    REQUIRE(judged != nullptr);
    CHECK(state_of(*judged) == State::Broken);
    CHECK(judged->counted == 2);
}

}  // namespace yinuo::engine
