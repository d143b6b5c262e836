// Imports over HTTP: what a preview tells, what is taken, what is rejected and why, and that repeating
// one is harmless.
#include <doctest/doctest.h>

#include <algorithm>

#include "server/business_testing.h"
#include "server/jobs.h"
#include "server/log.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kMapping = R"(zone: Asia/Shanghai
times: [yyyy/M/d H:mm]
subject: order/{id}
customer: "{who}"
fields:
  id: text
  who: {from: customer}
  placed: {type: instant, required: yes}
  done: instant
  amount: number
facts:
  - {fact: order.placed, at: placed, fields: [amount]}
  - {fact: service.active, at: done, id: "{id}/done", fields: []}
)";

// Lines 3, 4 and 6 are off: no number, no time, a cell too many.
constexpr std::string_view kRows =
    "id,customer,placed,done,amount\n"
    "1,C-1,2026/3/10 9:00,2026/3/10 11:00,12.5\n"
    "2,C-2,2026/3/10 9:00,,twelve\n"
    "3,C-3,,,1\n"
    "4,C-4,2026/3/10 9:30,,7\n"
    "5,C-5,2026/3/10 9:30,,7,8\n";

std::string body(std::string_view data, std::string_view mapping = kMapping,
                 std::string_view source = "crm") {
    JsonOut out;
    out.open('{');
    if (!source.empty()) out.member("source", source);
    if (!mapping.empty()) out.member("mapping", mapping);
    return out.member("format", "csv").member("data", data).close('}').take();
}

struct Imported {
    std::string id;
    http::testing::Reply reply;
};
Imported import(House& house, const std::string& text, Role role = Role::Manager) {
    const auto& token = house.acme.tokens.at(role);
    const auto begun = send(house, "POST", "/api/v1/imports", {.token = token, .body = text});
    REQUIRE_MESSAGE(begun.status == 202, begun.body);
    Imported made{.id = Body(begun).text("id"), .reply = {}};
    REQUIRE(soon([&] {
        made.reply = house.ask("GET", "/api/v1/imports/" + made.id, {.token = token});
        const auto state = Body(made.reply).text("state");
        return state != "queued" && state != "running";
    }));
    return made;
}
std::int64_t count(const http::testing::Reply& reply, std::string_view name) {
    return Body(reply).at(name).integer().value_or(-1);
}

}  // namespace

TEST_CASE(
    "a preview tells columns before there is a mapping, and each fault of one that is half "
    "written") {
    House house;
    const auto& token = house.acme.tokens.at(Role::Agent);
    const auto look = [&](const std::string& text) {
        return send(house, "POST", "/api/v1/imports/preview", {.token = token, .body = text});
    };
    const auto bare = look(body(kRows, "", ""));
    REQUIRE_MESSAGE(bare.status == 200, bare.body);
    const Body seen(bare);
    const auto& columns = seen.at("columns").items;
    REQUIRE(columns.size() == 5);
    CHECK(columns[0].find("name")->text == "id");
    CHECK(columns[0].find("type")->text == "number");
    CHECK(columns[2].find("type")->text == "instant");
    CHECK(columns[2].find("times")->text == "yyyy/M/d H:mm");
    CHECK(columns[4].find("type")->text == "text");  // "twelve"
    CHECK(columns[4].find("samples")->items.size() == 4);
    CHECK(seen.at("facts").integer() == 0);

    const Body faulty(
        look(body(kRows, "subject: order/{nr}\nfields: {id: text}\nfacts: []\n", "")));
    REQUIRE(faulty.at("findings").items.size() == 2);
    CHECK(faulty.at("findings").items[0].find("line")->integer() == 1);
    CHECK(faulty.at("columns").items.size() == 5);

    const Body fine(look(body(kRows, kMapping, "")));
    CHECK(fine.at("findings").items.empty());
    CHECK(fine.at("rows").integer() == 5);
    CHECK(fine.at("facts").integer() == 3);
    const auto& rejected = fine.at("rejected_rows").items;
    REQUIRE(rejected.size() == 3);
    CHECK(rejected[0].find("line")->integer() == 3);
    CHECK(rejected[0].find("field")->text == "amount");
    CHECK(rejected[0].find("what")->find("en")->text.contains("twelve"));
    CHECK(rejected[0].find("mend")->find("zh")->text.contains("12"));
    CHECK(rejected[0].find("text")->text == "2,C-2,2026/3/10 9:00,,twelve");
    CHECK(rejected[1].find("field")->text == "placed");
    CHECK(rejected[2].find("line")->integer() == 6);
    const auto& first = *fine.at("first_facts").items[0].find("fact");
    CHECK(first.find("kind")->text == "order.placed");
    CHECK(first.find("at")->text == "2026-03-10T01:00:00Z");
    CHECK(first.find("customer")->text == "C-1");
    // Nothing was taken.
    CHECK(Body(house.ask("GET", "/api/v1/subjects", {.token = token})).at("items").items.empty());
}

TEST_CASE("an import keeps the good rows, tells each bad one, and again makes nothing twice") {
    House house;
    publish_promise(house, house.acme);
    house.clock.advance(hours(4));
    const auto first = import(house, body(kRows));
    CHECK_MESSAGE(Body(first.reply).text("state") == "done", first.reply.body);
    CHECK(count(first.reply, "rows") == 5);
    CHECK(count(first.reply, "rejected") == 3);
    CHECK(count(first.reply, "accepted") == 3);
    CHECK(count(first.reply, "refused") == 0);
    const auto& manager = house.acme.tokens.at(Role::Manager);
    const Body facts(house.ask("GET", "/api/v1/facts?subject=order%2F1", {.token = manager}));
    REQUIRE(facts.at("items").items.size() == 2);
    CHECK(facts.at("items").items[0].find("fields")->find("amount")->text == "12.5");

    const Body page(
        house.ask("GET", "/api/v1/imports/" + first.id + "/rejected?limit=2", {.token = manager}));
    REQUIRE(page.at("items").items.size() == 2);
    CHECK(page.at("items").items[0].find("text") == nullptr);  // the file is its owner's
    const Body rest(house.ask(
        "GET", "/api/v1/imports/" + first.id + "/rejected?limit=2&cursor=" + page.text("next"),
        {.token = manager}));
    REQUIRE(rest.at("items").items.size() == 1);
    CHECK(rest.at("items").items[0].find("line")->integer() == 6);
    const auto csv = house.ask("GET", "/api/v1/imports/" + first.id + "/rejected",
                               {.token = manager, .headers = "Accept: text/csv\r\n"});
    CHECK(csv.header("Content-Type").starts_with("text/csv"));
    CHECK(std::ranges::count(csv.body, '\n') == 4);

    house.clock.advance(seconds(1));
    // The next export begins elsewhere and has one more row: only that is news.
    const auto again = import(house, body("id,customer,placed,done,amount\n"
                                          "4,C-4,2026/3/10 9:30,,7\n"
                                          "1,C-1,2026/3/10 9:00,2026/3/10 11:00,12.5\n"
                                          "6,C-6,2026/3/10 9:40,,1\n"));
    CHECK(count(again.reply, "accepted") == 1);
    CHECK(count(again.reply, "duplicate") == 3);
    CHECK(count(again.reply, "refused") == 0);
    house.clock.advance(seconds(1));
    // What contradicts a fact with an id of its own is refused, with the line.
    const auto other = import(house, body("id,customer,placed,done,amount\n"
                                          "1,C-1,2026/3/10 9:00,2026/3/10 12:00,12.5\n"));
    CHECK(count(other.reply, "refused") == 1);
    const Body refused(
        house.ask("GET", "/api/v1/imports/" + other.id + "/rejected", {.token = manager}));
    REQUIRE(refused.at("items").items.size() == 1);
    CHECK(refused.at("items").items[0].find("code")->text == "fact-differs");
    CHECK(refused.at("items").items[0].find("line")->integer() == 2);

    const Body list(house.ask("GET", "/api/v1/imports", {.token = manager}));
    REQUIRE(list.at("items").items.size() == 3);
    CHECK(list.at("items").items[2].find("id")->text == first.id);  // the latest first
    CHECK(send(house, "DELETE", "/api/v1/imports/" + first.id, {.token = manager}).status == 204);
    CHECK(house.ask("GET", "/api/v1/imports/" + first.id, {.token = manager}).status == 404);
}

TEST_CASE("what stood in a rejected cell lies sealed, and the data is nowhere") {
    House house;
    const auto made = import(house, body(kRows));
    const auto reading = house.store->read();
    for (const auto* collection : {"import", "import-rejected", "job", "job-result"})
        for (const auto& document : reading->documents(house.acme.id, collection, "", 100)) {
            CHECK_FALSE(document.body.contains("twelve"));
            CHECK_FALSE(document.body.contains("C-2"));
        }
}

TEST_CASE("an import that a restart broke off says so") {
    House house;
    const auto made = import(house, body(kRows));
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        auto document = *turns.rows().document(house.acme.id, kJobs, made.id);
        auto job = *Job::from_json(document.body);
        job.state = Job::State::Running;
        document.body = job.to_json();
        ++document.version;
        CHECK(turns.rows().put_document(document));
        return {};
    }));
    REQUIRE(Jobs(*house.store, house.service->engine(), house.log).mark_interrupted());
    const auto& token = house.acme.tokens.at(Role::Manager);
    CHECK(Body(house.ask("GET", "/api/v1/imports/" + made.id, {.token = token})).text("state") ==
          "interrupted");
}

TEST_CASE("a mapping is kept by a name, used by it, and never kept with a fault") {
    House house;
    const auto& owner = house.acme.tokens.at(Role::Owner);
    const auto text = [](std::string_view mapping) {
        JsonOut out;
        return out.open('{').member("text", mapping).close('}').take();
    };
    const auto put = [&](std::string_view mapping, std::string headers = {}) {
        return send(house, "PUT", "/api/v1/mappings/orders-daily",
                    {.token = owner, .body = text(mapping), .headers = std::move(headers)});
    };
    const auto faulty = put("subject: order/{nr}\nfields: {id: text}\nfacts: []\n");
    CHECK(faulty.status == 422);
    CHECK(Body(faulty).at("errors").items.size() == 2);
    const auto made = put(kMapping);
    REQUIRE_MESSAGE(made.status == 201, made.body);
    CHECK(put(kMapping).status == 409);
    CHECK(put(kMapping, if_match(made)).status == 200);
    CHECK(put(kMapping, if_match(made)).status == 412);
    CHECK(count(import(house, body(kRows, "orders-daily")).reply, "accepted") == 3);
    const auto none = send(house, "POST", "/api/v1/imports",
                           {.token = owner, .body = body(kRows, "orders-weekly")});
    CHECK(none.status == 422);
    CHECK(none.body.contains("no-mapping"));
    const auto own = send(house, "POST", "/api/v1/imports",
                          {.token = owner, .body = body(kRows, kMapping, "yinuo")});
    CHECK(own.status == 403);
    CHECK(send(house, "PUT", "/api/v1/mappings/x",
               {.token = house.acme.tokens.at(Role::Manager), .body = text(kMapping)})
              .status == 403);
}

TEST_CASE("the state tells clock, engine, queues and what fails") {
    House house;
    publish_promise(house, house.acme);
    const auto& owner = house.acme.tokens.at(Role::Owner);
    REQUIRE(send(house, "POST", "/api/v1/webhooks",
                 {.token = owner, .body = R"({"url":"https://hooks.invalid/","title":"crm"})"})
                .status == 201);
    import(house, body(kRows));
    const auto reply = house.ask("GET", "/api/v1/state", {.token = owner});
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body state(reply);
    CHECK(state.at("engine").find("running")->truth() == true);
    CHECK(state.at("engine").find("turns")->integer() > 0);
    CHECK(state.at("clock").find("speed")->integer() == 1);
    CHECK(state.at("store").find("entries")->integer() > 0);
    CHECK(state.at("log").find("size")->integer() > 0);
    CHECK(state.at("log").find("checkpoint_at") != nullptr);
    CHECK(state.at("mail").truth() == false);
    CHECK_FALSE(state.text("version").empty());
    REQUIRE(state.at("jobs").items.size() == 1);
    CHECK(state.at("jobs").items[0].find("kind")->text == "import");
    CHECK(house.ask("GET", "/api/v1/state", {.token = house.acme.tokens.at(Role::Agent)}).status ==
          403);
    // Another company's queues are not in it.
    const Body others(
        house.ask("GET", "/api/v1/state", {.token = house.other.tokens.at(Role::Owner)}));
    CHECK(others.at("jobs").items.empty());
    CHECK(others.at("outgoing").find("queues")->items.empty());
}

}  // namespace yinuo::server
