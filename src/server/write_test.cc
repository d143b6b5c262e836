// What every route that writes or lists owes its callers: idempotency, pages, versions, rates, and
// refusals that say everything at once.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "server/idempotency.h"
#include "server/routes.h"
#include "server/testing.h"

namespace yinuo::server {
namespace {

std::string new_key(std::string_view name) {
    return R"({"name":")" + std::string(name) + R"(","permissions":["facts.write"]})";
}

std::size_t keys_of(House& house) {
    return house.store->read()->documents(house.acme.id, kKeys, "", 1000).size();
}

}  // namespace

TEST_CASE("a request that is sent again with its Idempotency-Key has one effect") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    const auto add = [&](std::string_view name, std::string_view key, const std::string& token) {
        return house.ask("POST", "/api/v1/keys",
                         {.token = token,
                          .body = new_key(name),
                          .headers = "Idempotency-Key: " + std::string(key) + "\r\n"});
    };
    const auto first = add("one", "k-1", owner);
    const auto again = add("one", "k-1", owner);
    REQUIRE(first.status == 201);
    CHECK(again.status == 201);
    CHECK(again.body == first.body);  // also the key's text, which is nowhere else
    CHECK(again.header("Location") == first.header("Location"));
    CHECK(again.header("Idempotency-Replayed") == "true");
    CHECK(keys_of(house) == 1);
    // What is kept of it can't be read in the store.
    const auto text = Body(first).text("text");
    for (const auto& document : house.store->read()->documents(house.acme.id, kIdempotency, "", 10))
        CHECK_FALSE(document.body.contains(text));

    const auto other = add("two", "k-1", owner);
    CHECK(other.status == 422);
    CHECK(Body(other).text("code") == "idempotency-key-reused");
    CHECK(add("two", "k-2", owner).status == 201);
    // Somebody else's equal key is another.
    CHECK(add("one", "k-1", house.token(house.other, Role::Owner))
              .header("Idempotency-Replayed")
              .empty());
    // A refusal isn't kept: mended, the request may come again.
    CHECK(house
              .ask("POST", "/api/v1/keys",
                   {.token = owner, .body = "{}", .headers = "Idempotency-Key: k-3\r\n"})
              .status == 422);
    CHECK(add("three", "k-3", owner).status == 201);
    house.clock.advance(hours(6));
    CHECK(add("one", "k-1", owner).header("Idempotency-Replayed") == "true");
    CHECK(add("x", "", owner).status == 422);
}

TEST_CASE("the same request while the first is still being worked on is refused") {
    House house;
    const auto& things = house.service->things();
    const auto find = [](std::string_view operation) {
        static const auto all = all_routes();
        for (const auto& route : all)
            if (route.operation == operation) return &route;
        return static_cast<const Route*>(nullptr);
    };
    Call call{.request = {},
              .parameters = {},
              .who = {},
              .things = things,
              .route = find("addKey"),
              .request_id = {},
              .at = {}};
    call.request.headers.add("idempotency-key", "k");
    {
        const auto first = Once::of(call);
        REQUIRE(first.has_value());
        CHECK(first->has_value());
        const auto second = Once::of(call);
        REQUIRE_FALSE(second.has_value());
        CHECK(status_of(second.error().error) == 409);
    }
    CHECK(Once::of(call).has_value());
}

TEST_CASE("pages show everything once and end") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    std::set<std::string> seen;
    std::string path = "/api/v1/users?limit=4";
    int pages = 0;
    while (!path.empty()) {
        const auto reply = house.ask("GET", path, {.token = owner});
        REQUIRE(reply.status == 200);
        const Body body(reply);
        for (const auto& item : body.at("items").items)
            CHECK(seen.insert(std::string(item.find("id")->text)).second);
        const auto link = reply.header("Link");
        CHECK(link.empty() == body.text("next").empty());
        path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        REQUIRE(++pages < 5);
    }
    CHECK(pages == 2);
    CHECK(seen.size() == 6);
    for (const auto* query :
         {"?limit=0", "?limit=201", "?limit=x", "?cursor=%25", "?limit=0&cursor=%25"})
        CHECK(house.ask("GET", std::string("/api/v1/users") + query, {.token = owner}).status ==
              422);
}

TEST_CASE("the audit trail is told the latest first, page by page, and of one's own company only") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    for (const auto* name : {"a", "b", "c"})
        CHECK(house.ask("POST", "/api/v1/keys", {.token = owner, .body = new_key(name)}).status ==
              201);
    house.ask("POST", "/api/v1/keys",
              {.token = house.token(house.other, Role::Owner), .body = new_key("theirs")});
    std::vector<std::int64_t> positions;
    int added = 0;
    std::string path = "/api/v1/audit?limit=2";
    while (!path.empty()) {
        const auto reply = house.ask("GET", path, {.token = owner});
        REQUIRE(reply.status == 200);
        const Body body(reply);
        for (const auto& item : body.at("items").items) {
            positions.push_back(*item.find("position")->integer());
            added += item.find("entry")->find("what")->text == "key.added" ? 1 : 0;
        }
        const auto link = reply.header("Link");
        path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    CHECK(added == 3);
    CHECK(std::ranges::is_sorted(positions, std::greater()));
    CHECK(std::ranges::adjacent_find(positions) == positions.end());
}

TEST_CASE("a change must say which version it changes") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    const auto path = "/api/v1/users/" + house.acme.people.at(Role::Agent).user.id;
    const auto change = [&](const std::string& headers) {
        return house.ask("PATCH", path,
                         {.token = owner, .body = R"({"title":"Wang"})", .headers = headers});
    };
    CHECK(change("").status == 428);
    CHECK(change("If-Match: \"7\"\r\n").status == 412);
    CHECK(change("If-Match: W/\"1\"\r\n").status == 412);
    const auto read = house.ask("GET", path, {.token = owner});
    CHECK(read.header("ETag") == "\"1\"");
    const auto changed = change("If-Match: " + read.header("ETag") + "\r\n");
    CHECK(changed.status == 200);
    CHECK(changed.header("ETag") == "\"2\"");
    CHECK(change("If-Match: \"1\"\r\n").status == 412);
    CHECK(house.ask("GET", path, {.token = owner, .headers = "If-None-Match: \"2\"\r\n"}).status ==
          304);
    CHECK(house.ask("GET", path, {.token = owner, .headers = "If-None-Match: \"1\"\r\n"}).status ==
          200);
}

TEST_CASE("a tenant's settings are read, changed by version, and hold who gave them to reason") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    const auto read = house.ask("GET", "/api/v1/settings", {.token = owner});
    REQUIRE(read.status == 200);
    const auto put = [&](std::string_view body, const std::string& etag) {
        return house.ask(
            "PUT", "/api/v1/settings",
            {.token = owner, .body = std::string(body), .headers = "If-Match: " + etag + "\r\n"});
    };
    const auto fine = R"({"title":"甲公司","personal_fields":["name","phone"],)"
                      R"("roster":[{"addressee":"owner","minutes":10},{"addressee":"manager"}]})";
    const auto changed = put(fine, read.header("ETag"));
    CHECK(changed.status == 200);
    CHECK(Body(changed).text("title") == "甲公司");
    CHECK(put(fine, read.header("ETag")).status == 412);
    CHECK_FALSE(
        house.ask("GET", "/api/v1/settings", {.token = house.token(house.other, Role::Owner)})
            .says("甲公司"));
    const auto wrong =
        put(R"({"title":"","personal_fields":"name","roster":[{"minutes":0,"x":1}],"extra":1})",
            changed.header("ETag"));
    CHECK(wrong.status == 422);
    for (const auto* pointer : {"\"/title\"", "\"/personal_fields\"", "\"/roster/0\"",
                                "\"/roster/0/minutes\"", "\"/roster/0/x\"", "\"/extra\""})
        CHECK_MESSAGE(wrong.says(pointer), pointer);
}

TEST_CASE("an operator adds a company, whose owner can then sign in") {
    House house;
    const auto add = [&](std::string_view name) {
        return house.ask("POST", "/api/v1/tenants",
                         {.token = house.token(house.operators, Role::Operator),
                          .body = R"({"name":")" + std::string(name) +
                                  R"(","title":"新公司","owner_login":"li","owner_title":"李雷",)"
                                  R"("owner_password":"a long enough sentence"})"});
    };
    CHECK(add("fresh").status == 201);
    CHECK(add("fresh").status == 409);
    CHECK(add("Not Good").status == 422);
    CHECK(
        house
            .ask("POST", "/api/v1/sessions",
                 {.body = R"({"tenant":"fresh","login":"LI","password":"a long enough sentence"})"})
            .status == 201);
}

TEST_CASE("who asks too often is told how long to wait, and others aren't touched by it") {
    auto config = House::generous();
    config.rate_user = 0.001;  // a burst of ten, then one in a quarter of an hour
    House house(std::make_unique<store::MemoryStore>(), config);
    const auto ask = [&](Role role) {
        return house.ask("GET", "/api/v1/me", {.token = house.token(house.acme, role)});
    };
    for (int i = 0; i < 10; ++i) CHECK(ask(Role::Agent).status == 200);
    const auto refused = ask(Role::Agent);
    CHECK(refused.status == 429);
    CHECK_FALSE(refused.header("Retry-After").empty());
    CHECK_FALSE(refused.header("RateLimit").empty());
    CHECK(ask(Role::Owner).status == 200);
    CHECK(house.ask("GET", "/healthz").status == 200);
}

TEST_CASE("behind a trusted proxy each address has a rate of its own; others can't borrow one") {
    auto config = House::generous();
    config.rate_guest = 0.001;
    const auto ask = [](House& house, const std::string& from) {
        return house.ask("GET", "/api/v1/me", {.headers = "X-Forwarded-For: " + from + "\r\n"})
            .status;
    };
    const auto until_refused = [&](House& house, const std::string& from) {
        for (int i = 0; i < 20; ++i)
            if (ask(house, from) == 429) return true;
        return false;
    };
    {
        config.trusted_proxies = "127.0.0.0/8";
        House house(std::make_unique<store::MemoryStore>(), config);
        CHECK(until_refused(house, "203.0.113.9"));
        CHECK(ask(house, "203.0.113.10") == 401);
        CHECK(ask(house, "203.0.113.10, 203.0.113.9") == 429);
    }
    config.trusted_proxies = "192.0.2.0/24";
    House house(std::make_unique<store::MemoryStore>(), config);
    CHECK(until_refused(house, "203.0.113.9"));
    CHECK(ask(house, "203.0.113.10") == 429);
}

TEST_CASE("what is no JSON, too long, of another type or in another language is said so") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    const auto post = [&](const std::string& body, const std::string& headers = {}) {
        return house.ask("POST", "/api/v1/keys",
                         {.token = owner, .body = body, .headers = headers});
    };
    CHECK(post("{").status == 400);
    CHECK(post(R"({"name":"a","name":"b"})").status == 400);
    CHECK(post("[]").status == 422);
    CHECK(post(std::string(20'000, ' ') + "{}").status == 413);
    const auto zh = post("{}", "Accept-Language: zh-CN\r\n");
    CHECK(zh.says("缺少"));
    CHECK(zh.header("Content-Type") == "application/problem+json");
    CHECK(house.ask("GET", "/api/v1/nothing", {.token = owner}).status == 404);
    const auto wrong = house.ask("PATCH", "/api/v1/keys", {.token = owner});
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow").contains("POST"));
    auto client = house.client();
    CHECK(client
              .ask("POST /api/v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + owner +
                   "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}")
              .status == 415);
}

TEST_CASE("every answer carries the id of its request, and a sound one of the caller's is kept") {
    House house;
    CHECK(house.ask("GET", "/healthz", {.headers = "X-Request-Id: abc-1\r\n"})
              .header("X-Request-Id") == "abc-1");
    const auto made = house.ask("GET", "/healthz", {.headers = "X-Request-Id: no blanks!\r\n"})
                          .header("X-Request-Id");
    CHECK(made.size() > 8);
    CHECK(house.ask("GET", "/nothing").header("X-Request-Id") != made);
}

TEST_CASE("the figures count what was asked, by route and status, and name nobody") {
    House house;
    house.ask("GET", "/api/v1/me", {.token = house.token(house.acme, Role::Agent)});
    house.ask("GET", "/api/v1/me");
    const auto text = house.ask("GET", "/metrics").body;
    CHECK(text.contains("yinuo_http_requests_total{route=\"readMe\",status=\"200\"} 1"));
    CHECK(text.contains("yinuo_http_requests_total{route=\"readMe\",status=\"401\"} 1"));
    CHECK(text.contains("yinuo_log_positions"));
    CHECK_FALSE(text.contains("usr_"));
    CHECK_FALSE(text.contains("acme"));
    CHECK(house.ask("GET", "/readyz").status == 200);
}

TEST_CASE("a clock behind the log keeps nobody out, but readiness and figures tell") {
    House house;
    CHECK(Body(house.ask("GET", "/readyz")).text("clock") == "fine");
    CHECK(house.ask("GET", "/metrics").body.contains("\nyinuo_log_ahead_seconds 0\n"));
    house.clock.advance(hours(-1));
    const auto ready = house.ask("GET", "/readyz");
    CHECK(ready.status == 200);
    CHECK(Body(ready).text("clock") == "log-ahead-of-clock");
    CHECK(house.ask("GET", "/metrics").body.contains("\nyinuo_log_ahead_seconds 3600\n"));
}

}  // namespace yinuo::server
