// What partners answer for, over HTTP.
#include "server/reports_testing.h"

namespace yinuo::server {
namespace {

struct Chain {
    House house;
    std::string key;
    std::string payout;
    Instant reported;

    explicit Chain(int parts_after = 36, int repaired_after = 54) {
        publish_promise(house, house.acme, kRepairChain);
        REQUIRE(put_policy(house, house.acme, R"({"overdraws":true})").status == 200);
        key = lasting_key(house, house.acme);
        house.clock.advance(seconds(1));
        reported = house.clock.now();
        house.clock.advance(hours(60));
        report_fault(house, key, "repair/north-1", reported, parts_after, repaired_after,
                     R"(,"customer":"C-1")");
        if (repaired_after <= 48) return;
        const Body list(house.ask("GET", "/api/v1/payouts", {.token = key}));
        for (const auto& item : list.at("items").items)
            if (item.find("kind")->text == "bill credit") payout = item.find("id")->text;
        REQUIRE(!payout.empty());
    }
    http::testing::Reply charges(std::string_view query = {}) {
        return house.ask("GET", "/api/v1/charges" + std::string(query), {.token = key});
    }
    http::testing::Reply recover(std::string_view partner, std::string_view body,
                                 std::string headers = {}) {
        return send(house, "POST",
                    "/api/v1/charges/" + payout + "/" + std::string(partner) + "/recover",
                    {.token = key, .body = std::string(body), .headers = std::move(headers)});
    }
};

std::string money(const wire::Json& charge, std::string_view name) {
    return std::string(charge.find(name)->find("amount")->text);
}

}  // namespace

TEST_CASE("配件晚 12 小时，维修晚 6 小时：10.00 元分摊为 6.67 和 3.33") {
    Chain chain;
    const Body body(chain.charges());
    const auto& items = body.at("items").items;
    REQUIRE(items.size() == 2);
    CHECK(items[0].find("partner")->text == "supplier");
    CHECK(money(items[0], "share") == "6.67");
    CHECK(items[0].find("delay")->text == "PT4H");
    CHECK(items[0].find("excess")->text == "PT12H");
    CHECK(items[1].find("partner")->text == "repair-partner");
    CHECK(money(items[1], "share") == "3.33");
    CHECK(items[1].find("delay")->text == "PT2H");
    CHECK(items[1].find("settled")->boolean);
    CHECK(items[1].find("state")->text == "open");
}

TEST_CASE("a share is recovered in parts, once for each key, and never beyond what it is") {
    Chain chain;
    const auto first =
        chain.recover("supplier", R"({"minor":500,"reference":"INV-1"})", "Idempotency-Key: a\r\n");
    REQUIRE_MESSAGE(first.status == 201, first.body);
    CHECK(
        chain.recover("supplier", R"({"minor":500,"reference":"INV-1"})", "Idempotency-Key: a\r\n")
            .body == first.body);
    const Body after(first);
    CHECK(after.at("left").find("amount")->text == "1.67");
    CHECK(chain.recover("supplier", R"({"minor":168,"reference":"INV-2"})").status == 409);
    CHECK(chain.recover("supplier", R"({"minor":0,"reference":"INV-2"})").status == 422);
    CHECK(chain.recover("supplier", R"({"reference":""})").status == 422);
    const auto rest = chain.recover("supplier", R"({"reference":"INV-2"})");
    REQUIRE_MESSAGE(rest.status == 201, rest.body);
    CHECK(Body(rest).text("state") == "recovered");
    CHECK(chain.recover("supplier", R"({"reference":"INV-3"})").status == 409);
    CHECK(chain.recover("nobody", R"({"reference":"INV-3"})").status == 404);

    CHECK(Body(chain.charges("?state=open")).at("items").items.size() == 1);
    CHECK(Body(chain.charges("?state=recovered")).at("items").items.size() == 1);
    CHECK(chain.charges("?state=lost").status == 422);
    const Body fund(chain.house.ask("GET", "/api/v1/fund", {.token = chain.key}));
    CHECK(fund.at("currencies").items[0].find("accounts")->find("recovered")->text == "-6.67");
    const auto page = chain.charges("?limit=1");
    REQUIRE(Body(page).at("items").items.size() == 1);
    const Body next(chain.charges("?limit=1&cursor=" + Body(page).text("next")));
    REQUIRE(next.at("items").items.size() == 1);
    CHECK(next.at("items").items[0].find("partner")->text == "repair-partner");
    CHECK(next.text("next").empty());
}

TEST_CASE("whose legs kept their limits is charged nothing, and nobody where the whole was kept") {
    Chain late_parts(46, 54);
    const Body body(late_parts.charges());
    REQUIRE(body.at("items").items.size() == 1);
    CHECK(money(body.at("items").items[0], "share") == "10.00");
    CHECK(late_parts.recover("repair-partner", R"({"reference":"x"})").status == 404);
    Chain kept(25, 40);
    CHECK(Body(kept.charges()).at("items").items.empty());
}

TEST_CASE("a partner sees their own charges of their subjects only, others' companies none") {
    Chain chain;
    report_fault(chain.house, chain.key, "repair/south-1", chain.reported, 36, 54);
    CHECK(Body(chain.charges()).at("items").items.size() == 4);
    // Sessions have run out meanwhile: a fresh one.
    std::string token;
    REQUIRE(chain.house.act([&](engine::Turns& turns) -> Result<void> {
        token =
            begin_session(turns, chain.house.acme.id,
                          chain.house.acme.people.at(Role::Partner).user, chain.house.clock.now())
                .text.expose();
        return {};
    }));
    const auto seen = [&] {
        return Body(chain.house.ask("GET", "/api/v1/charges", {.token = token}));
    };
    CHECK(seen().at("items").items.empty());  // nobody's leg is called as this account
    const auto path = "/api/v1/users/" + chain.house.acme.people.at(Role::Partner).user.id;
    const auto user = chain.house.ask("GET", path, {.token = chain.key});
    REQUIRE(send(chain.house, "PATCH", path,
                 {.token = chain.key, .body = R"({"title":"supplier"})", .headers = if_match(user)})
                .status == 200);
    const auto own = seen();
    REQUIRE(own.at("items").items.size() == 1);
    CHECK(own.at("items").items[0].find("subject")->text == "repair/north-1");
    CHECK(own.at("items").items[0].find("partner")->text == "supplier");
    CHECK(send(chain.house, "POST", "/api/v1/charges/" + chain.payout + "/supplier/recover",
               {.token = token, .body = R"({"reference":"x"})"})
              .status == 403);
    const auto theirs = lasting_key(chain.house, chain.house.other);
    CHECK(Body(chain.house.ask("GET", "/api/v1/charges", {.token = theirs}))
              .at("items")
              .items.empty());
}

}  // namespace yinuo::server
