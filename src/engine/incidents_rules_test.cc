// 群障规则: an outage declares itself, once, and the same whatever happened to the server meanwhile.
#include "engine/incidents_rules.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/fsck.h"
#include "engine/incidents.h"
#include "engine/rebuild.h"
#include "engine/testing.h"

namespace yinuo::engine {
namespace {

constexpr Instant kFirst = World::kBegin + hours(24) + Millis{1};  // what was ordered first breaks

constexpr std::string_view kLive = R"(
promise: live
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  done:
    starts: fact = "ordered"
    keeps: fact = "done"
    within: 24 h
    warns: [50 %]
remedies:
  data:
    for: done
    give: {kind: data, amount: 500 MB}
)";

IncidentRule by_area() {
    return {.name = "by-area",
            .title = {"光缆中断", "Fibre cut"},
            .cause = "fibre-cut",
            .promise = "live",
            .clause = "done",
            .group = "area",
            .within_minutes = 60,
            .least = 3};
}

struct Town {
    Town() { world.publish(kLive); }

    std::string put(IncidentRule rule) {
        const auto said = world.try_act([&](Turns& turns) -> Result<void> {
            const auto made = put_incident_rule(turns, world.author, rule);
            if (!made) return refuse(made.error());
            return {};
        });
        return said ? "" : said.error().code;
    }
    void order(std::string_view area, int count, std::string_view kind = "ordered") {
        std::string all;
        for (int i = 0; i < count; ++i) {
            const auto number = std::to_string(++last);
            all += all.empty() ? "[" : ",";
            all += R"({"id":")" + number + R"(","kind":")" + std::string(kind) +
                   R"(","subject":"order/)" + number + R"(","customer":"c)" + number +
                   R"(","at":")" + now() + R"(","fields":{"area":")" + std::string(area) + "\"}}";
        }
        world.report(all + "]");
    }
    void done(int order) {
        world.report(R"({"id":"d)" + std::to_string(order) +
                     R"(","kind":"done","subject":"order/)" + std::to_string(order) +
                     R"(","at":")" + now() + "\"}");
    }
    std::string now() {
        const auto minutes = (world.clock.now() - World::kBegin).count / 60'000;
        char text[32];
        std::snprintf(text, sizeof text, "2026-03-%02dT%02d:%02d:00Z",
                      static_cast<int>(10 + minutes / 1440), static_cast<int>(minutes / 60 % 24),
                      static_cast<int>(minutes % 60));
        return text;
    }
    std::vector<Incident> all() { return incidents(*world.store->read(), world.tenant, 0, 50); }
    std::int64_t members(std::int64_t number) {
        const auto rows = world.store->read();
        return count_members(*rows, *find_incident(*rows, world.tenant, number));
    }
    void work(std::int64_t number) {
        IncidentWalk walk;
        while (walk.phase != IncidentWalk::Phase::Over)
            world.act([&](Turns& turns) -> Result<void> {
                const auto made = work_on_incident(turns, world.tenant, number, walk);
                if (!made) return refuse(made.error());
                walk = *made;
                return {};
            });
    }
    void take(auto step) {
        world.act([&](Turns& turns) -> Result<void> {
            const auto made = step(turns);
            if (!made) return refuse(made.error());
            return {};
        });
    }
    // Decided, agreed, given and closed.
    void close(std::int64_t number) {
        const auto etag = [&] {
            return find_incident(*world.store->read(), world.tenant, number)->etag;
        };
        take([&](Turns& turns) {
            return decide_incident(turns, world.author, number, etag(), {.reason = "all"});
        });
        take([&](Turns& turns) { return approve_incident(turns, world.approver, number, etag()); });
        work(number);
        take([&](Turns& turns) { return close_incident(turns, world.author, number, etag()); });
    }
    std::string wrong() {
        const auto made = fsck(*world.store, world.zones, world.keyring);
        REQUIRE(made.has_value());
        std::string text;
        for (const auto& finding : made->findings) text += finding.error.what.en + "\n";
        return text;
    }

    World world;
    int last = 0;
};

}  // namespace

TEST_CASE("the third breach in an area within the hour declares an incident for that area") {
    Town town;
    REQUIRE(town.put(by_area()) == "");
    town.order("A", 2);
    town.order("B", 2);
    town.world.wait(minutes(50));
    town.order("B", 2);
    town.order("A", 1);
    town.world.wait(hours(23) + minutes(15));
    REQUIRE(town.all().empty());  // two of A, two of B
    town.world.wait(hours(1));
    const auto all = town.all();
    REQUIRE(all.size() == 2);
    const auto a = std::ranges::find(all, "\"A\"", &Incident::group);
    REQUIRE(a != all.end());
    CHECK(a->rule == "by-area");
    CHECK(a->declared_by == "rule:by-area");
    CHECK(a->wish.condition == "(area) = \"A\"");
    CHECK(a->wish.title.zh == "光缆中断：A");
    CHECK(a->wish.from == kFirst);
    CHECK(a->wish.until == a->wish.from + hours(24));
    CHECK(a->declared_at >= kFirst + minutes(50));
    CHECK(town.members(a->number) == 1);  // the one that made it; those before are looked for
    CHECK(has_work(*town.world.store->read(), *a));
    town.work(a->number);
    CHECK(town.members(a->number) == 3);
    CHECK_FALSE(has_work(*town.world.store->read(), *a));
    town.order("A", 5);
    town.world.wait(hours(23));
    CHECK(town.all().size() == 2);
    CHECK(town.wrong() == "");
}

TEST_CASE("what lies further apart, was kept in time, or is of no group declares nothing") {
    Town town;
    REQUIRE(town.put(by_area()) == "");
    town.order("A", 2);
    town.world.wait(minutes(61));
    town.order("A", 2);
    town.done(3);
    auto own = by_area();
    town.order("", 2);
    town.world.report(R"([{"id":"x1","kind":"ordered","subject":"order/x1","at":")" + town.now() +
                      R"("},{"id":"x2","kind":"ordered","subject":"order/x2","at":")" + town.now() +
                      R"("},{"id":"x3","kind":"ordered","subject":"order/x3","at":")" + town.now() +
                      R"("}])");
    town.world.wait(hours(26));
    CHECK(town.all().empty());
    own.name = "all-alike";
    own.group = "";
    REQUIRE(town.put(own) == "");
    town.order("A", 1);
    town.order("B", 1);
    town.order("C", 1);
    town.world.wait(hours(25));
    REQUIRE(town.all().size() == 1);
    CHECK(town.all()[0].wish.condition == "");
    CHECK(town.all()[0].wish.title.en == "Fibre cut");
}

TEST_CASE("counting goes on after a restart as if there had been none") {
    Town town;
    REQUIRE(town.put(by_area()) == "");
    town.order("A", 2);
    town.world.wait(minutes(30));
    town.order("A", 1);
    town.world.wait(hours(24) - minutes(20));
    REQUIRE(town.all().empty());
    SUBCASE("it went on") {}
    SUBCASE("it was started anew") { town.world.start(); }
    SUBCASE("its rows were made again") {
        REQUIRE(rebuild(*town.world.store, town.world.zones).has_value());
        town.world.start();
    }
    town.world.wait(minutes(30));
    REQUIRE(town.all().size() == 1);
    CHECK(town.all()[0].wish.from == kFirst);
}

TEST_CASE("after closing, what broke before isn't counted again, with or without a restart") {
    Town town;
    REQUIRE(town.put(by_area()) == "");
    town.order("A", 4);
    town.world.wait(minutes(10));
    town.order("A", 2);
    town.world.wait(minutes(5));
    town.order("A", 1);
    town.world.wait(hours(24) - minutes(1));
    REQUIRE(town.all().size() == 1);
    town.close(1);
    SUBCASE("it went on") {}
    SUBCASE("it was started anew") { town.world.start(); }
    town.world.wait(minutes(30));
    CHECK(town.all().size() == 1);  // one is left since: of three that it takes
    town.order("A", 3);
    town.world.wait(hours(25));
    REQUIRE(town.all().size() == 2);
    CHECK(town.all()[1].number == 2);
    town.work(2);
    CHECK(town.members(2) == 3);
}

TEST_CASE("a rule that counts what is at risk speaks before anything is broken") {
    Town town;
    auto rule = by_area();
    rule.counts = IncidentRule::Counts::AtRisk;
    REQUIRE(town.put(rule) == "");
    town.order("A", 3);
    town.world.wait(hours(11));
    town.done(1);
    town.world.wait(hours(2));
    CHECK(town.all().empty());  // two of them; the third was done
    town.world.wait(minutes(1));
    town.order("A", 1);  // hours later
    town.world.wait(hours(13));
    CHECK(town.all().empty());
    town.order("B", 3);
    town.world.wait(hours(12) + minutes(1));
    REQUIRE(town.all().size() == 1);
    CHECK(town.members(1) == 0);
    town.world.wait(hours(12));
    CHECK(town.members(1) == 3);
}

TEST_CASE("a rule tried on history says what it would have declared") {
    Town town;
    town.order("A", 5);
    town.order("B", 2);
    town.world.wait(hours(2));
    town.order("A", 1);
    town.world.wait(hours(30));
    town.order("A", 3);
    town.world.wait(hours(30));
    const auto tried = try_incident_rule(*town.world.store, town.world.zones, town.world.tenant,
                                         by_area(), World::kBegin, World::kBegin + hours(100));
    REQUIRE(tried.has_value());
    CHECK(tried->looked_at == 11);
    REQUIRE(tried->incidents.size() == 2);
    CHECK(tried->incidents[0].group == "\"A\"");
    CHECK(tried->incidents[0].from == kFirst);
    CHECK(tried->incidents[0].members == 6);
    CHECK(tried->incidents[1].members == 3);
    CHECK(town.all().empty());
}

TEST_CASE("rules that make no sense are refused; a stale one isn't overwritten") {
    Town town;
    auto rule = by_area();
    rule.group = "area =";
    CHECK(town.put(rule) != "");
    rule = by_area();
    rule.promise = "nobody";
    CHECK(town.put(rule) == "bad-incident");
    rule = by_area();
    rule.name = "By Area";
    CHECK(town.put(rule) == "bad-rule");
    rule = by_area();
    rule.least = 1;
    CHECK(town.put(rule) == "bad-rule");
    rule = by_area();
    rule.lasts_minutes = 30;
    CHECK(town.put(rule) == "bad-rule");
    CHECK(town.put(by_area()) == "");
    CHECK(town.put(by_area()) == "stale");
}

}  // namespace yinuo::engine
