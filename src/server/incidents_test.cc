// Incidents 群障 as people meet them over HTTP: declared, weighed, decided by two, carried out.
#include <doctest/doctest.h>

#include "server/fund_testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kOutage =
    R"({"title":{"zh":"客服中断","en":"Desk outage"},"cause":"power","promise":"answer-soon",
        "condition":"size < 100","from":"2026-03-10T00:00:00Z","until":"2026-03-12T00:00:00Z"})";

http::testing::Reply read(House& house, const Company& company) {
    return house.ask("GET", "/api/v1/incidents/1", {.token = company.tokens.at(Role::Owner)});
}

http::testing::Reply step_of(House& house, const Company& company, Role role, std::string_view verb,
                             std::string_view body = {}) {
    return send(house, "POST", "/api/v1/incidents/1/" + std::string(verb),
                {.token = company.tokens.at(role),
                 .body = std::string(body),
                 .headers = if_match(read(house, company))});
}

http::testing::Reply preview(House& house, const Company& company, std::string_view body) {
    return send(house, "POST", "/api/v1/incidents/1/preview",
                {.token = company.tokens.at(Role::Owner), .body = std::string(body)});
}

}  // namespace

TEST_CASE("an incident is declared, weighed, decided by two people and carried out once") {
    House house;
    const auto& company = house.acme;
    publish_promise(house, company, kAnswerSoon);
    REQUIRE(move_money(house, company, "deposit", "1000.00").status == 201);
    const auto before = break_chat(house, company, "chat/0", "20", "C-0");
    const auto declared =
        send(house, "POST", "/api/v1/incidents",
             {.token = company.tokens.at(Role::Manager), .body = std::string(kOutage)});
    REQUIRE_MESSAGE(declared.status == 201, declared.body);
    CHECK(declared.header("Location") == "/api/v1/incidents/1");
    // What had been set aside before is held by the job that looks for members.
    CHECK(soon(
        [&] { return Body(read_payout(house, company, before)).text("state") == "approving"; }));
    for (const auto* number : {"1", "2", "3"}) {
        const auto id = break_chat(house, company, "chat/" + std::string(number), "20",
                                   "C-" + std::string(number));
        CHECK(Body(read_payout(house, company, id)).text("state") == "approving");
    }
    const auto other = break_chat(house, company, "chat/9", "100");
    CHECK(Body(read_payout(house, company, other)).text("state") == "reserved");

    constexpr std::string_view kGift = R"({"kind":"bill credit","unit":"CNY","amount":"5.00"})";
    const auto shown = preview(house, company, R"({"gift":)" + std::string(kGift) + "}");
    REQUIRE_MESSAGE(shown.status == 200, shown.body);
    CHECK(shown.says(R"("members":4)"));
    CHECK(shown.says(R"("needed":"20.00")"));
    CHECK(shown.says(R"("to_do":4)"));

    CHECK(step_of(house, company, Role::Agent, "decide", R"({"reason":"no"})").status == 403);
    CHECK(step_of(house, company, Role::Manager, "decide", R"({"reason":""})").status == 422);
    CHECK(step_of(house, company, Role::Manager, "approve").status == 409);
    const auto decided = step_of(house, company, Role::Manager, "decide",
                                 R"({"reason":"整晚中断","gift":)" + std::string(kGift) + "}");
    REQUIRE_MESSAGE(decided.status == 200, decided.body);
    CHECK(step_of(house, company, Role::Manager, "approve").status == 403);
    CHECK(send(house, "POST", "/api/v1/incidents/1/approve",
               {.token = company.tokens.at(Role::Owner), .headers = "If-Match: \"1\"\r\n"})
              .status == 412);
    CHECK(step_of(house, company, Role::Owner, "approve").status == 200);
    CHECK(soon([&] { return Body(read(house, company)).text("state") == "done"; }));
    const auto again =
        send(house, "POST", "/api/v1/incidents/1/run", {.token = company.tokens.at(Role::Owner)});
    CHECK(again.status == 202);
    const auto done = read(house, company);
    CHECK_MESSAGE(done.says(R"("payouts":{"reserved":8})"), done.body);
    const auto members = house.ask("GET", "/api/v1/incidents/1/members?limit=3",
                                   {.token = company.tokens.at(Role::Auditor)});
    CHECK(Body(members).at("items").items.size() == 3);
    CHECK(members.says(R"("next":)"));
    CHECK(step_of(house, company, Role::Owner, "close").status == 200);
    CHECK(step_of(house, company, Role::Owner, "run").status == 409);
    CHECK(house.ask("GET", "/api/v1/incidents/1", {.token = house.token(house.acme, Role::Partner)})
              .status == 403);
}

TEST_CASE("a condition that isn't FEEL and an unknown promise are refused before anything begins") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    const auto declare = [&](std::string_view more) {
        return send(house, "POST", "/api/v1/incidents",
                    {.token = house.acme.tokens.at(Role::Owner),
                     .body = R"({"title":{"zh":"断","en":"cut"},"cause":"x",)" + std::string(more) +
                             R"("from":"2026-03-10T00:00:00Z","until":"2026-03-11T00:00:00Z"})"})
            .status;
    };
    CHECK(declare(R"("promise":"answer-soon","condition":"size <",)") == 422);
    CHECK(declare(R"("promise":"nobody",)") == 422);
    CHECK(house.ask("GET", "/api/v1/incidents", {.token = house.acme.tokens.at(Role::Owner)})
              .says(R"("items":[])"));
}

}  // namespace yinuo::server
