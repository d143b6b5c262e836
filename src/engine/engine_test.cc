// The engine from outside: facts and time go in, obligations, entries and alerts come out.
#include "engine/engine.h"

#include <doctest/doctest.h>

#include "engine/alerts.h"
#include "engine/entry.h"
#include "engine/moving.h"
#include "engine/testing.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

using promise::State;
using Outcome = Acknowledgement::Outcome;

constexpr std::string_view kLive24 = R"(
promise: live-24h
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 24 小时开通, en: Live in 24 hours}
need: {zh: 心里有底, en: to know}
limits: {zh: 无, en: none}
owner: team/broadband
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered}
  order.cancelled: {zh: 撤单, en: cancelled, fields: [by]}
  service.active: {zh: 开通, en: live}
clauses:
  live:
    title: {zh: 24 小时开通, en: Live in 24 hours}
    starts: fact = "order.placed"
    keeps: fact = "service.active"
    voids: fact = "order.cancelled" and by = "customer"
    within: 24 h
    warns: [80 %]
remedies:
  late-data:
    title: {zh: 逾期送流量, en: Data for being late}
    for: live
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
    apology: {zh: 抱歉, en: Sorry}
)";

State state_of(const store::ObligationRow& row) { return static_cast<State>(row.state); }

std::string fact(std::string_view kind, std::string_view at, std::string_view id,
                 std::string_view more = "") {
    return R"({"id":")" + std::string(id) + R"(","kind":")" + std::string(kind) +
           R"(","subject":"order/1","at":")" + std::string(at) + "\"" + std::string(more) + "}";
}

std::vector<RemedyChange> remedies_of(World& world, std::string_view subject, Arena& memory) {
    std::vector<RemedyChange> all;
    const auto rows = world.store->read();
    rows->entries_of(rows->find_stream(world.tenant, subject)->id, 0, [&](const store::Entry& e) {
        if (e.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto body = read_turn(memory.copy(e.body), memory);
        REQUIRE(body);
        for (const auto& one : body->remedies) all.push_back(one);
        return true;
    });
    return all;
}

}  // namespace

TEST_CASE("an order begins an obligation that names its due instant at once") {
    World world;
    const auto version = world.publish(kLive24);
    const auto said = world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    REQUIRE(said.size() == 1);
    CHECK(said[0].outcome == Outcome::Accepted);
    const auto rows = world.obligations("order/1");
    REQUIRE(rows.size() == 1);
    CHECK(state_of(rows[0]) == State::Running);
    CHECK(rows[0].version == version);
    CHECK(rows[0].due_at == world.clock.now() + hours(24));
    CHECK(world.store->read()->checkpoint(world.tenant).size == rows[0].leaf + 1);
}

TEST_CASE("time alone warns, breaks, and owes more for each further day") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    CHECK(world.engine->next_timer() == world.clock.now() + Millis{69'120'000});  // 80 % of 24 h
    world.wait(hours(20));
    CHECK(state_of(world.obligations("order/1")[0]) == State::AtRisk);
    const auto alerts = world.store->read()->alerts(world.tenant, true, 0, 10);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].addressee == "team/broadband");

    world.wait(hours(4));  // exactly due: still in time
    CHECK(state_of(world.obligations("order/1")[0]) == State::AtRisk);
    world.wait(Millis{1});
    CHECK(state_of(world.obligations("order/1")[0]) == State::Broken);
    Arena memory;
    CHECK(remedies_of(world, "order/1", memory).size() == 1);
    world.wait(hours(24));
    CHECK(remedies_of(world, "order/1", memory).size() == 2);
    world.wait(hours(24 * 30));
    const auto all = remedies_of(world, "order/1", memory);
    Decimal sum = 0;
    for (const auto& one : all) sum = *sum.add(one.amount);
    CHECK(sum == Decimal(2500));
}

TEST_CASE("a fact reported twice is acknowledged twice and counts once") {
    World world;
    world.publish(kLive24);
    const auto text = fact("order.placed", "2026-03-10T00:00:00Z", "a");
    world.report(text);
    const auto before = world.store->read()->last_position();
    const auto again = world.report(text);
    CHECK(again[0].outcome == Outcome::Duplicate);
    CHECK(world.store->read()->last_position() == before);
    const auto other = world.report(fact("order.placed", "2026-03-10T00:00:01Z", "a"));
    REQUIRE(other[0].outcome == Outcome::Refused);
    CHECK(other[0].error->code == "fact-differs");
    CHECK(world.report(text, "another")[0].outcome == Outcome::Accepted);
}

TEST_CASE("an id used about another subject is refused") {
    World world;
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    const auto said = world.report(
        R"({"id":"a","kind":"order.placed","subject":"order/2","at":"2026-03-10T00:00:00Z"})");
    REQUIRE(said[0].outcome == Outcome::Refused);
    CHECK(said[0].error->code == "fact-elsewhere");
}

TEST_CASE("a late fact reverses a breach by new entries, and takes back what was given") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    world.wait(hours(30));
    CHECK(state_of(world.obligations("order/1")[0]) == State::Broken);
    world.report(fact("service.active", "2026-03-10T20:00:00Z", "b"));
    const auto rows = world.obligations("order/1");
    CHECK(state_of(rows[0]) == State::Kept);
    Arena memory;
    const auto all = remedies_of(world, "order/1", memory);
    REQUIRE(all.size() == 2);
    CHECK(!all[0].back);
    CHECK(all[1].back);
    bool reversed = false;
    const auto reading = world.store->read();
    reading->entries_of(rows[0].stream, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto body = read_turn(memory.copy(entry.body), memory);
        REQUIRE(body.has_value());
        for (const auto& change : body->changes)
            for (const auto& step : change.steps)
                reversed = reversed || (step.kind == promise::EventKind::Reversed &&
                                        step.reversed == promise::EventKind::Broken);
        return true;
    });
    CHECK(reversed);
}

TEST_CASE("an order that was retracted was never owed, and comes back when it is corrected") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a", R"(,"change":"retract")"));
    CHECK(state_of(world.obligations("order/1")[0]) == State::Void);
    CHECK(world.store->read()->find_stream(world.tenant, "order/1")->wakes_at == Instant::max());
    world.wait(Millis{5});
    world.report(fact("order.placed", "2026-03-10T01:00:00Z", "a", R"(,"change":"correct")"));
    CHECK(world.obligations("order/1").size() == 1);
    world.wait(hours(2));
    const auto rows = world.obligations("order/1");
    CHECK(state_of(rows[0]) == State::Running);
    CHECK(rows[0].started_at == Instant{1'773'104'400'000});
}

TEST_CASE("what was said before is known whenever it comes; who means it anew numbers it") {
    World world;
    world.publish(kLive24);
    const auto news = [&](std::string_view at, std::string_view more = {}) {
        const auto said = world.report(fact("order.placed", at, "a", more))[0].outcome;
        return said == Outcome::Accepted;
    };
    const auto began = [&](Millis after) {
        return world.obligations("order/1")[0].started_at == World::kBegin + after;
    };
    constexpr std::string_view kOne = "2026-03-10T01:00:00Z", kTwo = "2026-03-10T02:00:00Z";
    constexpr std::string_view kCorrect = R"(,"change":"correct")";
    world.wait(hours(5));
    CHECK(news("2026-03-10T00:00:00Z"));
    CHECK(news(kOne, kCorrect));
    CHECK(news(kTwo, kCorrect));
    CHECK_FALSE(news(kOne, kCorrect));  // as a retry that comes late
    CHECK(began(hours(2)));
    CHECK(news(kOne, R"(,"change":"correct","sequence":1)"));
    CHECK(began(hours(1)));
    CHECK(news(kOne, R"(,"change":"retract")"));
    CHECK_FALSE(news(kTwo, kCorrect));
    CHECK(state_of(world.obligations("order/1")[0]) == State::Void);
    CHECK(news(kTwo, R"(,"change":"correct","sequence":2)"));
    CHECK(began(hours(2)));
    CHECK_FALSE(news(kOne, R"(,"change":"retract")"));
    CHECK(news(kOne, R"(,"change":"retract","sequence":3)"));
    CHECK(state_of(world.obligations("order/1")[0]) == State::Void);
}

TEST_CASE("timers outlive the program, and fire once") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    world.clock.advance(hours(25));
    world.start();
    while (world.engine->step()) {}
    CHECK(state_of(world.obligations("order/1")[0]) == State::Broken);
    const auto entries = world.store->read()->last_position();
    world.start();
    while (world.engine->step()) {}
    CHECK(world.store->read()->last_position() == entries);
}

TEST_CASE("a clock that was set back is told, and time stands still until it has caught up") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    const Instant last = world.clock.now();
    CHECK(world.engine->figures().log_ahead_millis == 0);
    CHECK(!world.engine->figures().clock);
    world.clock.set(last - Millis{1'000});
    CHECK(world.engine->figures().log_ahead_millis == 1'000);
    CHECK(!world.engine->figures().clock);
    world.clock.set(last - hours(1));
    world.start();
    CHECK(world.engine->figures().log_ahead_millis == hours(1).count);
    REQUIRE(world.engine->figures().clock.has_value());
    CHECK(world.engine->figures().clock->code == "log-ahead-of-clock");
    world.report(
        R"({"id":"b","kind":"order.placed","subject":"order/2","at":"2026-03-10T00:00:00Z"})");
    const auto rows = world.store->read();
    CHECK(rows->entry(rows->last_position())->recorded_at == last);
    world.clock.set(last);
    CHECK(!world.engine->figures().clock);
}

TEST_CASE("a commit that fails refuses its callers and stops the engine; restarting goes on") {
    World world;
    world.publish(kLive24);
    world.memory->on_commit([] { return store::MemoryStore::CommitFault::BeforeDisk; });
    bool refused = false;
    std::vector<std::string> causes;
    world.engine->on_stop([&](const Error& why) { causes.push_back(why.code); });
    Report report{.tenant = world.tenant, .source = "crm", .memory = nullptr, .facts = {}};
    world.engine->report(std::move(report),
                         [&](const Result<std::vector<Acknowledgement>>& answer) {
                             refused = !answer && answer.error().code == "store-stopped";
                         });
    while (world.engine->step()) {}
    CHECK(refused);
    CHECK(world.engine->figures().stopped.has_value());
    world.wait(hours(48));
    CHECK(causes == std::vector<std::string>{"disk-full"});
    world.memory->on_commit({});
    world.start();
    CHECK(world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"))[0].outcome ==
          Outcome::Accepted);
}

TEST_CASE("a new version binds what begins after it; what runs goes on under the old one") {
    World world;
    const auto first = world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    world.wait(hours(1));
    std::string text(kLive24);
    text.replace(text.find("version: 1"), 10, "version: 2");
    text.replace(text.find("within: 24 h"), 12, "within: 12 h");
    const auto second = world.publish(text);
    world.wait(hours(1));
    world.report(
        R"({"id":"b","kind":"order.placed","subject":"order/2","at":"2026-03-10T02:00:00Z"})");
    CHECK(world.obligations("order/1")[0].version == first);
    REQUIRE(world.obligations("order/2").size() == 1);
    CHECK(world.obligations("order/2")[0].version == second);
    CHECK(world.obligations("order/2")[0].due_at == world.clock.now() + hours(12));
}

TEST_CASE(
    "what runs is moved to a new version only by name, and the preview tells what comes of it") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    world.report(
        R"({"id":"x","kind":"order.placed","subject":"order/9","at":"2026-03-10T00:00:00Z"})");
    world.report(
        R"({"id":"y","kind":"service.active","subject":"order/9","at":"2026-03-10T00:00:00Z"})");
    std::string text(kLive24);
    text.replace(text.find("version: 1"), 10, "version: 2");
    text.replace(text.find("within: 24 h"), 12, "within: 12 h");
    const auto second = world.publish(text);
    world.wait(hours(1));
    const auto id = world.obligations("order/1")[0].id;
    const auto stream = world.obligations("order/1")[0].stream;
    world.act([&](Turns& turns) -> Result<void> {
        auto page = preview_move(turns, world.tenant, "live-24h@1", "live-24h@2", 0, 50);
        REQUIRE(page);
        REQUIRE(page->streams.size() == 1);  // what has a verdict isn't open
        CHECK(page->streams[0].subject == "order/1");
        REQUIRE(page->streams[0].after.size() == 1);
        CHECK(page->streams[0].after[0].due_at == World::kBegin + hours(12));
        return {};
    });
    CHECK(world.obligations("order/1")[0].due_at == World::kBegin + hours(24));
    world.act([&](Turns& turns) -> Result<void> {
        auto moved = engine::move(turns, world.author, "live-24h@1", "live-24h@2", {stream});
        REQUIRE(moved);
        CHECK(!moved->front().refused);
        return {};
    });
    const auto check_moved = [&] {
        const auto rows = world.obligations("order/1");
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].id == id);
        CHECK(rows[0].version == second);
        CHECK(rows[0].due_at == World::kBegin + hours(12));
    };
    check_moved();
    world.start();
    world.wait(hours(12));
    check_moved();
    CHECK(state_of(world.obligations("order/1")[0]) == State::Broken);
}

TEST_CASE("a clock set back doesn't make time run backwards") {
    World world;
    world.publish(kLive24);
    world.report(fact("order.placed", "2026-03-10T00:00:00Z", "a"));
    world.wait(hours(25));
    const auto before = world.store->read()->last_position();
    world.clock.advance(Millis{-3'600'000});
    world.report(fact("service.active", "2026-03-11T00:30:00Z", "b"));
    const auto rows = world.store->read();
    CHECK(rows->entry(before + 1)->recorded_at >= rows->entry(before)->recorded_at);
    CHECK(state_of(world.obligations("order/1")[0]) == State::Broken);
}

}  // namespace yinuo::engine
