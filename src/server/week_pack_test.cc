// The week on one page.
#include "server/week_pack.h"

#include "server/reports_testing.h"

namespace yinuo::server {

TEST_CASE("weeks are those of ISO 8601, around the new year, too") {
    CHECK(IsoWeek::parse("2026-W11")->monday == Date::of(2026, 3, 9));
    CHECK(IsoWeek::parse("2026-W01")->monday == Date::of(2025, 12, 29));
    CHECK(IsoWeek::parse("2026-W53")->monday == Date::of(2026, 12, 28));
    CHECK_FALSE(IsoWeek::parse("2025-W53"));  // has 52
    for (const auto* bad : {"", "2026-W00", "2026-W54", "2026-11", "2026-W1", "x026-W11"})
        CHECK_FALSE(IsoWeek::parse(bad));
    CHECK(IsoWeek::of(Date::of(2027, 1, 3)).to_string() == "2026-W53");
    CHECK(IsoWeek::of(Date::of(2026, 3, 15)).to_string() == "2026-W11");
    CHECK(IsoWeek::of(Date::of(2026, 3, 16)).to_string() == "2026-W12");
}

namespace {

// Chats of one instant, so many answered in time.
void chats(House& house, const std::string& key, std::string_view prefix, int all, int answered) {
    house.clock.advance(minutes(1));
    const auto at = house.clock.now();
    std::string facts;
    const auto tell = [&](const std::string& fact) { facts += (facts.empty() ? "" : ",") + fact; };
    for (int i = 0; i < all; ++i) {
        const auto name = "chat/" + std::string(prefix) + std::to_string(i);
        tell(fact_json(name, "chat.opened", name, R"(,"customer":"C-1","fields":{"size":2})",
                       to_string(at)));
        if (i < answered)
            tell(fact_json(name + "a", "chat.answered", name, {}, to_string(at + seconds(20))));
        else
            tell(fact_json(name + "b", "chat.answered", name, R"(,"fields":{"cause":"<b>&"})",
                           to_string(at + seconds(90))));
    }
    house.clock.advance(minutes(2));
    const auto said =
        send(house, "POST", "/api/v1/facts?source=desk", {.token = key, .body = "[" + facts + "]"});
    REQUIRE_MESSAGE(said.status < 300, said.body);
}

}  // namespace

TEST_CASE("the week is held to the four before it, and says what is worse beyond chance") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    REQUIRE(put_policy(house, house.acme, R"({"overdraws":true})").status == 200);
    REQUIRE(put_codes(house, house.acme,
                      R"({"codes":[{"code":"<b>&","zh":"<人手>&不足","en":"<Too> few & people"}]})")
                .status == 200);
    const auto key = lasting_key(house, house.acme);
    chats(house, key, "a", 40, 38);  // 2026-W11
    house.clock.advance(hours(24 * 7));
    chats(house, key, "b", 40, 20);  // 2026-W12
    const auto add = send(house, "POST", "/api/v1/improvements",
                          {.token = key,
                           .body = R"({"title":"<script>alert(1)</script>","owner":"team/desk",)"
                                   R"("due":"2026-03-24T00:00:00Z"})"});
    REQUIRE(add.status == 201);
    house.clock.advance(hours(24 * 7));

    const auto reply = house.ask("GET", "/api/v1/reports/week?week=2026-W12", {.token = key});
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    const auto& one = body.at("promises").items[0];
    CHECK(one.find("says")->text == "worse");
    CHECK(one.find("kept")->find("share")->text == "0.5");
    CHECK(one.find("kept_before")->find("n")->integer() == 40);
    CHECK(one.find("breaches")->integer() == 20);
    CHECK(one.find("breaches_before")->text == "0.5");
    CHECK(one.find("late_p90")->text == "PT30S");
    CHECK(body.at("worst").items.size() == 5);
    CHECK(body.at("causes").items[0].find("total")->integer() == 20);
    CHECK(body.at("improvements").items.size() == 1);
    CHECK_FALSE(reply.says("C-1"));
    CHECK(house.ask("GET", "/api/v1/reports/week", {.token = key}).body.contains("2026-W12"));
    CHECK(house.ask("GET", "/api/v1/reports/week?week=2026-W99", {.token = key}).status == 422);

    const auto page =
        house.ask("GET", "/api/v1/reports/week?week=2026-W12",
                  {.token = key, .headers = "Accept: text/html\r\nAccept-Language: zh-CN\r\n"});
    CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.header("Content-Security-Policy").starts_with("default-src 'none'"));
    CHECK(page.says("每周回顾 2026-W12"));
    CHECK(page.says("▼ 变差"));
    CHECK(page.says("&lt;script&gt;alert(1)&lt;/script&gt;"));
    CHECK(page.says("&lt;人手&gt;&amp;不足"));
    CHECK(page.says("<svg "));
    CHECK_FALSE(page.says("<script"));
    CHECK_FALSE(page.says("C-1"));
    CHECK(house
              .ask("GET", "/api/v1/reports/week?week=2026-W12",
                   {.token = key, .headers = "Accept: text/csv\r\n"})
              .says("answer-soon,An answer in a minute,40,0.5,"));
}

}  // namespace yinuo::server
