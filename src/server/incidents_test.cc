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

TEST_CASE("a preview says what the policy makes of it: budgets, approvals, customers' caps") {
    House house;
    const auto& company = house.acme;
    publish_promise(house, company, kAnswerSoon);
    REQUIRE(move_money(house, company, "deposit", "1000.00").status == 201);
    REQUIRE(put_policy(house, company,
                       R"({"budgets":[{"promise":"answer-soon","period":"month","most":"70.00",
                                      "currency":"CNY"},
                                     {"promise":"other","period":"year","most":"1.00",
                                      "currency":"CNY"}],
                          "caps":[{"period":"month","most":"50.00","currency":"CNY"}],
                          "approvals":[{"above":"35.00","currency":"CNY","role":"owner"}]})")
                .status == 200);
    REQUIRE(send(house, "POST", "/api/v1/incidents",
                 {.token = company.tokens.at(Role::Manager), .body = std::string(kOutage)})
                .status == 201);
    break_chat(house, company, "chat/1", "20", "C-1");  // 20.00 each, held
    break_chat(house, company, "chat/2", "20", "C-2");
    const auto shown =
        preview(house, company, R"({"gift":{"kind":"bill credit","unit":"CNY","amount":"40.00"}})");
    REQUIRE_MESSAGE(shown.status == 200, shown.body);
    CHECK_MESSAGE(shown.says(R"("budgets":[{"promise":"answer-soon","period":"month",)"
                             R"("currency":"CNY","from":"2026-03-01","until":"2026-04-01",)"
                             R"("left":"70.00","needed":"100.00","after":"-30.00"}])"),
                  shown.body);
    CHECK_MESSAGE(shown.says(R"("caps":[{"period":"month","most":"50.00","currency":"CNY",)"
                             R"("customers":2,"cut":"20.00"}])"),
                  shown.body);
    CHECK_MESSAGE(shown.says(R"("approvals":[])"), shown.body);  // 30.00 each, once they are cut
}

TEST_CASE("three breaches alike declare an incident by themselves, and its members are found") {
    House house;
    const auto& company = house.acme;
    publish_promise(house, company, kAnswerSoon);
    REQUIRE(move_money(house, company, "deposit", "1000.00").status == 201);
    const auto& owner = company.tokens.at(Role::Owner);
    constexpr std::string_view kRule =
        R"("title":{"zh":"客服中断","en":"Desk outage"},"cause":"power","promise":"answer-soon",
           "group":"size","within_minutes":60,"least":3})";
    const auto add = [&](Role role, std::string_view name) {
        return send(house, "POST", "/api/v1/incident-rules",
                    {.token = company.tokens.at(role),
                     .body = R"({"name":")" + std::string(name) + "\"," + std::string(kRule)});
    };
    CHECK(add(Role::Agent, "by-size").status == 403);
    CHECK(add(Role::Owner, "By Size").status == 422);
    const auto added = add(Role::Owner, "by-size");
    REQUIRE_MESSAGE(added.status == 201, added.body);
    CHECK(add(Role::Owner, "by-size").status == 409);
    for (const auto* number : {"1", "2", "3"})
        break_chat(house, company, "chat/" + std::string(number), "20", "C-" + std::string(number));
    break_chat(house, company, "chat/9", "21");
    CHECK(soon([&] {
        return Body(house.ask("GET", "/api/v1/incidents/1/members", {.token = owner}))
                   .at("items")
                   .items.size() == 3;
    }));
    const auto found = read(house, company);
    CHECK(Body(found).text("rule") == "by-size");
    CHECK(Body(found).text("declared_by") == "rule:by-size");
    CHECK(Body(found).text("condition") == "(size) = 20");
    CHECK(house.ask("GET", "/api/v1/jobs", {.token = owner}).says(R"("created_by":"system")"));
    const auto tried =
        send(house, "POST", "/api/v1/incident-rules/by-size/try?from=2026-03-01T00:00:00Z",
             {.token = owner});
    REQUIRE_MESSAGE(tried.status == 200, tried.body);
    CHECK(tried.says(R"("members":3)"));
    CHECK(send(house, "POST", "/api/v1/incident-rules/by-size/try?from=2036-01-01T00:00:00Z",
               {.token = owner})
              .status == 422);

    const auto rule = house.ask("GET", "/api/v1/incident-rules/by-size", {.token = owner});
    const auto change = [&](std::string_view method, std::string headers, std::string body) {
        return send(house, method, "/api/v1/incident-rules/by-size",
                    {.token = owner, .body = std::move(body), .headers = std::move(headers)});
    };
    CHECK(change("PUT", {}, "{" + std::string(kRule)).status == 428);
    CHECK(change("PUT", if_match(rule), "{" + std::string(kRule)).status == 200);
    CHECK(change("DELETE", if_match(rule), {}).status == 412);
    const auto now = house.ask("GET", "/api/v1/incident-rules/by-size", {.token = owner});
    CHECK(change("DELETE", if_match(now), {}).status == 204);
    CHECK(house.ask("GET", "/api/v1/incident-rules", {.token = owner}).says(R"("items":[])"));
}

TEST_CASE("what a restart broke off is gone on with, and nobody need ask") {
    House house;
    const auto& company = house.acme;
    publish_promise(house, company, kAnswerSoon);
    REQUIRE(move_money(house, company, "deposit", "1000.00").status == 201);
    break_chat(house, company, "chat/1", "20");
    const engine::Actor li{.tenant = company.id, .id = "usr_li", .name = "li"};
    const engine::Actor wu{.tenant = company.id, .id = "usr_wu", .name = "wu"};
    const engine::IncidentDecision decision{
        .reason = "all",
        .gift = engine::IncidentGift{.kind = "bill credit", .unit = "CNY", .amount = Decimal(5)}};
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        const auto from = turns.now() - hours(24);
        auto made = TRY(engine::declare_incident(turns, li,
                                                 {.title = {"断", "cut"},
                                                  .cause = "cut",
                                                  .from = from,
                                                  .until = from + hours(48),
                                                  .promise = "answer-soon"}));
        made = TRY(engine::decide_incident(turns, li, made.number, made.etag, decision));
        made = TRY(engine::approve_incident(turns, wu, made.number, made.etag));
        house.service->engine().stop();  // before anybody can begin with it
        return {};
    }));
    house.service->stop();
    auto again =
        Service::open(House::generous(), {*house.store, house.clock, house.zones, house.keyring,
                                          house.entropy, house.passwords, house.log});
    REQUIRE(again.has_value());
    house.service = std::move(*again);
    house.service->start();
    CHECK(soon([&] { return Body(read(house, company)).text("state") == "done"; }));
    CHECK(read(house, company).says(R"("payouts":{"reserved":1})"));
}

TEST_CASE("a public incident tells anybody its numbers, and nothing of anybody") {
    House house;
    const auto& company = house.acme;
    publish_promise(house, company, kAnswerSoon);
    REQUIRE(move_money(house, company, "deposit", "1000.00").status == 201);
    REQUIRE(send(house, "POST", "/api/v1/incidents",
                 {.token = company.tokens.at(Role::Manager), .body = std::string(kOutage)})
                .status == 201);
    break_chat(house, company, "chat/1", "20", "C-1");
    const auto shown = [&] { return house.ask("GET", "/public/acme/incidents"); };
    CHECK(shown().says(R"("items":[])"));
    const auto publish = [&](Role role, std::string_view is) {
        return send(house, "PUT", "/api/v1/incidents/1/public",
                    {.token = company.tokens.at(role),
                     .body = R"({"public":)" + std::string(is) + "}",
                     .headers = if_match(read(house, company))});
    };
    CHECK(publish(Role::SecondLine, "true").status == 403);
    REQUIRE(publish(Role::Manager, "true").status == 200);
    const auto reply = shown();
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    CHECK(reply.says(R"("members":1,"made_good":0)"));
    CHECK(reply.says("客服中断"));
    CHECK_FALSE(reply.says("chat/1"));
    CHECK_FALSE(reply.says("size"));
    CHECK(house.ask("GET", "/public/other/incidents").says(R"("items":[])"));
    CHECK(house.ask("GET", "/public/nobody/incidents").status == 404);
    REQUIRE(publish(Role::Owner, "false").status == 200);
    CHECK(shown().says(R"("items":[])"));
}

}  // namespace yinuo::server
