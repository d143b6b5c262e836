// The life of a promise and of a calendar over HTTP, and back-tests of both.
#include <doctest/doctest.h>

#include "server/business_testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kOffice = R"(zone: Asia/Shanghai
weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}
holidays:
  - {date: 2026-10-01, name: 国庆节}
makeup_days: [{date: 2026-10-10, name: 国庆节调休}]
)";

struct Desk {
    House house;
    const Company& acme = house.acme;
    std::string manager = house.token(acme, Role::Manager);
    std::string owner = house.token(acme, Role::Owner);

    http::testing::Reply post(std::string_view path, std::string body, std::string headers = {},
                              std::string type = "application/json") {
        return send(house, "POST", path,
                    {.token = manager,
                     .body = std::move(body),
                     .type = std::move(type),
                     .headers = std::move(headers)});
    }
    http::testing::Reply get(std::string_view path) {
        return house.ask("GET", path, {.token = manager});
    }
    http::testing::Reply draft(std::string text) {
        return post("/api/v1/promises", std::move(text), {}, "text/yaml");
    }
};

std::string changed(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    out.replace(out.find(from), from.size(), to);
    return out;
}

}  // namespace

TEST_CASE("a promise goes from draft to retirement, with a second pair of eyes") {
    Desk desk;
    const auto drafted = desk.draft(std::string(kLive24));
    REQUIRE_MESSAGE(drafted.status == 201, drafted.body);
    CHECK(drafted.header("Location") == "/api/v1/promises/live-24h@1");
    CHECK(desk.draft(std::string(kLive24)).status == 409);
    const std::string path = "/api/v1/promises/live-24h@1";
    CHECK(desk.post(path + "/check", "").status == 428);
    CHECK(desk.post(path + "/check", "", "If-Match: \"9\"\r\n").status == 412);
    CHECK(desk.post(path + "/approve", "", if_match(drafted)).status == 409);  // not checked yet
    const auto checked = desk.post(path + "/check", "", if_match(drafted));
    REQUIRE_MESSAGE(checked.status == 200, checked.body);
    const auto own = desk.post(path + "/approve", "", if_match(checked));
    CHECK(own.status == 403);
    CHECK(Body(own).text("code") == "same-person");
    const auto approved = send(desk.house, "POST", path + "/approve",
                               {.token = desk.owner, .headers = if_match(checked)});
    REQUIRE_MESSAGE(approved.status == 200, approved.body);
    const auto published = desk.post(path + "/publish", "", if_match(approved));
    REQUIRE_MESSAGE(published.status == 200, published.body);
    CHECK(Body(published).text("stage") == "published");
    const auto put = send(desk.house, "PUT", path,
                          {.token = desk.manager,
                           .body = std::string(kLive24),
                           .type = "text/yaml",
                           .headers = if_match(published)});
    CHECK(put.status == 409);
    const auto told = desk.get(path + "/sentence");
    CHECK(told.says("24 小时"));
    CHECK(told.says("within 24 hours"));

    const auto next = changed(changed(kLive24, "version: 1", "version: 2"), "24 h\n", "12 h\n");
    REQUIRE(desk.draft(next).status == 201);
    const auto diff = desk.get(path + "/diff?to=live-24h@2");
    REQUIRE_MESSAGE(diff.status == 200, diff.body);
    CHECK(Body(diff).at("changes").items.size() == 1);
    CHECK(desk.get(path + "/diff?to=live-24h@9").status == 404);
    CHECK(desk.get(path + "/diff").status == 422);

    const auto retired = desk.post(path + "/retire", "", if_match(published));
    CHECK(retired.status == 200);
    CHECK(Body(desk.get("/api/v1/promises")).at("items").items.size() == 2);
}

TEST_CASE("a draft with errors is kept, says them by line and column, and can't be checked") {
    Desk desk;
    const auto broken = changed(kLive24, "within: 24 h", "within: 24 parsecs");
    JsonOut wish;
    wish.open('{').member("text", broken).close('}');
    const auto drafted = desk.post("/api/v1/promises", wish.take());
    REQUIRE_MESSAGE(drafted.status == 201, drafted.body);
    const Body body(drafted);
    bool found = false;
    for (const auto& finding : body.at("findings").items)
        if (finding.find("severity")->text == "error") {
            found = true;
            CHECK(finding.find("line")->integer() == 18);
            CHECK(finding.find("column") != nullptr);
        }
    CHECK(found);
    const auto checked = desk.post("/api/v1/promises/live-24h@1/check", "", if_match(drafted));
    CHECK(checked.status == 422);
    CHECK(checked.says("\"line\": 18"));
    CHECK(desk.get("/api/v1/promises/live-24h@1/sentence").status == 422);
    // Another version's text doesn't come in under this address.
    const auto other = send(desk.house, "PUT", "/api/v1/promises/live-24h@1",
                            {.token = desk.manager,
                             .body = changed(kLive24, "version: 1", "version: 5"),
                             .type = "text/yaml",
                             .headers = if_match(drafted)});
    CHECK(other.status == 422);
    const auto mended = send(desk.house, "PUT", "/api/v1/promises/live-24h@1",
                             {.token = desk.manager,
                              .body = std::string(kLive24),
                              .type = "text/yaml",
                              .headers = if_match(drafted)});
    CHECK(mended.status == 200);
    CHECK(desk.draft("promise: [").status == 422);
    CHECK(desk.post("/api/v1/promises", "{\"txt\":1}").status == 422);
    CHECK(desk.post("/api/v1/promises", "<p/>", {}, "text/xml").status == 415);
}

TEST_CASE("a calendar is kept, shown day by day, and named by promises") {
    Desk desk;
    JsonOut wish;
    wish.open('{').member("name", "office.yaml").member("text", kOffice).close('}');
    const auto added = desk.post("/api/v1/calendars", wish.text());
    REQUIRE_MESSAGE(added.status == 201, added.body);
    CHECK(desk.post("/api/v1/calendars", wish.text()).status == 409);
    const auto year = desk.get("/api/v1/calendars/office.yaml/year/2026");
    REQUIRE_MESSAGE(year.status == 200, year.body);
    const Body body(year);
    const auto& days = body.at("days").items;
    REQUIRE(days.size() == 365);
    CHECK(days[0].find("hours")->items.size() == 2);  // 2026-01-01, a Thursday
    CHECK(days[0].find("hours")->items[0].text == "09:00-12:00");
    CHECK(days[273].find("date")->text == "2026-10-01");
    CHECK(days[273].find("workday")->boolean == false);
    CHECK(days[273].find("name")->text == "国庆节");
    CHECK(days[282].find("workday")->boolean == true);  // a Saturday that is worked
    CHECK(desk.get("/api/v1/calendars/office.yaml/year/twenty").status == 422);
    CHECK(desk.get("/api/v1/calendars/none.yaml/year/2026").status == 404);

    const auto wrong = send(desk.house, "PUT", "/api/v1/calendars/office.yaml",
                            {.token = desk.manager,
                             .body = R"({"text":"weekly: {mon: 25:00-26:00}\n"})",
                             .headers = if_match(added)});
    CHECK(wrong.status == 422);
    CHECK(wrong.says("\"line\": "));
    CHECK(desk.post("/api/v1/calendars", R"({"name":"../x","text":"a"})").status == 422);
    const auto gone = send(desk.house, "DELETE", "/api/v1/calendars/office.yaml",
                           {.token = desk.manager, .headers = if_match(added)});
    CHECK(gone.status == 204);
    CHECK(desk.get("/api/v1/calendars/office.yaml").status == 404);
}

namespace {

constexpr std::string_view kMapping = R"(format: csv
zone: UTC
times: yyyy-MM-dd HH:mm
subject: order/{id}
fields:
  id: {from: id}
  placed: {from: placed, type: instant, required: yes}
  live: {from: live, type: instant}
facts:
  - {fact: order.placed, at: placed}
  - {fact: service.active, at: live}
)";
constexpr std::string_view kHistory = R"(id,placed,live
1,2026-01-05 08:00,2026-01-05 20:00
2,2026-01-06 08:00,2026-01-08 08:00
3,2026-01-07 08:00,
4,2026-01-09 08:00,2026-01-09 09:00
)";

std::string backtest(std::string_view promise) {
    JsonOut out;
    out.open('{').key("promises").open('[').value(promise).close(']').key("history").open('{');
    out.member("format", "csv").member("mapping", kMapping).member("data", kHistory).close('}');
    return out.close('}').take();
}

std::string ended(Desk& desk, const std::string& path) {
    std::string state;
    soon([&] {
        state = Body(desk.get(path)).text("state");
        return state != "queued" && state != "running";
    });
    return state;
}

}  // namespace

TEST_CASE("a back-test runs as a job, and its result is the report") {
    Desk desk;
    const auto asked = desk.post("/api/v1/backtests", backtest(kLive24));
    REQUIRE_MESSAGE(asked.status == 202, asked.body);
    const auto path = asked.header("Location");
    CHECK(ended(desk, path) == "done");
    const auto result = desk.get(path + "/result");
    REQUIRE_MESSAGE(result.status == 200, result.body);
    const Body report(result);
    const auto& obligations = report.at("obligations");
    CHECK(obligations.find("kept")->text == "2");
    CHECK(obligations.find("broken")->text == "2");
    CHECK(Body(desk.get(path)).text("percent") == "100");
    CHECK(Body(desk.get("/api/v1/jobs")).at("items").items.size() == 1);
    CHECK(send(desk.house, "DELETE", path, {.token = desk.manager}).status == 204);
    CHECK(desk.get(path).status == 404);
    CHECK(desk.get(path + "/result").status == 404);
}

TEST_CASE("a back-test on the facts that were reported sees what the live system saw") {
    Desk desk;
    const auto id = publish_promise(desk.house, desk.acme);
    const auto list = "[" + fact_json("a", "order.placed", "order/1") + "," +
                      fact_json("b", "order.placed", "order/2") + "," +
                      fact_json("c", "service.active", "order/2") + "]";
    CHECK(desk.post("/api/v1/facts?source=crm", list).status == 200);
    const auto asked = desk.post("/api/v1/backtests",
                                 R"({"promises":[")" + id + R"("],"history":{"from":"live"}})");
    REQUIRE_MESSAGE(asked.status == 202, asked.body);
    const auto path = asked.header("Location");
    CHECK(ended(desk, path) == "done");
    const Body report(desk.get(path + "/result"));
    CHECK(report.at("obligations").find("kept")->text == "1");
}

TEST_CASE("what is wrong with a back-test is said before it runs") {
    Desk desk;
    const auto wrong = desk.post(
        "/api/v1/backtests",
        R"({"promises":["none@1"],"history":{"format":"csv","mapping":"fields: 7","data":"a"},"by":["1 +"]})");
    CHECK(wrong.status == 422);
    CHECK(wrong.says("/promises/0"));
    CHECK(wrong.says("/history/mapping"));
    CHECK(wrong.says("/by/0"));
    CHECK(desk.post("/api/v1/backtests", R"({"promises":["a@1"]})").status == 422);
    CHECK(desk.post("/api/v1/backtests", R"({"promises":[],"history":{"from":"moon"}})").status ==
          422);
}

TEST_CASE("a job that a restart found unfinished is marked so") {
    Desk desk;
    REQUIRE(desk.house.act([&](engine::Turns& turns) -> Result<void> {
        const Job job{.id = "job_left",
                      .kind = "backtest",
                      .title = "x",
                      .state = Job::State::Running,
                      .created_by = "usr_1",
                      .created_at = turns.now()};
        turns.rows().put_document({.tenant = desk.acme.id,
                                   .collection = std::string(kJobs),
                                   .id = job.id,
                                   .key = {},
                                   .body = job.to_json()});
        return {};
    }));
    Jobs next(*desk.house.store, desk.house.service->engine(), desk.house.log);
    REQUIRE(next.mark_interrupted());
    CHECK(Body(desk.get("/api/v1/jobs/job_left")).text("state") == "interrupted");
    CHECK(desk.get("/api/v1/jobs/job_left/result").status == 409);
}

}  // namespace yinuo::server
