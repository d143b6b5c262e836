// The designer over HTTP: a text tried, FEEL checked, comments and votes, approvals by teams.
#include <doctest/doctest.h>

#include <algorithm>

#include "server/business_testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kRepair = R"(promise: repair-8h
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 8 个工作小时修好, en: Repaired in 8 working hours}
zone: Asia/Shanghai
subject: repair
facts:
  repair.reported: {zh: 报修, en: reported, fields: [area]}
  repair.done: {zh: 修好, en: repaired}
schedules:
  office:
    weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}
    holidays: [{date: 2026-10-01, name: 国庆节}]
schedule: office
clauses:
  repair:
    title: {zh: 修好, en: Repaired}
    starts: fact = "repair.reported"
    keeps: fact = "repair.done"
    within: 8 work h
remedies:
  late:
    for: repair
    give:
      - {when: 'late > duration("PT16H")', kind: voucher, total: 5.00 CNY}
      - {when: 'late > duration("PT72H")', kind: voucher, total: 10.00 CNY}
)";

struct Desk {
    House house;
    const Company& acme = house.acme;
    std::string manager = house.token(acme, Role::Manager);
    std::string owner = house.token(acme, Role::Owner);

    http::testing::Reply post(std::string_view path, std::string body, std::string headers = {}) {
        return send(house, "POST", path,
                    {.token = manager, .body = std::move(body), .headers = std::move(headers)});
    }
    http::testing::Reply try_text(std::string_view text, std::string_view more = {}) {
        return post("/api/v1/promise-trials",
                    "{\"text\":" + json_text(text) + std::string(more) + "}");
    }
    http::testing::Reply draft(std::string_view text) {
        return send(house, "POST", "/api/v1/promises",
                    {.token = manager, .body = std::string(text), .type = "text/yaml"});
    }
    http::testing::Reply step(std::string_view what, const std::string& token,
                              const http::testing::Reply& before) {
        return send(house, "POST", "/api/v1/promises/live-24h@1/" + std::string(what),
                    {.token = token, .headers = if_match(before)});
    }
    // Another person who may approve, of that team; their session.
    std::string person(std::string name, Role role, std::string team) {
        std::string session;
        REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
            const engine::Actor system{.tenant = 0, .id = "system", .name = "system"};
            User user{.id = {},
                      .login = name,
                      .title = name,
                      .role = role,
                      .password = {},
                      .subjects = {},
                      .team = std::move(team),
                      .created_at = {},
                      .sessions_from = {}};
            const auto kept = TRY(add_user(turns, system, acme.id, std::move(user)));
            session = begin_session(turns, acme.id, kept.user, house.clock.now()).text.expose();
            return {};
        }));
        return session;
    }
};

std::vector<std::string> texts(const wire::Json& list) {
    std::vector<std::string> all;
    for (const auto& item : list.items) all.emplace_back(item.text);
    return all;
}

const wire::Json* of_name(const wire::Json& list, std::string_view key, std::string_view name) {
    for (const auto& item : list.items)
        if (const auto* found = item.find(key); found != nullptr && found->text == name)
            return &item;
    return nullptr;
}

}  // namespace

TEST_CASE("a text tried in the designer says what it means, and nothing is kept") {
    Desk desk;
    const auto reply = desk.try_text(kRepair, R"(,"starts":["2026-09-30T17:00:00+08:00"])");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(reply.says("8 个工作小时"));
    CHECK(body.at("sentences").find("clauses")->items.size() == 1);
    CHECK(body.at("principles").items.size() == 5);
    const auto* clarity = of_name(body.at("principles"), "id", "clarity");
    REQUIRE(clarity != nullptr);
    CHECK(clarity->find("name")->find("zh")->text == "明确性");
    REQUIRE(body.at("deadlines").items.size() == 1);
    const auto& examples = *body.at("deadlines").items[0].find("examples");
    // The usual day, the eve of the national day, the day itself, and the start that was asked for.
    REQUIRE(examples.items.size() == 4);
    const auto* asked = of_name(examples, "occasion", "asked");
    REQUIRE(asked != nullptr);
    // 17:00-18:00, then 10-02 (a Friday) 09:00-12:00 and 13:30-17:30.
    CHECK(asked->find("due")->text == "2026-10-02T09:30:00Z");
    const auto* holiday = of_name(examples, "occasion", "holiday");
    REQUIRE(holiday != nullptr);
    CHECK(holiday->find("start")->text == "2026-10-01T02:00:00Z");
    CHECK(holiday->find("due")->text == "2026-10-05T01:30:00Z");
    CHECK(of_name(examples, "occasion", "holiday_eve") != nullptr);
    const auto& names = body.at("names");
    const auto* reported = of_name(*names.find("kinds"), "name", "repair.reported");
    REQUIRE(reported != nullptr);
    CHECK(texts(*reported->find("fields")) == std::vector<std::string>{"area"});
    const auto* substring = of_name(*names.find("functions"), "name", "substring");
    REQUIRE(substring != nullptr);
    CHECK(substring->find("signatures")->items[0].text.starts_with("substring(string, "));
    CHECK(of_name(*names.find("functions"), "name", "latest") != nullptr);
    const auto* clause = of_name(*body.at("model").find("clauses"), "name", "repair");
    REQUIRE(clause != nullptr);
    CHECK(clause->find("shape")->text == "within");
    CHECK(Body(desk.house.ask("GET", "/api/v1/promises", {.token = desk.manager}))
              .at("items")
              .items.empty());
}

TEST_CASE("a text with errors that is tried has its findings by line, and no guesses") {
    Desk desk;
    std::string broken(kRepair);
    broken.replace(broken.find("8 work h"), 8, "8 parsecs");
    const auto reply = desk.try_text(broken);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    bool found = false;
    for (const auto& finding : body.at("findings").items)
        if (finding.find("severity")->text == "error") {
            found = true;
            CHECK(finding.find("line")->integer() == 20);
        }
    CHECK(found);
    CHECK(body.json().find("sentences") == nullptr);
    CHECK(body.at("names").find("functions")->items.size() > 50);
    CHECK(desk.try_text("").status == 422);
    CHECK(desk.try_text(kRepair, R"(,"starts":["noon"])").status == 422);
    CHECK(send(desk.house, "POST", "/api/v1/promise-trials",
               {.token = desk.house.token(desk.acme, Role::Agent), .body = R"({"text":"x"})"})
              .status == 403);
}

TEST_CASE("a FEEL text says what is wrong where it stands") {
    Desk desk;
    const Body fine(desk.post("/api/v1/feel/check", R"({"text":"late > limit and area = \"x\""})"));
    CHECK(fine.at("fine").truth() == true);
    CHECK(texts(fine.at("names")) == std::vector<std::string>{"late", "limit", "area"});
    const auto reply =
        desk.post("/api/v1/feel/check", R"({"text":"late > ","at":{"line":12,"column":20}})");
    const Body wrong(reply);
    CHECK(wrong.at("fine").truth() == false);
    REQUIRE_FALSE(wrong.at("findings").items.empty());
    CHECK(wrong.at("findings").items[0].find("line")->integer() == 12);
    CHECK(wrong.at("findings").items[0].find("column")->integer().value_or(0) >= 20);
    CHECK(Body(desk.post("/api/v1/feel/check", R"({"text":"> 5, 1","as":"tests"})"))
              .at("fine")
              .truth() == true);
    CHECK(desk.post("/api/v1/feel/check", R"({"text":"1","as":"poem"})").status == 422);
}

TEST_CASE("colleagues comment and vote on a draft; another text leaves their votes behind") {
    Desk desk;
    const auto drafted = desk.draft(kLive24);
    REQUIRE(drafted.status == 201);
    const std::string path = "/api/v1/promises/live-24h@1";
    const auto agent = desk.house.token(desk.acme, Role::Agent);
    for (const auto* text : {"first", "second", "third"})
        REQUIRE(
            send(desk.house, "POST", path + "/comments",
                 {.token = agent, .body = "{\"text\":\"" + std::string(text) + "\",\"line\":12}"})
                .status == 201);
    const Body page(desk.house.ask("GET", path + "/comments?limit=2", {.token = desk.manager}));
    REQUIRE(page.at("items").items.size() == 2);
    const auto next = page.text("next");
    const Body rest(
        desk.house.ask("GET", path + "/comments?limit=2&cursor=" + next, {.token = desk.manager}));
    REQUIRE(rest.at("items").items.size() == 1);
    CHECK(rest.at("items").items[0].find("name")->text == "agent");
    CHECK(desk.house
              .ask("GET", path + "/comments",
                   {.token = desk.house.token(desk.house.other, Role::Owner)})
              .status == 404);

    const auto vote = [&](const std::string& token, std::string_view body) {
        return send(desk.house, "PUT", path + "/vote", {.token = token, .body = std::string(body)});
    };
    REQUIRE(vote(agent, R"({"for":true})").status == 200);
    REQUIRE(vote(desk.owner, R"({"for":true})").status == 200);
    const auto changed = vote(agent, R"({"for":false,"reason":"nobody at weekends"})");
    REQUIRE_MESSAGE(changed.status == 200, changed.body);
    CHECK(Body(changed).at("for").integer() == 1);
    CHECK(Body(changed).at("against").integer() == 1);
    CHECK(Body(changed).at("mine").truth() == false);
    CHECK(vote(agent, "{}").status == 422);
    CHECK(vote(desk.house.token(desk.acme, Role::Auditor), R"({"for":true})").status == 403);

    std::string text(kLive24);
    text.replace(text.find("within: 24 h"), 12, "within: 36 h");
    const auto again = send(
        desk.house, "PUT", path,
        {.token = desk.manager, .body = text, .type = "text/yaml", .headers = if_match(drafted)});
    REQUIRE(again.status == 200);
    const Body votes(desk.house.ask("GET", path + "/vote", {.token = agent}));
    CHECK(votes.at("for").integer() == 0);
    CHECK(votes.at("items").items.size() == 2);
    CHECK(votes.json().find("mine") == nullptr);
    const auto audit = desk.house.ask("GET", "/api/v1/audit", {.token = desk.owner});
    CHECK(audit.says("promise.vote"));
    CHECK(audit.says("promise.comment"));
}

TEST_CASE("a back-test of exactly this text becomes evidence; what is published isn't discussed") {
    Desk desk;
    auto reply = desk.draft(kLive24);
    REQUIRE(reply.status == 201);
    const std::string path = "/api/v1/promises/live-24h@1";
    const auto run = [&](std::string promise) {
        const auto job = desk.post("/api/v1/backtests", "{\"promises\":[" + json_text(promise) +
                                                            R"(],"history":{"from":"live"}})");
        REQUIRE_MESSAGE(job.status == 202, job.body);
        const auto id = Body(job).text("id");
        REQUIRE(soon([&] {
            return desk.house.ask("GET", "/api/v1/jobs/" + id + "/result", {.token = desk.manager})
                       .status == 200;
        }));
        return id;
    };
    const auto comment = [&](const std::string& job) {
        return desk.post(path + "/comments", R"({"text":"see","backtest":")" + job + "\"}");
    };
    const auto made = comment(run("live-24h@1"));
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const Body body(made);
    CHECK(body.at("evidence").find("obligations")->find("total")->integer() == 0);
    CHECK(body.at("evidence").find("report_sha256")->text.size() == 64);
    CHECK(comment(run(std::string(kRepair))).status == 422);
    CHECK(comment("job_none").status == 422);

    for (const auto& [step, token] :
         {std::pair("check", desk.manager), std::pair("approve", desk.owner),
          std::pair("publish", desk.manager)}) {
        reply = desk.step(step, token, reply);
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
    }
    CHECK(desk.post(path + "/comments", R"({"text":"late"})").status == 409);
    CHECK(
        send(desk.house, "PUT", path + "/vote", {.token = desk.manager, .body = R"({"for":true})"})
            .status == 409);
    CHECK(Body(desk.house.ask("GET", path + "/comments", {.token = desk.manager}))
              .at("items")
              .items.size() == 1);
}

TEST_CASE("where two departments approve, somebody of each does, and never the author") {
    Desk desk;
    const auto settings = desk.house.ask("GET", "/api/v1/settings", {.token = desk.owner});
    const auto set = send(
        desk.house, "PUT", "/api/v1/settings",
        {.token = desk.owner,
         .body = R"({"title":"t","personal_fields":["phone"],"roster":[{"addressee":"owner"}],)"
                 R"("approving_teams":["operations","marketing"]})",
         .headers = if_match(settings)});
    REQUIRE_MESSAGE(set.status == 200, set.body);
    CHECK(texts(Body(set).at("approving_teams")).size() == 2);

    const auto operations = desk.person("ops@x", Role::Manager, "operations");
    const auto second = desk.person("ops2@x", Role::Manager, "operations");
    const auto marketing = desk.person("mkt@x", Role::Owner, "marketing");
    auto reply = desk.draft(kLive24);
    REQUIRE(reply.status == 201);
    reply = desk.step("check", desk.manager, reply);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    CHECK(texts(Body(reply).at("teams_missing")) ==
          std::vector<std::string>{"operations", "marketing"});
    CHECK(Body(desk.step("approve", desk.manager, reply)).text("code") == "same-person");
    const auto nobody = desk.step("approve", desk.owner, reply);  // of no team
    CHECK(nobody.status == 403);
    CHECK(Body(nobody).text("code") == "not-your-team");

    const auto half = desk.step("approve", operations, reply);
    REQUIRE_MESSAGE(half.status == 200, half.body);
    CHECK(Body(half).text("stage") == "checked");
    CHECK(texts(Body(half).at("teams_missing")) == std::vector<std::string>{"marketing"});
    CHECK(Body(half).at("approvals").items[0].find("team")->text == "operations");
    CHECK(desk.step("publish", desk.manager, half).status == 409);
    CHECK(Body(desk.step("approve", second, half)).text("code") == "approved-already");

    // Another text has no approval yet.
    std::string text(kLive24);
    text.replace(text.find("within: 24 h"), 12, "within: 36 h");
    reply =
        send(desk.house, "PUT", "/api/v1/promises/live-24h@1",
             {.token = desk.manager, .body = text, .type = "text/yaml", .headers = if_match(half)});
    REQUIRE(reply.status == 200);
    CHECK(Body(reply).at("approvals").items.empty());
    for (const auto& [step, token, stage] :
         {std::tuple("check", desk.manager, "checked"), std::tuple("approve", second, "checked"),
          std::tuple("approve", marketing, "approved"),
          std::tuple("publish", desk.manager, "published")}) {
        reply = desk.step(step, token, reply);
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
        CHECK(Body(reply).text("stage") == stage);
    }
    CHECK(Body(reply).at("approvals").items.size() == 2);
}

TEST_CASE("a team that is asked for after the approval still has to approve") {
    Desk desk;
    auto reply = desk.draft(kLive24);
    reply = desk.step("check", desk.manager, reply);
    reply = desk.step("approve", desk.owner, reply);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    CHECK(Body(reply).at("approvals").items.size() == 1);
    const auto settings = desk.house.ask("GET", "/api/v1/settings", {.token = desk.owner});
    REQUIRE(send(desk.house, "PUT", "/api/v1/settings",
                 {.token = desk.owner,
                  .body = R"({"title":"t","personal_fields":[],"roster":[{"addressee":"owner"}],)"
                          R"("approving_teams":["marketing"]})",
                  .headers = if_match(settings)})
                .status == 200);
    const auto refused = desk.step("publish", desk.manager, reply);
    CHECK(refused.status == 409);
    CHECK(Body(refused).text("code") == "approval-missing");
    const auto marketing = desk.person("mkt@x", Role::Manager, "marketing");
    reply = desk.step("approve", marketing, reply);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    CHECK(desk.step("publish", desk.manager, reply).status == 200);
}

TEST_CASE("a person's team is said when they are added or changed") {
    Desk desk;
    const auto added = send(desk.house, "POST", "/api/v1/users",
                            {.token = desk.owner,
                             .body = R"({"login":"li@x","title":"Li","role":"manager",)"
                                     R"("team":"operations","password":"a long sentence"})"});
    REQUIRE_MESSAGE(added.status == 201, added.body);
    CHECK(Body(added).text("team") == "operations");
    const auto path = "/api/v1/users/" + Body(added).text("id");
    const auto moved =
        send(desk.house, "PATCH", path,
             {.token = desk.owner, .body = R"({"team":"marketing"})", .headers = if_match(added)});
    REQUIRE_MESSAGE(moved.status == 200, moved.body);
    CHECK(Body(desk.house.ask("GET", path, {.token = desk.owner})).text("team") == "marketing");
}

}  // namespace yinuo::server
