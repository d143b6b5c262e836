// A server whose time is set by hand.
#include <doctest/doctest.h>

#include "server/business_testing.h"
#include "server/testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kPath = "/api/v1/test-clock";

Config by_hand() {
    auto config = House::generous();
    config.test_clock = parse_instant("2026-03-10T00:00:00Z");
    return config;
}

http::testing::Reply put(House& house, const std::string& token, std::string_view now) {
    return house.ask("PUT", kPath,
                     {.token = token, .body = R"({"now":")" + std::string(now) + "\"}"});
}

}  // namespace

TEST_CASE("time set by hand: what falls due until then is done when the answer comes") {
    House house(std::make_unique<store::MemoryStore>(), by_hand());
    const auto key = lasting_key(house, house.acme);
    const auto operators = house.key(house.operators, {Permission::ClockSet});
    publish_promise(house, house.acme);
    REQUIRE(
        house
            .ask("POST", "/api/v1/facts?source=crm",
                 {.token = key,
                  .body = fact_json("a", "order.placed", "order/1", "", "2026-03-10T01:00:00Z")})
            .status == 201);
    const auto state = [&] {
        const Body page(house.ask("GET", "/api/v1/obligations", {.token = key}));
        REQUIRE(page.at("items").items.size() == 1);
        return std::string(page.at("items").items.front().find("state")->text);
    };
    CHECK(put(house, operators, "2026-03-11T01:00:00Z").status == 200);
    CHECK(state() == "at risk");  // the due instant itself is in time
    const auto moved = put(house, operators, "2026-03-11T01:00:00.001Z");
    CHECK(moved.status == 200);
    CHECK(Body(moved).text("now") == "2026-03-11T01:00:00.001Z");
    CHECK(state() == "broken");
    CHECK(Body(house.ask("GET", kPath, {.token = operators})).text("now") ==
          "2026-03-11T01:00:00.001Z");
    // Each step is recorded at its own instant, though the clock was moved once.
    const Body page(house.ask("GET", "/api/v1/subjects/order%2F1/timeline", {.token = key}));
    for (const auto& step : page.at("items").items)
        if (step.find("what")->text == "obligation" && step.find("kind")->text == "warned")
            CHECK(step.find("recorded_at")->text == step.find("at")->text);
}

TEST_CASE("time set by hand doesn't go back, and readiness says whose hand it is") {
    House house(std::make_unique<store::MemoryStore>(), by_hand());
    const auto& operators = house.token(house.operators, Role::Operator);
    const auto back = put(house, operators, "2026-03-09T00:00:00Z");
    CHECK(back.status == 422);
    CHECK(Body(back).text("code") == "never-back");
    CHECK(put(house, operators, "soon").status == 422);
    CHECK(put(house, house.token(house.acme, Role::Owner), "2026-03-12T00:00:00Z").status == 403);
    const auto ready = house.ask("GET", "/readyz");
    CHECK(ready.status == 200);
    CHECK(Body(ready).text("clock") == "set-by-hand");
}

TEST_CASE("where time is the machine's there is no clock to set") {
    House house;
    const auto& operators = house.token(house.operators, Role::Operator);
    CHECK(house.ask("GET", kPath, {.token = operators}).status == 404);
    CHECK(put(house, operators, "2026-03-12T00:00:00Z").status == 404);
}

TEST_CASE("a demo has a clock of its own: it isn't set by hand, too") {
    const auto read = [](std::string_view yaml) {
        return Settings::read(yaml, "yinuo.yaml", [](const std::string&) { return std::nullopt; },
                              {});
    };
    const auto alone = read("test_clock: 2026-03-10T00:00:00Z\n");
    REQUIRE(alone);
    CHECK(alone->config().test_clock == parse_instant("2026-03-10T00:00:00Z"));
    const auto both = read("test_clock: 2026-03-10T00:00:00Z\ndemo: true\n");
    REQUIRE_FALSE(both);
    CHECK(both.error().code == "bad-setting");
    CHECK_FALSE(read("test_clock: yesterday\n"));
}

}  // namespace yinuo::server
