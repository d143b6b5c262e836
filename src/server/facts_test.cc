// Facts over HTTP, and everything that can be asked about what follows from them.
#include <doctest/doctest.h>

#include "engine/receipt.h"
#include "server/business_testing.h"

namespace yinuo::server {
namespace {

struct Shop {
    Shop() { promise = publish_promise(house, house.acme); }
    House house;
    std::string promise;
    std::string key =
        house.key(house.acme, {Permission::FactsWrite, Permission::SubjectsRead}, {"crm"});
    std::string agent = lasting_key(house, house.acme);

    http::testing::Reply report(std::string body, std::string_view query = "",
                                std::string type = "application/json") {
        return send(house, "POST", "/api/v1/facts" + std::string(query),
                    {.token = key, .body = std::move(body), .type = std::move(type)});
    }
    http::testing::Reply get(std::string_view path) {
        return house.ask("GET", path, {.token = agent});
    }
};

std::string at(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? "" : std::string(found->text);
}

}  // namespace

TEST_CASE("one fact is answered with what is owed since, and the same again counts once") {
    Shop shop;
    const auto placed = fact_json("a", "order.placed", "order/1", R"(,"fields":{"city":"上海"})");
    const auto first = shop.report(placed, "?expand=obligations");
    REQUIRE_MESSAGE(first.status == 201, first.body);
    const Body body(first);
    CHECK(body.text("outcome") == "accepted");
    const auto& obligations = body.at("obligations").items;
    REQUIRE(obligations.size() == 1);
    CHECK(at(obligations[0], "state") == "running");
    CHECK(at(obligations[0], "due_at") == "2026-03-11T00:00:00Z");
    CHECK(at(obligations[0], "promise") == "live-24h@1");

    const auto again = shop.report(placed);
    CHECK(again.status == 200);
    CHECK(Body(again).text("outcome") == "duplicate");
    const auto other = shop.report(fact_json("a", "order.cancelled", "order/1"));
    CHECK(other.status == 409);
    CHECK(Body(other).text("code") == "fact-differs");
}

TEST_CASE("a fact that is wrong is refused with every fault and its place") {
    Shop shop;
    const auto reply =
        shop.report(R"({"id":"x","kind":"order.placed","at":"yesterday","sbject":1})");
    CHECK(reply.status == 422);
    const Body body(reply);
    CHECK(body.at("errors").items.size() >= 3);
    CHECK(reply.says("/at"));
    CHECK(reply.says("/sbject"));
    CHECK(shop.report("{").status == 400);
    CHECK(shop.report("[1]").status == 200);  // a list says it item by item
    CHECK(shop.report(fact_json("a", "k", "~own/1")).status == 422);
    CHECK(shop.report("<fact/>", "", "text/xml").status == 415);
    CHECK(shop.report(fact_json("a", "k", "s/1"), "?expand=everything").status == 422);
    CHECK(shop.report(fact_json("a", "k", "s/1"), "?source=erp").status == 403);
    // A person has no source of their own.
    const auto nameless = send(shop.house, "POST", "/api/v1/facts",
                               {.token = shop.house.token(shop.house.acme, Role::Agent),
                                .body = fact_json("a", "k", "s/1")});
    CHECK(nameless.status == 422);
    CHECK(nameless.says("\"field\": \"source\""));
}

TEST_CASE("a list is answered item by item, and refused ones don't touch the others") {
    Shop shop;
    const auto reply =
        shop.report("[" + fact_json("a", "order.placed", "order/1") + "," +
                    R"({"kind":"order.placed"})" + "," + fact_json("b", "order.placed", "order/2") +
                    "," + fact_json("a", "order.placed", "order/1") + "]");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(body.text("accepted") == "2");
    CHECK(body.text("duplicate") == "1");
    CHECK(body.text("refused") == "1");
    const auto& items = body.at("items").items;
    REQUIRE(items.size() == 4);
    CHECK(at(items[0], "outcome") == "accepted");
    CHECK(at(items[1], "outcome") == "refused");
    CHECK(items[1].find("errors")->items.size() == 2);
    CHECK(at(items[2], "subject") == "order/2");
    CHECK(at(items[3], "outcome") == "duplicate");
}

TEST_CASE("many lines go in part by part, and each is answered by its own number") {
    Shop shop;
    std::string lines;
    for (int i = 0; i < 12'000; ++i)
        lines +=
            fact_json("n" + std::to_string(i), "order.seen", "order/" + std::to_string(i % 600)) +
            "\n";
    lines += "{broken\n" + fact_json("last", "order.seen", "order/1");
    const auto reply = shop.report(lines, "", "application/x-ndjson");
    REQUIRE_MESSAGE(reply.status == 200, reply.body.substr(0, 500));
    const Body body(reply);
    CHECK(body.text("accepted") == "12001");
    CHECK(body.text("refused") == "1");
    const auto& items = body.at("items").items;
    REQUIRE(items.size() == 12'002);
    CHECK(at(items[12'000], "line") == "12001");
    CHECK(at(items[12'000], "outcome") == "refused");
    CHECK(at(items[12'001], "index") == "12001");
}

TEST_CASE("lines without a single fact are refused, blank ones among others are not") {
    Shop shop;
    for (const auto* nothing : {"\n", " \r\n\t\n"}) {
        const auto reply = shop.report(nothing, "", "application/x-ndjson");
        CHECK(reply.status == 422);
        CHECK(Body(reply).text("code") == "no-facts");
    }
    const auto one = shop.report("\n\n" + fact_json("a", "order.seen", "order/1") + "\n\n", "",
                                 "application/x-ndjson");
    REQUIRE_MESSAGE(one.status == 200, one.body);
    CHECK(Body(one).text("accepted") == "1");
    CHECK(shop.report("[]").status == 200);
}

TEST_CASE("a byte order mark in front changes nothing about what a body is") {
    Shop shop;
    const std::string mark = "\xEF\xBB\xBF";
    const auto fact = fact_json("a", "order.placed", "order/1");
    const auto one = shop.report(mark + fact, "?expand=obligations");
    REQUIRE_MESSAGE(one.status == 201, one.body);
    CHECK(Body(one).text("outcome") == "accepted");
    CHECK(Body(shop.report(mark + "[" + fact + "]")).text("duplicate") == "1");
    CHECK(Body(shop.report(mark + fact, "", "application/x-ndjson")).text("duplicate") == "1");
    CHECK(shop.report(mark, "", "application/x-ndjson").status == 422);
    CHECK(shop.report(mark + "[]", "", "application/cloudevents+json").status == 422);
}

TEST_CASE("CloudEvents come alone and in batches, under the source that they name") {
    Shop shop;
    const auto any = shop.house.key(shop.house.acme, {Permission::FactsWrite});
    const auto event = [](std::string_view id, std::string_view source) {
        return R"({"specversion":"1.0","id":")" + std::string(id) + R"(","source":")" +
               std::string(source) +
               R"(","type":"order.placed","subject":"order/7","time":"2026-03-10T00:00:00Z"})";
    };
    const auto post = [&](std::string body, std::string type) {
        return send(shop.house, "POST", "/api/v1/facts",
                    {.token = any, .body = std::move(body), .type = std::move(type)});
    };
    CHECK(post(event("1", "/shop"), "application/cloudevents+json").status == 201);
    CHECK(post(event("1", "/shop"), "application/cloudevents+json").status == 200);
    const auto batch = "[" + event("1", "/shop") + "," + event("2", "/shop") + "]";
    const auto both = post(batch, "application/cloudevents-batch+json");
    CHECK(both.status == 200);
    CHECK(Body(both).text("duplicate") == "1");
    CHECK(post(event("3", "/shop"), "application/cloudevents-batch+json").status == 422);
    const auto listed = post("[" + event("3", "/shop") + "]", "application/cloudevents+json");
    CHECK(listed.status == 422);
    CHECK(Body(listed).text("code") == "wrong-kind");
    CHECK(listed.says("application/cloudevents-batch+json"));
    CHECK(post(" [ ]", "application/cloudevents+json; charset=utf-8").status == 422);
    CHECK(post("[]", "application/cloudevents-batch+json").status == 422);  // names no source
    CHECK(post(event("3", "/shop"), "application/cloudevents+json").status == 201);  // not before
    const auto mixed = "[" + event("4", "/a") + "," + event("5", "/b") + "]";
    CHECK(post(mixed, "application/cloudevents-batch+json").status == 422);
}

TEST_CASE("facts are read back with how they stand, the personal part by who may see customers") {
    Shop shop;
    shop.report(fact_json("a", "order.placed", "order/1",
                          R"(,"customer":"C-1","personal":{"phone":"13800000000"})"));
    shop.report(fact_json("b", "order.noted", "order/1"));
    shop.report(
        fact_json("b", "order.noted", "order/1", R"(,"change":"correct","fields":{"x":1})"));
    shop.report(fact_json("c", "order.noted", "order/1"));
    shop.report(fact_json("c", "order.noted", "order/1", R"(,"change":"retract")"));
    const auto seen = shop.get("/api/v1/facts?subject=order/1");
    REQUIRE_MESSAGE(seen.status == 200, seen.body);
    const Body body(seen);
    const auto& items = body.at("items").items;
    REQUIRE(items.size() == 5);
    CHECK(at(items[0], "state") == "in_force");
    for (const auto& item : items) CHECK(at(item, "source") == "crm");
    CHECK(at(*items[0].find("personal"), "phone") == "13800000000");
    CHECK(at(items[1], "state") == "replaced");
    CHECK(at(items[2], "state") == "in_force");
    CHECK(at(items[3], "state") == "retracted");
    CHECK(at(items[4], "state") == "retracted");
    const auto blind =
        send(shop.house, "GET", "/api/v1/facts?subject=order/1", {.token = shop.key});
    CHECK_FALSE(blind.says("13800000000"));
    CHECK(blind.says("\"sealed\":true"));
    CHECK(shop.get("/api/v1/facts").status == 422);
    CHECK(shop.get("/api/v1/facts?subject=order/none").status == 404);
    const auto page = shop.get("/api/v1/facts?subject=order/1&limit=3");
    const auto next = Body(page).text("next");
    CHECK(Body(shop.get("/api/v1/facts?subject=order/1&limit=3&cursor=" + next))
              .at("items")
              .items.size() == 2);
}

TEST_CASE("subjects are listed by name, each with what is owed and what happened") {
    Shop shop;
    for (const auto* name : {"order/1", "order/2", "order/3", "other/1"})
        shop.report(fact_json(name, "order.placed", name));
    const auto first = shop.get("/api/v1/subjects?prefix=order/&limit=2");
    REQUIRE_MESSAGE(first.status == 200, first.body);
    CHECK(Body(first).at("items").items.size() == 2);
    const auto rest =
        shop.get("/api/v1/subjects?prefix=order/&limit=2&cursor=" + Body(first).text("next"));
    CHECK(Body(rest).at("items").items.size() == 1);
    CHECK(Body(rest).text("next").empty());

    const auto one = shop.get("/api/v1/subjects/order%2F1");
    REQUIRE(one.status == 200);
    CHECK(Body(one).at("obligations").items.size() == 1);
    CHECK(shop.get("/api/v1/subjects/order%2F9").status == 404);
    const auto told = shop.get("/api/v1/subjects/order%2F1/timeline");
    REQUIRE_MESSAGE(told.status == 200, told.body);
    CHECK(told.says("业务记录：下单"));
    CHECK(told.says("Live in 24 hours: "));
    // A partner sees only subjects of theirs.
    const auto partner = shop.house.ask(
        "GET", "/api/v1/subjects", {.token = shop.house.token(shop.house.acme, Role::Partner)});
    CHECK(Body(partner).at("items").items.empty());
}

TEST_CASE("a timeline comes step by step, also where many were recorded at once") {
    Shop shop;
    std::string list;
    for (const auto* id : {"a", "b", "c", "d"})
        list += (list.empty() ? "[" : ",") + fact_json(id, "order.noted", "order/1");
    shop.report(list + "]");
    shop.report(fact_json("e", "order.placed", "order/1"));
    const std::string path = "/api/v1/subjects/order%2F1/timeline";
    const auto steps = [](const Body& body) {
        std::vector<std::string> all;
        for (const auto& step : body.at("items").items)
            all.push_back(at(step, "position") + " " + at(step, "what") + " " + at(step, "kind"));
        return all;
    };
    const Body whole(shop.get(path));
    const auto all = steps(whole);
    REQUIRE(all.size() >= 6);  // five facts, and what began with the last
    CHECK(all[0] == all[3]);   // at one position
    CHECK(whole.text("next").empty());
    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, std::size_t{4}, all.size()}) {
        CAPTURE(limit);
        std::vector<std::string> got;
        std::string next;
        for (std::size_t pages = 0; pages == 0 || !next.empty(); ++pages) {
            REQUIRE(pages < all.size());
            const auto reply =
                shop.get(path + "?limit=" + std::to_string(limit) + "&cursor=" + next);
            REQUIRE_MESSAGE(reply.status == 200, reply.body);
            const Body body(reply);
            const auto page = steps(body);
            CHECK(page.size() == std::min(limit, all.size() - got.size()));
            got.insert(got.end(), page.begin(), page.end());
            next = body.text("next");
            CHECK(reply.header("Link").empty() == next.empty());
        }
        CHECK(got == all);
    }
    CHECK(shop.get(path + "?limit=200").status == 200);
    CHECK(shop.get(path + "?limit=201").status == 422);
    // Nobody's cursors: far beyond the end, and no number at all.
    const auto beyond = shop.get(path + "?cursor=MC40Mjk0OTY3Mjk1");  // 0.4294967295
    CHECK(beyond.status == 200);
    CHECK(steps(Body(beyond)).empty());
    CHECK(steps(Body(shop.get(path + "?cursor=eA"))) == all);  // x
}

TEST_CASE("obligations are found by state, due instant and promise, page after page") {
    Shop shop;
    for (int i = 0; i < 5; ++i)
        shop.report(
            fact_json("p" + std::to_string(i), "order.placed", "order/" + std::to_string(i)));
    shop.report(fact_json("q", "service.active", "order/2"));
    const auto count = [&](std::string_view query) {
        const auto reply = shop.get("/api/v1/obligations" + std::string(query));
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
        return Body(reply).at("items").items.size();
    };
    CHECK(count("") == 5);
    CHECK(count("?state=running") == 4);
    CHECK(count("?state=kept,running") == 5);
    CHECK(count("?state=kept&state=at_risk") == 1);
    CHECK(count("?promise=live-24h@1") == 5);
    CHECK(count("?promise=live-24h@2") == 0);
    CHECK(count("?subject=order/3") == 1);
    CHECK(count("?due_until=2026-03-11T00:00:00Z") == 0);
    CHECK(count("?due_from=2026-03-11T00:00:00Z&due_until=2026-03-11T00:00:01Z") == 5);
    std::string cursor, ids;
    for (int pages = 0; pages < 3; ++pages) {
        const auto reply = shop.get("/api/v1/obligations?limit=2&order=-due&cursor=" + cursor);
        const Body body(reply);
        for (const auto& item : body.at("items").items) ids += at(item, "subject") + " ";
        cursor = body.text("next");
    }
    CHECK(cursor.empty());
    CHECK(ids == "order/4 order/3 order/2 order/1 order/0 ");
    const auto wrong = shop.get("/api/v1/obligations?state=late&due_from=now&order=up");
    CHECK(wrong.status == 422);
    CHECK(Body(wrong).at("errors").items.size() == 3);
}

TEST_CASE("an obligation is explained, and its receipt verifies without us") {
    Shop shop;
    shop.report(fact_json("a", "order.placed", "order/1"));
    const auto list = shop.get("/api/v1/obligations");
    const auto id = at(Body(list).at("items").items[0], "id");
    const auto one = shop.get("/api/v1/obligations/" + id);
    REQUIRE(one.status == 200);
    const auto etag = one.header("ETag");
    CHECK_FALSE(etag.empty());
    CHECK(shop.house
              .ask("GET", "/api/v1/obligations/" + id,
                   {.token = shop.agent, .headers = "If-None-Match: " + etag + "\r\n"})
              .status == 304);

    const auto told = shop.house.ask("GET", "/api/v1/obligations/" + id + "/explain",
                                     {.token = shop.agent, .headers = "Accept-Language: zh\r\n"});
    REQUIRE_MESSAGE(told.status == 200, told.body);
    const Body body(told);
    REQUIRE(body.at("account").items.size() == 1);
    CHECK(at(body.at("account").items[0], "due") == "2026-03-11T00:00:00Z");
    CHECK(body.text("text").find("结论：") != std::string::npos);
    CHECK(body.at("steps").items.size() >= 1);

    const auto receipt = shop.get("/api/v1/obligations/" + id + "/receipt");
    REQUIRE_MESSAGE(receipt.status == 200, receipt.body);
    CHECK(receipt.header("Content-Disposition").contains(id));
    const auto verdict = engine::verify_receipt(receipt.body, {}, shop.house.zones);
    CHECK(verdict.fine);
    CHECK(shop.get("/api/v1/obligations/obl_zzzzz").status == 404);
    CHECK(shop.get("/api/v1/obligations/nonsense/explain").status == 404);
}

TEST_CASE("the lanes count what is open by the time that is left") {
    Shop shop;
    shop.report(fact_json("a", "order.placed", "order/1"));
    shop.report(fact_json("b", "order.placed", "order/2"));
    shop.report(fact_json("c", "service.active", "order/2"));
    const auto lanes = [&](std::string_view name) {
        const auto reply = shop.get("/api/v1/lanes");
        REQUIRE(reply.status == 200);
        const Body body(reply);
        return at(body.at("left"), name);
    };
    CHECK(lanes("days") == "1");
    CHECK(at(Body(shop.get("/api/v1/lanes")).at("states"), "kept") == "1");
    shop.house.clock.advance(hours(23) + minutes(59) + seconds(30));
    CHECK(lanes("seconds") == "1");
    shop.house.clock.advance(seconds(40));
    CHECK(soon([&] {
        shop.house.clock.advance(seconds(1));
        return lanes("overdue") == "1";
    }));
    CHECK(lanes("seconds") == "0");
}

}  // namespace yinuo::server
