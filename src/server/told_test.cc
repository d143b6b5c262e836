// An obligation as its customer is told it.
#include <doctest/doctest.h>

#include "server/business_testing.h"

namespace yinuo::server {
namespace {

using http::testing::Reply;

struct Told {
    House house;
    std::string key;

    Told() {
        publish_promise(house, house.acme);
        key = lasting_key(house, house.acme);
    }
    Reply ask(std::string_view method, const std::string& path, std::string body = {}) {
        return send(house, method, path, {.token = key, .body = std::move(body)});
    }
    std::string tell(const std::string& id, const std::string& kind, const std::string& subject,
                     Instant at) {
        const auto reply = ask("POST", "/api/v1/facts?source=crm&expand=obligations",
                               fact_json(id, kind, subject, R"(,"customer":"C-1")", to_string(at)));
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
        const Body body(reply);
        const auto& all = body.at("obligations").items;
        return all.empty() ? "" : std::string(all[0].find("id")->text);
    }
    std::string path(const std::string& id) { return "/api/v1/obligations/" + id + "/told"; }
};

}  // namespace

TEST_CASE("a customer is told what was promised, what a miss means, and who did what") {
    Told told;
    told.house.clock.advance(minutes(5));
    const auto id = told.tell("a", "order.placed", "order/1", told.house.clock.now());
    const auto made = told.ask("POST", "/api/v1/links", R"({"customer":"C-1"})");
    const auto link = "Authorization: Link " + Body(made).text("link") + "\r\n";
    const auto reply = send(told.house, "GET", told.path(id), {.headers = link});
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(body.at("sentence").find("zh")->text.contains("24 小时"));
    REQUIRE(body.at("if_missed").items.size() == 1);
    CHECK(body.at("if_missed").items[0].find("zh")->text.contains("自动到账，无需申请"));
    CHECK(body.json().find("forecast") == nullptr);
    const auto& steps = body.at("steps").items;
    REQUIRE(steps.size() >= 2);
    CHECK(steps[0].find("what")->find("zh")->text == "下单");
    CHECK(steps[0].find("actor")->find("zh")->text == "业务系统 crm");
    bool started = false;
    for (const auto& step : steps)
        if (step.find("kind")->text == "started") {
            started = true;
            CHECK(step.find("actor")->find("en")->text == "team/broadband");
        }
    CHECK(started);
    // The company has no promise about chases yet.
    CHECK(body.at("chase").find("may")->truth() == false);
    CHECK(body.at("chase").find("rule")->find("zh")->text.contains("催办"));
    CHECK(body.at("claim").find("may")->truth() == false);
    CHECK(body.at("reopen").find("may")->truth() == false);
    CHECK_FALSE(reply.body.contains("usr_"));

    told.house.clock.advance(hours(25));
    REQUIRE(soon([&] {
        return send(told.house, "GET", told.path(id), {.headers = link})
            .body.contains("\"broken\"");
    }));
    const auto other = told.ask("POST", "/api/v1/facts?source=crm",
                                fact_json("b", "order.placed", "order/2", R"(,"customer":"C-2")",
                                          to_string(told.house.clock.now())));
    REQUIRE(other.status < 300);
    CHECK(send(told.house, "GET", told.path("obl_2"), {.headers = link}).status == 404);
}

TEST_CASE("when a chase is possible, the rule says from when") {
    Told told;
    auto reply = told.ask("POST", "/api/v1/house-promises/chase/draft", "{}");
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const auto draft = Body(reply).text("id");
    for (const auto& [step, role] :
         {std::pair("check", Role::Owner), std::pair("approve", Role::Manager),
          std::pair("publish", Role::Owner)}) {
        reply =
            send(told.house, "POST", "/api/v1/promises/" + draft + "/" + step,
                 {.token = told.house.token(told.house.acme, role), .headers = if_match(reply)});
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
    }
    told.house.clock.advance(minutes(5));
    const auto begun = told.house.clock.now();
    const auto id = told.tell("a", "order.placed", "order/1", begun);
    const auto early = Body(told.ask("GET", told.path(id)));
    CHECK(early.at("chase").find("may")->truth() == false);
    CHECK(early.at("chase").find("next_at")->text == to_string(begun + hours(1)));
    told.house.clock.advance(hours(1));
    const auto later = Body(told.ask("GET", told.path(id)));
    CHECK(later.at("chase").find("may")->truth() == true);
    CHECK(later.at("chase").find("next_at") == nullptr);
}

TEST_CASE("a forecast is told from twenty like it, and from those that took as long") {
    Told told;
    told.house.clock.advance(minutes(5));
    const auto begin = told.house.clock.now();
    for (int i = 1; i <= 24; ++i) {
        const auto n = std::to_string(i);
        told.tell("p" + n, "order.placed", "order/" + n, begin);
    }
    for (int i = 1; i <= 24; ++i) {  // one each half hour
        told.house.clock.advance(minutes(30));
        const auto n = std::to_string(i);
        told.tell("a" + n, "service.active", "order/" + n, told.house.clock.now());
    }
    told.house.clock.advance(hours(24));
    const auto key = lasting_key(told.house, told.house.acme);
    const auto tell = [&](Instant at) {
        const auto reply = send(
            told.house, "POST", "/api/v1/facts?source=crm&expand=obligations",
            {.token = key, .body = fact_json("x", "order.placed", "order/x", "", to_string(at))});
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
        return std::string(Body(reply).at("obligations").items[0].find("id")->text);
    };
    const auto at = told.house.clock.now();
    const auto id = tell(at);
    told.house.clock.advance(minutes(15));
    const auto ask = [&] { return told.ask("GET", told.path(id)); };
    const Body early(ask());
    const auto& forecast = early.at("forecast");
    CHECK(forecast.find("n")->integer() == 24);
    CHECK(forecast.find("at")->text == to_string(at + hours(6)));
    CHECK(forecast.find("nine_in_ten_by")->text == to_string(at + hours(11)));
    told.house.clock.advance(minutes(106));  // 3 took less than two hours and a minute...
    const Body later(ask());
    CHECK(later.at("forecast").find("n")->integer() == 20);
    told.house.clock.advance(hours(1));
    CHECK(Body(ask()).json().find("forecast") == nullptr);  // too few took as long
}

}  // namespace yinuo::server
