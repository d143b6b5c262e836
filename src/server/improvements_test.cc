// Improvement items over HTTP: their steps, whether they helped, and causes that come back.
#include "server/improvements.h"

#include "server/reports_testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kCodes =
    R"({"codes":[{"code":"network","zh":"网络","en":"Network"},)"
    R"({"code":"fibre-cut","zh":"光缆中断","en":"Fibre cut","parent":"network"}]})";

struct Workshop {
    House house;
    std::string key;
    int chats = 0;

    Workshop() {
        publish_promise(house, house.acme, kAnswerSoon);
        REQUIRE(put_codes(house, house.acme, kCodes).status == 200);
        key = lasting_key(house, house.acme);
    }
    http::testing::Reply add(std::string_view body) {
        return send(house, "POST", "/api/v1/improvements",
                    {.token = key, .body = std::string(body)});
    }
    http::testing::Reply read(const std::string& id) {
        return house.ask("GET", "/api/v1/improvements/" + id, {.token = key});
    }
    http::testing::Reply change(const std::string& id, std::string_view body) {
        return send(house, "PATCH", "/api/v1/improvements/" + id,
                    {.token = key, .body = std::string(body), .headers = if_match(read(id))});
    }
    // So many chats, of which some are answered in time; the others break for that cause.
    void day(int all, int answered, std::string_view cause) {
        house.clock.advance(minutes(1));
        const auto at = house.clock.now();
        std::string facts;
        const auto tell = [&](std::string fact) { facts += (facts.empty() ? "" : ",") + fact; };
        for (int i = 0; i < all; ++i) {
            const auto name = "chat/" + std::to_string(++chats);
            tell(fact_json(name, "chat.opened", name, R"(,"fields":{"size":1})", to_string(at)));
            if (i < answered)
                tell(fact_json(name + "a", "chat.answered", name, {}, to_string(at + seconds(20))));
            else
                tell(fact_json(name + "c", "cause.found", name,
                               R"(,"fields":{"cause":")" + std::string(cause) + "\"}",
                               to_string(at + seconds(30))));
        }
        house.clock.advance(minutes(2));
        const auto said = send(house, "POST", "/api/v1/facts?source=desk",
                               {.token = key, .body = "[" + facts + "]"});
        REQUIRE_MESSAGE(said.status < 300, said.body);
    }
};

std::string says(const http::testing::Reply& reply) {
    return std::string(Body(reply).at("check").find("says")->text);
}

}  // namespace

TEST_CASE("an item goes plan, do, check, act, and who took each step is kept") {
    Workshop shop;
    const auto made = shop.add(
        R"({"title":"双路由","cause":"network","promise":"answer-soon","owner":"team/net","five_whys":["断了","没有第二条"],"due":"2026-04-01T00:00:00Z"})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const auto id = Body(made).text("id");
    CHECK(Body(made).text("state") == "plan");
    CHECK(shop.change(id, R"({"state":"act"})").status == 409);
    CHECK(shop.change(id, R"({"state":"do"})").status == 200);
    CHECK(says(shop.read(id)) == "not done");
    CHECK(shop.change(id, R"({"state":"check"})").status == 200);
    shop.house.clock.advance(minutes(1));
    CHECK(says(shop.read(id)) == "too early");
    CHECK(shop.change(id, R"({"state":"act","notes":"推广到全网"})").status == 200);
    const auto read = shop.read(id);
    CHECK(Body(read).at("history").items.size() == 4);
    CHECK(Body(read).at("history").items[3].find("to")->text == "act");
    CHECK(Body(read).text("notes") == "推广到全网");
    CHECK(send(shop.house, "PATCH", "/api/v1/improvements/" + id,
               {.token = shop.key, .body = "{}", .headers = "If-Match: \"1\"\r\n"})
              .status == 412);
    CHECK(shop.house.ask("GET", "/api/v1/audit", {.token = shop.key}).says("improvement.change"));
    CHECK(shop.house.ask("GET", "/api/v1/improvements", {.token = shop.key}).says(id));
}

TEST_CASE("all that is off about an item is said at once") {
    Workshop shop;
    const auto bad = shop.add(
        R"({"title":"","five_whys":["1","2","3","4","5","6"],"window_days":0,"surprise":1})");
    CHECK(bad.status == 422);
    CHECK(Body(bad).at("errors").items.size() == 4);
    CHECK(shop.add(R"({"title":"t","cause":"gremlins"})").says("/cause"));
    CHECK(shop.house.ask("GET", "/api/v1/improvements/imp_nobody", {.token = shop.key}).status ==
          404);
}

TEST_CASE("whether it helped follows from what was kept before and after") {
    Workshop shop;
    const auto id =
        Body(shop.add(R"({"title":"t","cause":"network","promise":"answer-soon"})")).text("id");
    shop.day(40, 20, "fibre-cut");
    shop.house.clock.advance(minutes(1));
    REQUIRE(shop.change(id, R"({"state":"do"})").status == 200);
    REQUIRE(shop.change(id, R"({"state":"check"})").status == 200);
    shop.day(20, 19, "fibre-cut");
    shop.house.clock.advance(hours(1));
    CHECK(says(shop.read(id)) == "too early");
    shop.day(20, 19, "fibre-cut");
    shop.house.clock.advance(hours(1));
    const Body body(shop.read(id));
    const auto& check_ = body.at("check");
    CHECK(check_.find("says")->text == "better");
    CHECK(check_.find("before")->find("share")->text == "0.5");
    CHECK(check_.find("after")->find("count")->integer() == 38);
    CHECK(check_.find("difference")->find("value")->text == "0.45");
    CHECK(check_.find("difference")->find("beyond_chance")->boolean);
    CHECK(check_.find("cause_before")->find("count")->integer() == 20);  // below it, too
    CHECK(check_.find("cause_after")->find("count")->integer() == 2);
}

TEST_CASE("a cause that breaks again reopens its item, and the company is told once") {
    Workshop shop;
    const auto id = Body(shop.add(R"({"title":"t","cause":"network","watch_days":10})")).text("id");
    for (const auto* state : {"do", "check", "act"})
        REQUIRE(shop.change(id, R"({"state":")" + std::string(state) + "\"}").status == 200);
    const auto look = [&] {
        const auto found =
            recurrences(*shop.house.store->read(), shop.house.service->things().shelves,
                        shop.house.clock.now());
        REQUIRE(shop.house.act([&](engine::Turns& turns) -> Result<void> {
            reopen(turns, found);
            return {};
        }));
        return found.size();
    };
    shop.day(5, 5, "");
    CHECK(look() == 0);
    shop.day(5, 4, "fibre-cut");
    CHECK(look() == 1);
    const Body body(shop.read(id));
    CHECK(body.text("state") == "plan");
    CHECK(body.at("recurred").boolean);
    CHECK(body.at("history").items.back().find("by")->text == "system");
    CHECK(look() == 0);
    CHECK(shop.house.ask("GET", "/api/v1/audit", {.token = shop.key}).says("improvement.recurred"));
    // Done again and watched again: what broke before then doesn't count.
    shop.house.clock.advance(minutes(1));
    for (const auto* state : {"do", "check", "act"})
        REQUIRE(shop.change(id, R"({"state":")" + std::string(state) + "\"}").status == 200);
    CHECK_FALSE(Body(shop.read(id)).at("recurred").boolean);
    CHECK(look() == 0);
    shop.house.clock.advance(hours(24 * 11));
    shop.day(5, 0, "fibre-cut");  // after its ten days
    CHECK(look() == 0);
}

TEST_CASE("reason codes are a tree, and what isn't one is refused") {
    Workshop shop;
    const auto put = [&](std::string_view codes) {
        return put_codes(shop.house, shop.house.acme, codes);
    };
    CHECK(put(kCodes).body == kCodes);
    CHECK(put(R"({"codes":[{"code":"a","zh":"a","en":"a","parent":"b"}]})").status == 422);
    CHECK(put(R"({"codes":[{"code":"a","zh":"a","en":"a","parent":"a"}]})").status == 422);
    CHECK(put(R"({"codes":[{"code":"a","zh":"a","en":"a"},{"code":"a","zh":"a","en":"a"}]})")
              .status == 422);
    CHECK(put(R"({})").status == 422);
    const auto read = shop.house.ask("GET", "/api/v1/reason-codes", {.token = shop.key});
    CHECK(read.body == kCodes);
    CHECK(send(shop.house, "PUT", "/api/v1/reason-codes",
               {.token = shop.key, .body = std::string(kCodes), .headers = "If-Match: \"1\"\r\n"})
              .status == 412);
}

}  // namespace yinuo::server
