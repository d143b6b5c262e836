// Signing in and out, keys, and browsers that are tricked into asking.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "server/testing.h"
#include "store/sqlite_store.h"
#include "store/testing.h"

namespace yinuo::server {
namespace {

std::string sign_in_body(std::string_view login, std::string_view password = kTestPassword,
                         std::string_view tenant = "acme") {
    JsonOut out;
    out.open('{').member("tenant", tenant).member("login", login).member("password", password);
    return out.close('}').take();
}

// "yn_session=…" of a Set-Cookie.
std::string cookie_in(const http::testing::Reply& reply) {
    const auto set = reply.header("Set-Cookie");
    return set.substr(0, set.find(';'));
}

void live_a_session(House& house) {
    const auto in =
        house.ask("POST", "/api/v1/sessions", {.body = sign_in_body("Agent@Example.com")});
    REQUIRE(in.status == 201);
    const auto set = in.header("Set-Cookie");
    CHECK(set.contains("HttpOnly"));
    CHECK(set.contains("SameSite=Lax"));
    CHECK_FALSE(set.contains("Secure"));  // no TLS here
    const auto token = Body(in).text("token");
    const auto me = house.ask("GET", "/api/v1/me", {.token = token});
    CHECK(me.status == 200);
    CHECK(Body(me).text("role") == "agent");
    CHECK(Body(me).text("tenant_name") == "acme");
    const auto cookie = "Cookie: " + cookie_in(in) + "\r\n";
    CHECK(house.ask("GET", "/api/v1/me", {.headers = cookie}).status == 200);

    CHECK(house.ask("DELETE", "/api/v1/sessions/current", {.token = token}).status == 204);
    CHECK(house.ask("GET", "/api/v1/me", {.token = token}).status == 401);
    CHECK(house.ask("GET", "/api/v1/me", {.headers = cookie}).status == 401);
}

}  // namespace

TEST_CASE("a session begins with the right password and ends by signing out") {
    SUBCASE("in memory") {
        House house;
        live_a_session(house);
    }
    SUBCASE("on disk") {
        const store::TempDir dir;
        House house(store::open_sqlite(dir.file("y.db")).value());
        live_a_session(house);
    }
}

TEST_CASE("a wrong password, login or company are answered alike") {
    House house;
    const auto wrong =
        house.ask("POST", "/api/v1/sessions", {.body = sign_in_body("agent@example.com", "no")});
    const auto nobody =
        house.ask("POST", "/api/v1/sessions", {.body = sign_in_body("x@example.com")});
    const auto nowhere =
        house.ask("POST", "/api/v1/sessions",
                  {.body = sign_in_body("agent@example.com", kTestPassword, "none")});
    CHECK(wrong.status == 401);
    CHECK(wrong.body == nobody.body);
    CHECK(wrong.body == nowhere.body);
    CHECK(Body(wrong).text("code") == "bad-sign-in");
}

TEST_CASE("guessing a password becomes slow, for its account only, and time forgives") {
    House house;
    const auto guess = [&](std::string_view login, std::string_view password) {
        return house.ask("POST", "/api/v1/sessions", {.body = sign_in_body(login, password)})
            .status;
    };
    for (int i = 0; i < 5; ++i) CHECK(guess("agent@example.com", "wrong") == 401);
    CHECK(guess("agent@example.com", kTestPassword) == 429);  // right, but too soon
    CHECK(guess("owner@example.com", kTestPassword) == 201);
    house.clock.advance(seconds(2));
    CHECK(guess("agent@example.com", kTestPassword) == 201);
    CHECK(guess("agent@example.com", "wrong") == 401);  // forgiven: counted from the start
}

TEST_CASE(
    "sessions end after their hours, when the account is disabled, when the password changes") {
    House house;
    const auto agent = house.token(house.acme, Role::Agent);
    const auto owner = house.token(house.acme, Role::Owner);
    const auto id = house.acme.people.at(Role::Agent).user.id;
    const auto asks = [&](const std::string& token) {
        return house.ask("GET", "/api/v1/me", {.token = token}).status;
    };
    SUBCASE("hours") {
        house.clock.advance(hours(kSessionHours) - Millis{1});
        CHECK(asks(agent) == 200);
        house.clock.advance(Millis{1});
        CHECK(asks(agent) == 401);
    }
    SUBCASE("disabled") {
        const auto changed = house.ask(
            "PATCH", "/api/v1/users/" + id,
            {.token = owner, .body = R"({"disabled":true})", .headers = "If-Match: \"1\"\r\n"});
        CHECK(changed.status == 200);
        CHECK(asks(agent) == 401);
        CHECK(house.ask("POST", "/api/v1/sessions", {.body = sign_in_body("agent@example.com")})
                  .status == 401);
    }
    SUBCASE("password") {
        const auto put = [&](std::string_view body, const std::string& token) {
            return house.ask("PUT", "/api/v1/users/" + id + "/password",
                             {.token = token, .body = std::string(body)});
        };
        CHECK(put(R"({"password":"another long sentence"})", agent).status == 422);
        CHECK(put(R"({"old_password":"wrong","password":"another long sentence"})", agent).status ==
              422);
        CHECK(put(R"({"old_password":"a long enough sentence","password":"another long sentence"})",
                  agent)
                  .status == 204);
        CHECK(asks(agent) == 401);
        house.clock.advance(Millis{1});
        const auto again =
            house.ask("POST", "/api/v1/sessions",
                      {.body = sign_in_body("agent@example.com", "another long sentence")});
        CHECK(again.status == 201);
        CHECK(asks(Body(again).text("token")) == 200);
        // An owner sets anybody's without knowing it.
        CHECK(put(R"({"password":"a third long sentence"})", owner).status == 204);
    }
}

TEST_CASE("a foreign page can't act by a browser's cookie") {
    House house;
    const auto in =
        house.ask("POST", "/api/v1/sessions", {.body = sign_in_body("owner@example.com")});
    const auto cookie = "Cookie: " + cookie_in(in) + "\r\n";
    const auto add = [&](const std::string& headers) {
        return house.ask(
            "POST", "/api/v1/keys",
            {.body = R"({"name":"k","permissions":["facts.write"]})", .headers = headers});
    };
    CHECK(add(cookie).status == 403);
    CHECK(add(cookie + "Origin: https://evil.example\r\n").status == 403);
    CHECK(add(cookie + "Origin: https://yinuo.test\r\n").status == 403);  // another scheme
    CHECK(add(cookie + "Origin: null\r\n").status == 403);
    CHECK(add(cookie + "Origin: http://yinuo.test\r\n").status == 201);
    // Reading is safe, and signing a victim in to somebody else's account isn't.
    CHECK(house.ask("GET", "/api/v1/me", {.headers = cookie + "Origin: https://evil.example\r\n"})
              .status == 200);
    CHECK(house
              .ask("POST", "/api/v1/sessions",
                   {.body = sign_in_body("owner@example.com"),
                    .headers = "Origin: https://evil.example\r\n"})
              .status == 403);
}

TEST_CASE("a key may what it was given, until it ends or is revoked") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    const auto made =
        house.ask("POST", "/api/v1/keys",
                  {.token = owner,
                   .body = R"({"name":"crm","permissions":["users.read"],"sources":["crm"],)"
                           R"("expires_at":"2026-03-10T09:00:00+08:00"})"});
    REQUIRE(made.status == 201);
    const Body body(made);
    const auto text = body.text("text");
    const std::string id(body.at("key").find("id")->text);
    CHECK(text.starts_with("yn_key_"));
    CHECK(house.ask("GET", "/api/v1/users", {.token = text}).status == 200);
    CHECK(house.ask("GET", "/api/v1/keys", {.token = text}).status == 403);
    // Its text is nowhere any more; its last use is.
    house.clock.advance(minutes(10));
    house.ask("GET", "/api/v1/users", {.token = text});
    // It is written down after the answer.
    auto read = house.ask("GET", "/api/v1/keys/" + id, {.token = owner});
    for (int i = 0; i < 500 && !read.says("used_at"); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        read = house.ask("GET", "/api/v1/keys/" + id, {.token = owner});
    }
    CHECK_FALSE(read.says(text));
    REQUIRE(read.says("used_at"));
    CHECK(Body(read).text("used_at").starts_with("2026-03-10T00:"));
    SUBCASE("it ends") {
        house.clock.advance(hours(1));
        CHECK(house.ask("GET", "/api/v1/users", {.token = text}).status == 401);
    }
    SUBCASE("it is revoked") {
        CHECK(house.ask("DELETE", "/api/v1/keys/" + id, {.token = owner}).status == 204);
        CHECK(house.ask("GET", "/api/v1/users", {.token = text}).status == 401);
        CHECK(house.ask("DELETE", "/api/v1/keys/" + id, {.token = owner}).status == 404);
    }
    SUBCASE("it is mistyped") {
        auto wrong = text;
        wrong[20] = wrong[20] == 'a' ? 'b' : 'a';
        const auto reply = house.ask("GET", "/api/v1/users", {.token = wrong});
        CHECK(reply.status == 401);
        CHECK(Body(reply).text("code") == "token-mistyped");
        CHECK_FALSE(reply.says(wrong));
    }
}

TEST_CASE("a key is given no more than its giver has") {
    House house;
    const auto giver = house.key(house.acme, {Permission::SignedIn, Permission::KeysWrite,
                                              Permission::UsersWrite, Permission::UsersRead});
    const auto reply = house.ask(
        "POST", "/api/v1/keys",
        {.token = giver, .body = R"({"name":"k","permissions":["users.read","facts.write","x"]})"});
    CHECK(reply.status == 422);
    CHECK(reply.says("/permissions/1"));
    CHECK(reply.says("not-yours-to-give"));
    CHECK(reply.says("unknown-permission"));
    // Nor makes it an account that may more, or takes one over.
    CHECK(
        house
            .ask(
                "POST", "/api/v1/users",
                {.token = giver,
                 .body =
                     R"({"login":"m","title":"M","role":"owner","password":"a long enough sentence"})"})
            .status == 403);
    CHECK(house
              .ask("PUT",
                   "/api/v1/users/" + house.acme.people.at(Role::Owner).user.id + "/password",
                   {.token = giver, .body = R"({"password":"a long enough sentence"})"})
              .status == 403);
}

TEST_CASE("the last owner stays one") {
    House house;
    const auto owner = house.token(house.acme, Role::Owner);
    const auto path = "/api/v1/users/" + house.acme.people.at(Role::Owner).user.id;
    for (const auto* body : {R"({"disabled":true})", R"({"role":"agent"})"}) {
        const auto reply = house.ask(
            "PATCH", path, {.token = owner, .body = body, .headers = "If-Match: \"1\"\r\n"});
        CHECK(reply.status == 409);
        CHECK(Body(reply).text("code") == "last-owner");
    }
}

TEST_CASE("a customer's link opens for its customer until it ends or they are erased") {
    House house;
    store::CustomerId id = 0;
    const auto put = [&](store::Customer customer) {
        REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
            id = turns.rows().put_customer(customer);
            return {};
        }));
    };
    put({.id = 0, .tenant = house.acme.id, .handle = "c-17", .wrapped_key = "x"});
    const auto made = house.ask(
        "POST", "/api/v1/links",
        {.token = house.token(house.acme, Role::Agent), .body = R"({"customer":"c-17","days":1})"});
    REQUIRE(made.status == 201);
    CHECK_FALSE(made.says("c-17"));  // the company's handle stays inside
    const auto header = "Authorization: Link " + Body(made).text("link") + "\r\n";
    const auto asks = [&] { return house.ask("GET", "/api/v1/me", {.headers = header}).status; };
    CHECK(asks() == 200);
    CHECK(house.ask("GET", "/api/v1/users", {.headers = header}).status == 403);
    SUBCASE("it ends") {
        house.clock.advance(hours(24));
        CHECK(asks() == 401);
    }
    SUBCASE("they are erased") {
        put({.id = id,
             .tenant = house.acme.id,
             .handle = "",
             .wrapped_key = "",
             .erased_at = house.clock.now()});
        CHECK(asks() == 401);
    }
    SUBCASE("another company can't make one") {
        CHECK(house
                  .ask("POST", "/api/v1/links",
                       {.token = house.token(house.other, Role::Agent),
                        .body = R"({"customer":"c-17"})"})
                  .status == 404);
    }
}

TEST_CASE("only who a subject belongs to sees it") {
    const store::Stream stream{.id = 1, .tenant = 1, .name = "repair/north-7", .customer = 5};
    Session who{.tenant = 1};
    CHECK_FALSE(may_see(who, stream));
    who.role = Role::Agent;
    CHECK(may_see(who, stream));
    who.tenant = 2;
    CHECK_FALSE(may_see(who, stream));
    who = {.tenant = 1, .role = Role::Partner, .subjects = {"repair/south-"}};
    CHECK_FALSE(may_see(who, stream));
    who.subjects.push_back("repair/north-");
    CHECK(may_see(who, stream));
    who = {.tenant = 1, .role = Role::Customer, .customer = 5};
    CHECK(may_see(who, stream));
    who.customer = 0;
    CHECK_FALSE(may_see(who, {.id = 1, .tenant = 1, .name = "repair/1", .customer = 0}));
}

}  // namespace yinuo::server
