// Customers sign in: with a number and a code, with a link, and into the demo.
#include <doctest/doctest.h>

#include "server/business_testing.h"
#include "server/code_carrier.h"
#include "server/customer_access.h"
#include "server/house_promises.h"

namespace yinuo::server {
namespace {

using http::testing::Reply;

struct Door {
    House house;
    std::string auditor;

    explicit Door(Config config = with_mail())
        : house(std::make_unique<store::MemoryStore>(), std::move(config)) {
        publish_promise(house, house.acme);
        auditor = house.key(house.acme, {Permission::AuditRead});
        house.clock.advance(seconds(1));
        tell("order/4711", "C-1");
        tell("order/4712", "C-2");
        reach("C-1", R"("email":"li@example.com")");
    }
    static Config with_mail() {
        auto config = House::generous();
        config.mail_server = "smtp://127.0.0.1:1";  // nobody listens: codes stay in the queue
        config.mail_from = "care@example.com";
        return config;
    }
    Reply ask(std::string_view method, const std::string& path, std::string body = {},
              std::string headers = {}) {
        return send(house, method, path, {.body = std::move(body), .headers = std::move(headers)});
    }
    void tell(const std::string& subject, const std::string& customer) {
        const auto reply =
            send(house, "POST", "/api/v1/facts?source=crm",
                 {.token = house.token(house.acme, Role::Owner),
                  .body = fact_json(subject, "order.placed", subject,
                                    R"(,"customer":")" + customer + '"', "2026-03-10T00:00:01Z")});
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
    }
    void reach(const std::string& customer, const std::string& how) {
        const auto reply = send(house, "POST", "/api/v1/contacts",
                                {.token = house.token(house.acme, Role::Owner),
                                 .body = R"({"customer":")" + customer + "\"," + how + "}"});
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
    }
    Reply ask_code(const std::string& number, const std::string& tenant = "acme") {
        const auto reply = ask("POST", "/api/v1/customer-codes",
                               R"({"tenant":")" + tenant + R"(","number":")" + number + "\"}");
        // What was asked for before is done before this.
        REQUIRE(house.act([](engine::Turns&) -> Result<void> { return {}; }));
        return reply;
    }
    Reply sign_in(const std::string& number, const std::string& code) {
        return ask("POST", "/api/v1/customer-sessions",
                   R"({"tenant":"acme","number":")" + number + R"(","code":")" + code + "\"}");
    }
    // The newest code that waits to be sent, as only the server could read it.
    std::string code() {
        std::string text;
        const auto reading = house.store->read();
        engine::Keys keys(house.keyring);
        for (const auto& action : waiting(*reading, "cus_1")) {
            const auto task = CodeTask::from_json(action.body);
            REQUIRE(task);
            text = open_text(*reading, keys, action.tenant, task->customer, kCodeTopic,
                             task->purpose(), task->sealed)
                       .value_or("");
            CHECK_FALSE(action.body.contains(text));
        }
        return text;
    }
    std::vector<store::Action> waiting(store::Reading& reading, std::string_view customer) {
        auto all = reading.actions(house.acme.id, customer, store::Action::State::Waiting, 0, 100);
        std::erase_if(all, [](const auto& action) { return action.topic != kCodeTopic; });
        return all;
    }
    int sent() {
        const auto reply = house.ask("GET", "/api/v1/audit?limit=200", {.token = auditor});
        int count = 0;
        for (std::size_t at = 0; (at = reply.body.find("session.code", at)) != std::string::npos;
             ++at)
            ++count;
        return count;
    }
    static std::string other(const std::string& code) {
        return code == "123456" ? "654321" : "123456";
    }
};

}  // namespace

TEST_CASE("a customer signs in with the number of an order and the code that was sent") {
    Door door;
    const auto asked = door.ask_code("4711");
    REQUIRE_MESSAGE(asked.status == 202, asked.body);
    CHECK(Body(asked).at("valid_seconds").integer() == 600);
    CHECK(Body(asked).at("next_after_seconds").integer() == 60);
    const auto code = door.code();
    REQUIRE(code.size() == 6);
    const auto reply = door.sign_in("4711", code);
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const auto cookie = reply.header("Set-Cookie");
    for (const auto* part : {"yn_session=", "HttpOnly", "SameSite=Lax", "Max-Age=7200"})
        CHECK_MESSAGE(cookie.contains(part), cookie);
    const Body body(reply);
    CHECK(body.at("me").find("role")->text == "customer");
    CHECK(body.at("me").find("tenant_name")->text == "acme");
    const auto token = body.text("token");

    const Body mine(send(door.house, "GET", "/api/v1/obligations", {.token = token}));
    REQUIRE(mine.at("items").items.size() == 1);
    CHECK(mine.at("items").items[0].find("subject")->text == "order/4711");
    CHECK(send(door.house, "GET", "/api/v1/users", {.token = token}).status == 403);
    // The cookie does the same, and only from our own pages.
    const auto pair = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
    CHECK(door.ask("GET", "/api/v1/me", {}, pair).status == 200);
    CHECK(
        door.ask("DELETE", "/api/v1/sessions/current", {}, pair + "Origin: http://evil.example\r\n")
            .status == 403);
    // A code is used up by it.
    CHECK(door.sign_in("4711", code).says("bad-sign-in"));
    CHECK(door.ask("DELETE", "/api/v1/sessions/current", {}, pair + "Origin: http://yinuo.test\r\n")
              .status == 204);
    CHECK(door.ask("GET", "/api/v1/me", {}, pair).status == 401);
}

TEST_CASE("a session of a customer ends after two hours, and when they are erased") {
    Door door;
    door.ask_code("C-1");
    const auto first = Body(door.sign_in("C-1", door.code())).text("token");
    CHECK(send(door.house, "GET", "/api/v1/me", {.token = first}).status == 200);
    door.house.clock.advance(hours(2));
    CHECK(send(door.house, "GET", "/api/v1/me", {.token = first}).status == 401);
    door.ask_code("order/4711");
    const auto second = Body(door.sign_in("order/4711", door.code())).text("token");
    REQUIRE(send(door.house, "GET", "/api/v1/me", {.token = second}).status == 200);
    REQUIRE(send(door.house, "POST", "/api/v1/customers/C-1/erase",
                 {.token = door.house.token(door.house.acme, Role::Owner),
                  .body = R"({"reason":"asked for it"})"})
                .status < 300);
    CHECK(send(door.house, "GET", "/api/v1/me", {.token = second}).status == 401);
    CHECK(door.ask_code("C-1").status == 202);
    CHECK(door.sign_in("C-1", "123456").says("bad-sign-in"));
}

TEST_CASE("nobody learns from an answer whether a number is anybody's") {
    Door door;
    const auto real = door.ask_code("4711");
    const auto bare = door.ask_code("4712");  // somebody's whom we can't reach
    const auto none = door.ask_code("9999");
    const auto firm = door.ask_code("4711", "nobody");
    const auto code = door.code();
    for (const auto* one : {&real, &bare, &none, &firm}) {
        CHECK(one->status == 202);
        CHECK(one->body == real.body);  // the clock stands still
    }
    const auto wrong = door.sign_in("4711", Door::other(code));
    const auto nobody = door.sign_in("9999", Door::other(code));
    const auto without = door.sign_in("4712", Door::other(code));
    CHECK(wrong.status == 401);
    for (const auto* one : {&nobody, &without}) {
        CHECK(one->status == 401);
        CHECK(one->body == wrong.body);
    }
    // Another's code is no code.
    CHECK(door.sign_in("4712", code).status == 401);
    CHECK(door.sign_in("4711", code).status == 201);
}

TEST_CASE("a code is good for five tries and ten minutes, and a later one replaces it") {
    Door door;
    door.ask_code("4711");
    const auto code = door.code();
    for (int i = 0; i < 5; ++i) {
        CHECK(door.sign_in("4711", Door::other(code)).status == 401);
        door.house.clock.advance(seconds(20));  // attempts are slowed down, too
    }
    CHECK(door.sign_in("4711", code).says("bad-sign-in"));

    door.house.clock.advance(hours(1));
    door.ask_code("4711");
    const auto second = door.code();
    door.house.clock.advance(minutes(10));
    CHECK(door.sign_in("4711", second).says("bad-sign-in"));
    door.ask_code("4711");
    const auto third = door.code();
    door.house.clock.advance(minutes(1));
    door.ask_code("4711");
    const auto fourth = door.code();
    if (third != fourth) CHECK(door.sign_in("4711", third).status == 401);
    CHECK(door.sign_in("4711", fourth.substr(0, 3) + " " + fourth.substr(3)).status == 201);
}

TEST_CASE("codes are sent once a minute and five times an hour, whatever the number is called") {
    Door door;
    CHECK(door.ask_code("4711").status == 202);
    const auto soon = door.ask_code("4711");
    CHECK(soon.says("too-many-requests"));
    CHECK(soon.header("Retry-After") == "60");
    CHECK(door.ask_code("9999").status == 202);
    CHECK(door.ask_code("9999").says("too-many-requests"));
    CHECK(door.ask_code("C-1").status == 202);  // the same customer
    CHECK(door.sent() == 1);
    for (int i = 0; i < 4; ++i) {
        door.house.clock.advance(minutes(1));
        CHECK(door.ask_code("4711").status == 202);
    }
    CHECK(door.sent() == 5);
    door.house.clock.advance(minutes(1));
    CHECK(door.ask_code("4711").says("too-many-requests"));
    CHECK(door.ask_code("order/4711").status == 202);
    CHECK(door.sent() == 5);
    door.house.clock.advance(hours(1));
    door.ask_code("4711");
    CHECK(door.sent() == 6);
}

TEST_CASE("from one address codes are asked for thirty times an hour at most") {
    Door door;
    int sent = 0;
    for (int i = 0; i < 40; ++i) {
        if (door.ask_code("n" + std::to_string(i)).status == 202) ++sent;
        if (i % 5 == 4) door.house.clock.advance(minutes(1));
    }
    CHECK(sent == 30);
    for (int i = 0; i < 7; ++i) door.ask_code("m" + std::to_string(i));
    CHECK(door.ask_code("m9").says("too-many-requests"));
}

TEST_CASE("a number that belongs to two customers is nobody's") {
    Door door;
    door.tell("order/77", "C-1");
    const auto reading = door.house.store->read();
    const auto of = [&](const std::string& number) {
        store::CustomerId id = -1;
        REQUIRE(door.house.act([&](engine::Turns& turns) -> Result<void> {
            id = customer_of_number(turns.rows(), turns.shelf(), door.house.acme.id, number);
            return {};
        }));
        return id;
    };
    CHECK(of("77") == of("C-1"));
    CHECK(of("77") != 0);
    door.tell("order/8", "77");  // and now somebody is called so
    CHECK(of("77") == 0);
    CHECK(of("order/77") == of("C-1"));
    CHECK(of("7") == 0);
    CHECK(of("word/1") == 0);
}

TEST_CASE("who has a telephone and no mail address gets a short message") {
    Door door;
    door.reach("C-2", R"("phone":"+8613800000000")");
    const auto owner = door.house.token(door.house.acme, Role::Owner);
    const auto task_of = [&] {
        const auto reading = door.house.store->read();
        return door.waiting(*reading, "cus_2").size();
    };
    door.ask_code("4712");
    CHECK(task_of() == 0);  // no gateway is set up
    const auto put = [&](const std::string& text) {
        const auto standing = door.house.ask("GET", "/api/v1/notices/channels", {.token = owner});
        return send(door.house, "PUT", "/api/v1/notices/channels",
                    {.token = owner,
                     .body = R"({"channels":[{"name":"sms","kind":"sms","key":"k",)"
                             R"("access_key_id":"a","sign_name":"示例","templates":[)"
                             R"({"notice":"code","language":"zh","code":"SMS_1","text":")" +
                             text + R"("}]}]})",
                     .headers = if_match(standing)});
    };
    CHECK(put("${remedy}").says("bad-body"));
    const auto fine = put("验证码${code}，${minutes}分钟内有效");
    REQUIRE_MESSAGE(fine.status == 200, fine.body);
    door.house.clock.advance(minutes(1));
    door.ask_code("4712");
    CHECK(task_of() == 1);
}

TEST_CASE("a link becomes a session that lasts no longer than it does") {
    Door door;
    const auto made = send(door.house, "POST", "/api/v1/links",
                           {.token = door.house.token(door.house.acme, Role::Agent),
                            .body = R"({"customer":"C-1","days":1})"});
    REQUIRE(made.status == 201);
    const auto link = Body(made).text("link");
    const auto sign_in = [&](const std::string& text) {
        return door.ask("POST", "/api/v1/customer-sessions", R"({"link":")" + text + "\"}");
    };
    const auto reply = sign_in(link);
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    CHECK(reply.header("Set-Cookie").contains("Max-Age=43200"));
    door.house.clock.advance(hours(20));
    const auto late = sign_in(link);
    REQUIRE(late.status == 201);
    CHECK(late.header("Set-Cookie").contains("Max-Age=14400"));
    const auto token = Body(late).text("token");
    CHECK(send(door.house, "GET", "/api/v1/me", {.token = token}).status == 200);
    door.house.clock.advance(hours(4));
    CHECK(send(door.house, "GET", "/api/v1/me", {.token = token}).status == 401);
    CHECK(sign_in(link).says("link-expired"));
    CHECK(sign_in("AAAA").says("link-broken"));
    for (const auto* body :
         {"{}", R"({"link":"x","code":"123456"})", R"({"tenant":"acme","number":"1"})"})
        CHECK(door.ask("POST", "/api/v1/customer-sessions", body).status == 422);
}

TEST_CASE("companies are listed to everybody once their board is public") {
    Door door;
    CHECK(Body(door.ask("GET", "/public/companies")).at("items").items.empty());
    const auto owner = door.house.token(door.house.acme, Role::Owner);
    const auto put = [&](const std::string& more) {
        const auto standing = door.house.ask("GET", "/api/v1/settings", {.token = owner});
        return send(door.house, "PUT", "/api/v1/settings",
                    {.token = owner,
                     .body = R"({"title":"示例","personal_fields":[],"roster":[{"addressee":)"
                             R"("owner","minutes":5}])" +
                             more + "}",
                     .headers = if_match(standing)});
    };
    auto reply = put(R"(,"public_board":true)");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    CHECK(Body(reply).at("public_board").truth() == true);
    CHECK(Body(put("")).at("public_board").truth() == true);  // unsaid: as it is
    const Body all(door.ask("GET", "/public/companies"));
    REQUIRE(all.at("items").items.size() == 1);
    CHECK(all.at("items").items[0].find("name")->text == "acme");
    CHECK(Body(put(R"(,"public_board":false)")).at("public_board").truth() == false);
    CHECK(Body(door.ask("GET", "/public/companies")).at("items").items.empty());
}

}  // namespace yinuo::server
