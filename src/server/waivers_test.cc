// Waivers 免责, new dates 改约 and reopening over HTTP: by two people, with the customer's consent.
#include <doctest/doctest.h>

#include "server/claims_testing.h"

namespace yinuo::server {
namespace {

struct Install {
    Install() {
        publish_promise(house, house.acme, kInstall);
        key = lasting_key(house, house.acme);
        obligation =
            tell(house, key, "r", "order.registered", "order/1", R"(,"customer":"C-9")", "install");
        REQUIRE(!obligation.empty());
        link = link_for(house, house.acme, "C-9");
    }
    std::string token(Role role) { return fresh_token(house, house.acme, role); }
    http::testing::Reply act(const std::string& token, std::string_view verb,
                             std::string_view body) {
        house.clock.advance(seconds(1));
        return post(house, "/api/v1/obligations/" + obligation + "/" + std::string(verb), token,
                    body);
    }
    http::testing::Reply by_customer(std::string_view verb, std::string_view body = {}) {
        house.clock.advance(seconds(1));
        return send(house, "POST", "/api/v1/obligations/" + obligation + "/" + std::string(verb),
                    {.body = std::string(body), .headers = link});
    }
    http::testing::Reply stands() {
        return house.ask("GET", "/api/v1/obligations/" + obligation, {.token = key});
    }
    void be_late() {
        house.clock.advance(hours(25));
        REQUIRE(soon([&] { return stands().says(R"("state":"broken")"); }));
    }
    std::string file() {
        const auto made = send(house, "POST", "/api/v1/evidence?subject=order%2F1",
                               {.token = key, .body = "a letter", .type = "text/plain"});
        REQUIRE_MESSAGE(made.status == 201, made.body);
        return Body(made).text("id");
    }

    House house;
    std::string key, link, obligation;
};

constexpr std::string_view kCause = R"({"cause":"third party","reason":"物业不让进场"})";

}  // namespace

TEST_CASE(
    "a breach is excused by a cause, evidence and two people, all of it told to the customer") {
    Install install;
    auto& house = install.house;
    install.be_late();
    const auto agent = install.token(Role::Agent), manager = install.token(Role::Manager);
    CHECK(install.act(agent, "waiver/agree", R"({"reason":"x"})").says("no-cause"));
    const auto own = install.act(agent, "waiver", R"({"cause":"no staff","reason":"没人"})");
    CHECK(own.status == 422);
    CHECK_MESSAGE(own.says("third party"), own.body);
    const auto recorded =
        install.act(agent, "waiver",
                    R"({"cause":"third party","reason":"物业不让进场","evidence":[")" +
                        install.file() + R"("]})");
    REQUIRE_MESSAGE(recorded.status == 200, recorded.body);
    CHECK(recorded.says(R"("excuse":"withheld")"));
    CHECK(house.ask("GET", "/api/v1/waivers", {.token = manager}).says(install.obligation));
    CHECK(install.act(manager, "waiver", kCause).says("already-recorded"));

    const auto once = install.act(agent, "waiver/agree", R"({"reason":"已电话核实"})");
    REQUIRE_MESSAGE(once.status == 200, once.body);
    CHECK_MESSAGE(once.says("agent同意，还要 1 人同意，证据 1 份"), once.body);
    const auto program = install.house.key(install.house.acme, permissions_of(Role::Manager));
    CHECK(install.act(program, "waiver/agree", R"({"reason":"x"})").status == 403);
    const auto twice = install.act(agent, "waiver/agree", R"({"reason":"已电话核实"})");
    CHECK(twice.status == 403);
    CHECK(twice.says("same-person"));
    const auto both = install.act(manager, "waiver/agree", R"({"reason":"看过来函"})");
    REQUIRE_MESSAGE(both.status == 200, both.body);
    CHECK(both.says(R"("state":"open")") == false);
    CHECK(both.says(R"("excuse":"waived")"));

    const auto seen =
        house.ask("GET", "/api/v1/obligations/" + install.obligation, {.headers = install.link});
    CHECK_MESSAGE(seen.says("原因：物业不让进场。agent、manager核实并同意，证据 1 份"), seen.body);
    CHECK(seen.says(R"("what":"agreed")"));
    CHECK(house.ask("GET", "/api/v1/waivers", {.token = manager}).says(R"("items":[])"));
    CHECK(house.ask("GET", "/api/v1/waivers?state=waived", {.token = manager})
              .says(install.obligation));
    CHECK(install.act(manager, "waiver/refuse", R"({"reason":"x"})").says("already-decided"));
}

TEST_CASE(
    "two colleagues of one name are two people, and one under two names in two systems is one") {
    Install install;
    auto& house = install.house;
    install.be_late();
    const auto agent = install.token(Role::Agent);
    REQUIRE(install
                .act(agent, "waiver",
                     R"({"cause":"customer","reason":"不在家","evidence":[")" + install.file() +
                         R"("]})")
                .status == 200);
    REQUIRE(install.act(agent, "waiver/agree", R"({"reason":"是"})").status == 200);
    std::string namesake;
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        auto user = house.acme.people.at(Role::Agent).user;
        user.id.clear();
        user.login = "agent-2@example.com";
        const auto kept =
            TRY(add_user(turns, {.tenant = house.acme.id, .id = "system", .name = "system"},
                         house.acme.id, std::move(user)));
        namesake = begin_session(turns, house.acme.id, kept.user, house.clock.now()).text.expose();
        return {};
    }));
    const auto both = install.act(namesake, "waiver/agree", R"({"reason":"我也看过"})");
    REQUIRE_MESSAGE(both.status == 200, both.body);
    CHECK(both.says(R"("excuse":"waived")"));
    CHECK_MESSAGE(both.says("agent、agent (usr_"), both.body);

    Install other;
    other.be_late();
    REQUIRE(other.act(other.token(Role::Manager), "waiver", kCause).status == 200);
    tell(other.house, other.key, "g", "cause.agreed", "order/1", R"(,"fields":{"by":"agent"})", "");
    const auto again = other.act(other.token(Role::Agent), "waiver/agree", R"({"reason":"是"})");
    CHECK(again.status == 403);
    CHECK(again.says("same-person"));
}

TEST_CASE("the field that names who agrees is the promise's to choose, and so is how many must") {
    House house;
    std::string text(kInstall);
    const auto put = [&](std::string_view what, std::string_view with) {
        text.replace(text.find(what), what.size(), with);
    };
    put("      evidence: fact = \"evidence.attached\"\n", "");
    put("people: 2", "people: 1\n      who: person");
    publish_promise(house, house.acme, text);
    const auto owner = house.token(house.acme, Role::Owner);
    const auto id =
        tell(house, owner, "r", "order.registered", "order/1", R"(,"customer":"C-9")", "install");
    house.clock.advance(hours(25));
    const auto agent = fresh_token(house, house.acme, Role::Agent);
    REQUIRE(post(house, "/api/v1/obligations/" + id + "/waiver", agent, kCause).status == 200);
    const auto agreed =
        post(house, "/api/v1/obligations/" + id + "/waiver/agree", agent, R"({"reason":"是"})");
    REQUIRE_MESSAGE(agreed.status == 200, agreed.body);
    CHECK(agreed.says(R"("excuse":"waived")"));
    const auto facts = house.ask("GET", "/api/v1/facts?subject=order%2F1",
                                 {.token = fresh_token(house, house.acme, Role::Owner)});
    CHECK_MESSAGE(facts.says(R"("person":"agent")"), facts.body);
}

TEST_CASE("what is owed across subjects is excused through the subject that it began with") {
    House house;
    std::string text(kInstall);
    text.replace(text.find("    starts: fact"), 0, "    per: household\n");
    publish_promise(house, house.acme, text);
    const auto owner = house.token(house.acme, Role::Owner);
    tell(house, owner, "r", "order.registered", "order/1",
         R"(,"customer":"C-9","fields":{"household":"h-1"})", "install");
    house.clock.advance(hours(25));
    const auto agent = fresh_token(house, house.acme, Role::Agent);
    std::string id;
    REQUIRE(soon([&] {
        const auto list = house.ask("GET", "/api/v1/obligations?state=broken", {.token = agent});
        const Body body(list);
        for (const auto& one : body.at("items").items) id = one.find("id")->text;
        return !id.empty();
    }));
    const auto recorded = post(house, "/api/v1/obligations/" + id + "/waiver", agent,
                               R"({"cause":"customer","reason":"不在家",
                                   "fields":{"household":"h-1"}})");
    REQUIRE_MESSAGE(recorded.status == 200, recorded.body);
    CHECK_MESSAGE(recorded.says(R"("excuse":"withheld")"), recorded.body);
    CHECK(house.ask("GET", "/api/v1/waivers", {.token = agent}).says(id));
    const auto keyless =
        post(house, "/api/v1/obligations/" + id + "/waiver/agree", agent, R"({"reason":"x"})");
    CHECK_MESSAGE(keyless.status == 200, keyless.body);
}

TEST_CASE("one refusal gives the customer what was promised") {
    Install install;
    install.be_late();
    REQUIRE(install.act(install.token(Role::Agent), "waiver", kCause).status == 200);
    const auto refused = install.act(install.token(Role::SecondLine), "waiver/refuse",
                                     R"({"reason":"物业说没拦过"})");
    REQUIRE_MESSAGE(refused.status == 200, refused.body);
    CHECK(refused.says(R"("excuse":"released")"));
    CHECK_MESSAGE(refused.says("second_line不同意，照常补偿"), refused.body);
    const auto payouts = install.house.ask(
        "GET", "/api/v1/obligations/" + install.obligation + "/payouts", {.token = install.key});
    CHECK(payouts.says(R"("amount":"20.00")"));
}

TEST_CASE(
    "a new date needs the customer's consent, is limited in number, and later than the old one") {
    Install install;
    const auto agent = install.token(Role::Agent);
    CHECK(install.by_customer("dates/agree").says("no-proposal"));
    const auto early =
        install.act(agent, "dates", R"({"to":"2026-03-10T09:00:00Z","reason":"缺料"})");
    CHECK(early.status == 422);
    CHECK_MESSAGE(early.says("not-later"), early.body);
    const std::string wish = R"({"to":"2026-03-12T10:00:00Z","reason":"缺一根跳线"})";
    CHECK(install.by_customer("dates", wish).status == 403);
    const auto proposed = install.act(agent, "dates", wish);
    REQUIRE_MESSAGE(proposed.status == 200, proposed.body);
    CHECK(proposed.says(R"("left":1)"));
    CHECK(proposed.says(R"("state":"proposed")"));
    CHECK_FALSE(proposed.says(R"("due_at":"2026-03-12T10:00:00Z")"));
    CHECK(install.by_customer("dates/decline").says(R"("state":"declined")"));
    const auto told = install.house.ask(
        "GET", "/api/v1/obligations/" + install.obligation + "/explain", {.headers = install.link});
    CHECK_MESSAGE(told.says(R"("dates":{"left":1)"), told.body);
    CHECK(install.by_customer("dates/agree").says("no-proposal"));

    REQUIRE(install.act(agent, "dates", wish).status == 200);
    CHECK(install.act(agent, "dates/agree", "{}").says("/consent"));
    const auto agreed = install.by_customer("dates/agree");
    REQUIRE_MESSAGE(agreed.status == 200, agreed.body);
    CHECK_MESSAGE(agreed.says(R"("due_at":"2026-03-12T10:00:00Z")"), agreed.body);
    CHECK(agreed.says(R"("left":0)"));
    const auto more = install.act(agent, "dates", R"({"to":"2026-03-14T10:00:00Z","reason":"x"})");
    CHECK(more.status == 409);
    CHECK(more.says("no-dates-left"));
}

TEST_CASE("after the breach no date is moved, and what was proposed has lapsed") {
    Install install;
    const auto agent = install.token(Role::Agent);
    REQUIRE(
        install.act(agent, "dates", R"({"to":"2026-03-12T10:00:00Z","reason":"缺料"})").status ==
        200);
    install.be_late();
    const auto late = install.by_customer("dates/agree");
    CHECK(late.status == 409);
    CHECK(late.says("already-broken"));
    CHECK(install.stands().says(R"("state":"lapsed")"));
    CHECK(install
              .act(install.token(Role::Agent), "dates",
                   R"({"to":"2026-03-20T10:00:00Z","reason":"x"})")
              .says("already-broken"));
}

TEST_CASE("a colleague may write down how the customer agreed, and the customer may reopen") {
    Install install;
    const auto agent = install.token(Role::Agent);
    REQUIRE(
        install.act(agent, "dates", R"({"to":"2026-03-12T10:00:00Z","reason":"缺料"})").status ==
        200);
    const auto agreed = install.act(agent, "dates/agree",
                                    R"({"consent":{"channel":"电话","words":"可以，周四上午"}})");
    REQUIRE_MESSAGE(agreed.status == 200, agreed.body);
    CHECK(install.by_customer("reopen", R"({"reason":"又断了"})").says("not-settled"));
    tell(install.house, install.key, "d", "order.done", "order/1", "", "");
    CHECK(install.stands().says(R"("state":"kept")"));
    const auto open = install.by_customer("reopen", R"({"reason":"又断了"})");
    REQUIRE_MESSAGE(open.status == 200, open.body);
    CHECK(open.says(R"("state":"running")"));
    CHECK(open.says(R"("earlier_kept":true)"));
}

}  // namespace yinuo::server
