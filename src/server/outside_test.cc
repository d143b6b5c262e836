// What goes out: webhooks, the public log, alerts to people, and customers' own data.
#include <doctest/doctest.h>

#include <algorithm>

#include "connect/testing.h"
#include "engine/tenants.h"
#include "server/business_testing.h"
#include "server/dispatcher.h"
#include "server/webhooks.h"
#include "tlog/audit.h"
#include "tlog/checkpoint.h"

namespace yinuo::server {
namespace {

Config with_private_webhooks() {
    auto config = House::generous();
    config.private_webhooks = true;
    return config;
}

struct Office {
    House house{std::make_unique<store::MemoryStore>(), with_private_webhooks()};
    const Company& acme = house.acme;
    std::string owner = lasting_key(house, acme);

    http::testing::Reply post(std::string_view path, std::string body = {},
                              std::string headers = {}) {
        return send(house, "POST", path,
                    {.token = owner, .body = std::move(body), .headers = std::move(headers)});
    }
    http::testing::Reply get(std::string_view path) {
        return house.ask("GET", path, {.token = owner});
    }
    void report(std::string body) {
        const auto reply = post("/api/v1/facts?source=crm", std::move(body));
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
    }
    // The number of deliveries in that state.
    std::size_t deliveries(const std::string& webhook, std::string_view state) {
        return Body(get("/api/v1/webhooks/" + webhook + "/deliveries?state=" + std::string(state)))
            .at("items")
            .items.size();
    }
};

struct Hooked {
    std::string id, secret;
};
Hooked hook(Office& office, const std::string& url, std::string_view types = "[]") {
    const auto reply = office.post(
        "/api/v1/webhooks", R"({"url":")" + url + R"(","types":)" + std::string(types) + "}");
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const Body body(reply);
    return {std::string(body.at("webhook").find("id")->text), body.text("secret")};
}

std::string header_of(const std::string& request, const std::string& name) {
    const auto at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

}  // namespace

TEST_CASE("an event is delivered, signed by every secret in force, and is then done") {
    Office office;
    connect::testing::Receiver receiver([](const std::string&) {
        return connect::testing::Reply{connect::testing::answer("200 OK")};
    });
    const auto hooked = hook(office, receiver.url(), R"(["obligation.start*"])");
    publish_promise(office.house, office.acme);
    office.report(fact_json("a", "order.placed", "order/1"));
    const auto arrived = soon([&] { return office.deliveries(hooked.id, "done") == 1; });
    REQUIRE_MESSAGE(arrived, office.get("/api/v1/webhooks/" + hooked.id + "/deliveries").body);
    const auto requests = receiver.requests();
    REQUIRE(requests.size() == 1);
    const auto body = requests[0].substr(requests[0].find("\r\n\r\n") + 4);
    CHECK(body.find(R"("type":"com.yinuo.obligation.started")") != std::string::npos);
    CHECK(body.find(R"("source":"/tenants/acme")") != std::string::npos);
    const std::vector secrets{*vault::WebhookSecret::parse(hooked.secret)};
    CHECK(vault::verify_webhook(
        {header_of(requests[0], "webhook-id"), header_of(requests[0], "webhook-timestamp"),
         header_of(requests[0], "webhook-signature")},
        body, secrets, office.house.clock.now().millis));
    // A secret is shown once; a new one signs beside the old one.
    CHECK_FALSE(office.get("/api/v1/webhooks/" + hooked.id).says("whsec_"));
    const auto renewed = office.post("/api/v1/webhooks/" + hooked.id + "/rotate");
    CHECK(renewed.says("whsec_"));
    REQUIRE(office.post("/api/v1/webhooks/" + hooked.id + "/test").status == 202);
    REQUIRE(soon([&] { return office.deliveries(hooked.id, "done") == 2; }));
    const auto both = header_of(receiver.requests()[1], "webhook-signature");
    CHECK(std::ranges::count(both, ',') == 2);
}

TEST_CASE("a receiver that fails is tried again, and a dead delivery can be replayed") {
    Office office;
    std::atomic<bool> fails = true;
    connect::testing::Receiver receiver([&](const std::string&) {
        return connect::testing::Reply{connect::testing::answer(fails ? "500 No" : "200 OK")};
    });
    const auto hooked = hook(office, receiver.url());
    REQUIRE(office.post("/api/v1/webhooks/" + hooked.id + "/test").status == 202);
    // Two days of patience, an hour each look.
    REQUIRE(soon([&] {
        office.house.clock.advance(hours(1));
        return office.deliveries(hooked.id, "dead") == 1;
    }));
    CHECK(receiver.requests().size() == 10);
    const auto list = office.get("/api/v1/webhooks/" + hooked.id + "/deliveries?state=dead");
    const Body dead(list);
    const auto& delivery = dead.at("items").items[0];
    CHECK(delivery.find("attempts")->text == "10");
    CHECK(delivery.find("answer")->find("status")->text == "500");
    fails = false;
    const auto id = std::string(delivery.find("id")->text);
    // Who may look may not send.
    CHECK(send(office.house, "POST", "/api/v1/deliveries/" + id + "/replay",
               {.token = office.house.key(office.acme, permissions_of(Role::Manager))})
              .status == 403);
    CHECK(office.post("/api/v1/deliveries/" + id + "/replay").status == 202);
    REQUIRE(soon([&] { return office.deliveries(hooked.id, "done") == 1; }));
    CHECK(office.post("/api/v1/deliveries/999/replay").status == 404);
}

TEST_CASE("a receiver that is gone is sent nothing more") {
    Office office;
    connect::testing::Receiver receiver([](const std::string&) {
        return connect::testing::Reply{connect::testing::answer("410 Gone")};
    });
    const auto hooked = hook(office, receiver.url());
    REQUIRE(office.post("/api/v1/webhooks/" + hooked.id + "/test").status == 202);
    REQUIRE(soon([&] { return office.deliveries(hooked.id, "dead") == 1; }));
    const auto shown = office.get("/api/v1/webhooks/" + hooked.id);
    CHECK(shown.says("\"enabled\":false"));
    CHECK(shown.says("\"why_disabled\":\"410\""));
    CHECK(office.post("/api/v1/webhooks/" + hooked.id + "/test").status == 409);
    CHECK(office.get("/api/v1/audit").says("webhook.disabled"));
    CHECK(receiver.requests().size() == 1);
}

TEST_CASE("a webhook's address and types are looked at before it is kept") {
    Office office;
    for (const auto* url : {"ftp://x.example/a", "https://user:pw@x.example/", "https:///x",
                            "https://x example/", "x.example.com"})
        CHECK_MESSAGE(
            office.post("/api/v1/webhooks", R"({"url":")" + std::string(url) + "\"}").status == 422,
            url);
    CHECK(office.post("/api/v1/webhooks", R"({"url":"https://x.example/","types":["Up!"]})")
              .says("/types/0"));
    CHECK(office.post("/api/v1/webhooks", R"({"types":[]})").status == 422);
    const auto hooked = hook(office, "https://x.example/");
    CHECK(send(office.house, "PATCH", "/api/v1/webhooks/" + hooked.id,
               {.token = office.owner, .body = R"({"enabled":false})"})
              .status == 428);
    const auto changed = send(office.house, "PATCH", "/api/v1/webhooks/" + hooked.id,
                              {.token = office.owner,
                               .body = R"({"enabled":false,"title":"ours"})",
                               .headers = if_match(office.get("/api/v1/webhooks/" + hooked.id))});
    CHECK(changed.says("\"title\":\"ours\""));
    CHECK(send(office.house, "DELETE", "/api/v1/webhooks/" + hooked.id, {.token = office.owner})
              .status == 204);
}

TEST_CASE("without leave to, no webhook reaches our own neighbours") {
    House house;
    connect::testing::Receiver receiver([](const std::string&) {
        return connect::testing::Reply{connect::testing::answer("200 OK")};
    });
    const auto& owner = house.token(house.acme, Role::Owner);
    const auto plain = send(house, "POST", "/api/v1/webhooks",
                            {.token = owner, .body = R"({"url":")" + receiver.url() + "\"}"});
    CHECK(plain.status == 422);
    auto secure = receiver.url();
    secure.replace(0, 4, "https");
    const auto added = send(house, "POST", "/api/v1/webhooks",
                            {.token = owner, .body = R"({"url":")" + secure + "\"}"});
    REQUIRE(added.status == 201);
    const auto id = std::string(Body(added).at("webhook").find("id")->text);
    send(house, "POST", "/api/v1/webhooks/" + id + "/test", {.token = owner});
    CHECK(soon([&] {
        return house.ask("GET", "/api/v1/webhooks/" + id + "/deliveries", {.token = owner})
            .says("\"fault\":\"forbidden\"");
    }));
    CHECK(receiver.connections() == 0);
}

namespace {

// The log as a stranger reads it.
class OverHttp final : public tlog::TileReader {
public:
    OverHttp(House& house, std::string tenant) : house_(house), tenant_(std::move(tenant)) {}
    Result<std::string> read(const tlog::Tile& tile) override {
        const auto reply = house_.ask("GET", "/log/" + tenant_ + "/" + tlog::tile_path(tile));
        if (reply.status != 200) return refuse({.code = "no-tile", .what = {}});
        return reply.body;
    }

private:
    House& house_;
    std::string tenant_;
};

}  // namespace

TEST_CASE("anybody can read the log, tile by tile, and finds it whole") {
    Office office;
    publish_promise(office.house, office.acme);
    std::string list;
    for (int i = 0; i < 300; ++i)
        list += (list.empty() ? "[" : ",") +
                fact_json(std::to_string(i), "order.placed", "order/" + std::to_string(i));
    office.report(list + "]");
    const auto note = office.house.ask("GET", "/log/acme/checkpoint");
    REQUIRE(note.status == 200);
    const auto tenant = engine::tenant(*office.house.store->read(), office.acme.id);
    REQUIRE(tenant);
    const auto key = tlog::VerifierKey::parse(tenant->log_public_key);
    REQUIRE(key);
    const auto opened = tlog::open_checkpoint(
        note.body, {.origin = tenant->origin, .log = {*key}, .witnesses = {}});
    REQUIRE(opened);
    const auto& checkpoint = opened->checkpoint;
    CHECK(checkpoint.size == 301);
    OverHttp tiles(office.house, "acme");
    const auto audit = tlog::audit(tiles, checkpoint.size, checkpoint.root);
    CHECK(audit.entries == 301);
    CHECK(audit.flaws.empty());
    const auto first = tiles.read({});
    REQUIRE(first);
    CHECK(first->size() == 256 * 32);
    const auto last = tiles.read({.index = 1, .width = 45});
    REQUIRE(last);
    CHECK(last->size() == 45 * 32);
    CHECK(office.house.ask("GET", "/log/acme/tile/0/000")
              .header("Cache-Control")
              .contains("immutable"));
    CHECK(office.house.ask("GET", "/log/acme/tile/entries/000").status == 200);
    for (const auto* path :
         {"/log/acme/tile/0/001", "/log/acme/tile/0/001.p/46", "/log/acme/tile/0/1",
          "/log/acme/tile/x/000", "/log/none/checkpoint", "/log/acme/tile/0/x001/000"})
        CHECK_MESSAGE(office.house.ask("GET", path).status == 404, path);
}

TEST_CASE("a warning waits for somebody who acknowledges it") {
    Office office;
    publish_promise(office.house, office.acme);
    office.report(fact_json("a", "order.placed", "order/1"));
    office.house.clock.advance(hours(20));
    std::string id;
    REQUIRE(soon([&] {
        const Body body(office.get("/api/v1/alerts?open=true"));
        if (body.at("items").items.empty()) return false;
        id = body.at("items").items[0].find("id")->text;
        return true;
    }));
    CHECK(office.get("/api/v1/alerts").says("\"what\":\"warning\""));
    const auto done = office.post("/api/v1/alerts/" + id + "/acknowledge");
    CHECK(done.status == 200);
    CHECK(done.says("acknowledged_by"));
    CHECK(Body(office.get("/api/v1/alerts?open=true")).at("items").items.empty());
    CHECK(office.post("/api/v1/alerts/999/acknowledge").status == 404);
    CHECK(office.post("/api/v1/alerts/one/acknowledge").status == 404);
    CHECK(office.get("/api/v1/alerts?open=perhaps").status == 422);
}

TEST_CASE("a customer takes their data along, and is forgotten for good") {
    Office office;
    publish_promise(office.house, office.acme);
    office.report(fact_json("a", "order.placed", "order/1",
                            R"(,"customer":"C-1","personal":{"phone":"13800000000"})"));
    const auto all = office.get("/api/v1/customers/C-1/export");
    REQUIRE_MESSAGE(all.status == 200, all.body);
    CHECK(all.says("13800000000"));
    CHECK(office.get("/api/v1/audit").says("customer.export"));
    CHECK(office.post("/api/v1/customers/C-1/erase", "{}").status == 422);
    CHECK(office.post("/api/v1/customers/C-1/erase", R"({"reason":"asked to be"})").status == 204);
    CHECK(office.get("/api/v1/customers/C-1/export").status == 404);
    CHECK(office.post("/api/v1/customers/C-1/erase", R"({"reason":"again"})").status == 404);
    const auto facts = office.get("/api/v1/facts?subject=order/1");
    CHECK(facts.says("\"sealed\":true"));
    CHECK_FALSE(facts.says("13800000000"));
    const auto list = office.get("/api/v1/obligations");
    const auto id = std::string(Body(list).at("items").items[0].find("id")->text);
    CHECK(office.get("/api/v1/obligations/" + id + "/receipt").status == 410);
}

}  // namespace yinuo::server
