// The guarantee fund and payouts, as people and programs meet them over HTTP.
#include <doctest/doctest.h>

#include <algorithm>

#include "server/fund_books.h"
#include "server/fund_testing.h"

namespace yinuo::server {
namespace {

std::string account(const http::testing::Reply& fund, std::string_view name) {
    const Body body(fund);
    const auto& currencies = body.at("currencies").items;
    if (currencies.empty()) return "none";
    return std::string(currencies[0].find("accounts")->find(name)->text);
}

http::testing::Reply fund_of(House& house, const Company& company) {
    const auto reply = house.ask("GET", "/api/v1/fund", {.token = company.tokens.at(Role::Owner)});
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    return reply;
}

std::string state_of(House& house, const Company& company, const std::string& id) {
    return Body(read_payout(house, company, id)).text("state");
}

std::string link_for(House& house, const Company& company, std::string_view handle) {
    const auto made = house.ask("POST", "/api/v1/links",
                                {.token = company.tokens.at(Role::Owner),
                                 .body = R"({"customer":")" + std::string(handle) + R"("})"});
    REQUIRE(made.status == 201);
    return "Authorization: Link " + Body(made).text("link") + "\r\n";
}

}  // namespace

TEST_CASE("what is deposited is free, what is owed is set aside, what has arrived is paid") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    REQUIRE(move_money(house, house.acme, "deposit", "100.00").status == 201);
    const auto id = break_chat(house, house.acme, "chat/1", "20");
    CHECK(state_of(house, house.acme, id) == "reserved");
    auto fund = fund_of(house, house.acme);
    CHECK(account(fund, "company") == "-100.00");
    CHECK(account(fund, "fund") == "80.00");
    CHECK(account(fund, "reserved") == "20.00");
    CHECK(Body(fund).at("currencies").items[0].find("sum")->text == "0.00");
    CHECK(fund.says("not enough history"));

    const auto& manager = house.token(house.acme, Role::Manager);
    CHECK(step(house, manager, house.acme, id, "confirm").status == 200);
    CHECK(state_of(house, house.acme, id) == "paid");
    CHECK(step(house, manager, house.acme, id, "confirm").status == 200);  // said twice
    fund = fund_of(house, house.acme);
    CHECK(account(fund, "paid") == "20.00");
    CHECK(account(fund, "reserved") == "0.00");
    const auto too_late =
        step(house, manager, house.acme, id, "fail", R"({"reason":"the account is closed"})");
    CHECK(too_late.status == 409);
    CHECK(Body(too_late).text("code") == "wrong-payout-state");
    CHECK(move_money(house, house.acme, "withdraw", "80.01").status == 409);
    CHECK(move_money(house, house.acme, "withdraw", "80.00").status == 201);
    CHECK(move_money(house, house.acme, "deposit", "1.001").status == 422);
    CHECK(move_money(house, house.acme, "deposit", "-1").status == 422);
}

TEST_CASE("the ledger, its CSV and the days tell the same sums") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    REQUIRE(move_money(house, house.acme, "deposit", "100.00").status == 201);
    const auto id = break_chat(house, house.acme, "chat/1", "20");
    const auto& auditor = house.token(house.acme, Role::Auditor);
    const auto first = house.ask("GET", "/api/v1/fund/ledger?limit=2", {.token = auditor});
    const Body page(first);
    REQUIRE(page.at("items").items.size() == 2);
    CHECK(page.at("items").items[0].find("move")->text == "deposit");
    CHECK(page.at("items").items[0].find("reference")->text == "test");
    const auto rest =
        house.ask("GET", "/api/v1/fund/ledger?cursor=" + page.text("next"), {.token = auditor});
    CHECK(Body(rest).at("items").items.size() == 2);
    CHECK(Body(rest).at("items").items[0].find("payout")->text == id);

    const auto csv = house.ask("GET", "/api/v1/fund/ledger",
                               {.token = auditor, .headers = "Accept: text/csv\r\n"});
    CHECK(csv.status == 200);
    CHECK(csv.body.starts_with("id,at,day,account,currency,amount,"));
    CHECK(std::ranges::count(csv.body, '\n') == 5);
    CHECK(csv.says(",fund,CNY,-20.00," + id + ",answer-soon,"));

    const auto days = house.ask("GET", "/api/v1/fund/days", {.token = auditor});
    const Body body(days);
    REQUIRE(body.at("items").items.size() == 1);
    const auto& day = body.at("items").items[0];
    CHECK(day.find("day")->text == "2026-03-10");
    CHECK(day.find("opening")->find("fund")->text == "0.00");
    CHECK(day.find("moved")->find("fund")->text == "80.00");
    CHECK(day.find("closing")->find("company")->text == "-100.00");
    CHECK(day.find("sum")->text == "0.00");
    CHECK(house.ask("GET", "/api/v1/fund/days?from=2026-03-11&until=2026-03-10", {.token = auditor})
              .status == 422);
}

TEST_CASE("above a limit somebody of the named role agrees, and no program does") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    const auto put = put_policy(
        house, house.acme,
        R"({"approvals":[{"above":"10.00","currency":"CNY","role":"manager"},{"above":"50.00","currency":"CNY","role":"owner"}],"overdraws":true})");
    REQUIRE_MESSAGE(put.status == 200, put.body);
    const auto some = break_chat(house, house.acme, "chat/1", "20");
    const auto much = break_chat(house, house.acme, "chat/2", "70");
    CHECK(state_of(house, house.acme, some) == "approving");
    const auto& agent = house.token(house.acme, Role::Agent);
    const auto& manager = house.token(house.acme, Role::Manager);
    const auto& owner = house.token(house.acme, Role::Owner);
    CHECK(step(house, agent, house.acme, some, "approve").status == 403);
    CHECK(step(house, manager, house.acme, much, "approve").status == 403);
    const auto key = house.key(house.acme, permissions_of(Role::Owner));
    CHECK(step(house, key, house.acme, some, "approve").status == 403);
    CHECK(fund_of(house, house.acme).says(R"("approving":{"count":2)"));
    CHECK(step(house, manager, house.acme, some, "approve").status == 200);
    CHECK(state_of(house, house.acme, some) == "reserved");
    CHECK(step(house, owner, house.acme, much, "refuse").status == 415);  // no reason
    CHECK(step(house, owner, house.acme, much, "refuse", R"({"reason":"paid by hand"})").status ==
          200);
    CHECK(Body(read_payout(house, house.acme, much)).text("why") == "paid by hand");
}

TEST_CASE("a step names the state it changes, and an idempotency key its one effect") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    REQUIRE(put_policy(house, house.acme, R"({"overdraws":true})").status == 200);
    const auto id = break_chat(house, house.acme, "chat/1", "20");
    const auto& manager = house.token(house.acme, Role::Manager);
    const auto path = "/api/v1/payouts/" + id + "/confirm";
    CHECK(send(house, "POST", path, {.token = manager}).status == 428);
    CHECK(send(house, "POST", path, {.token = manager, .headers = "If-Match: \"1\"\r\n"}).status ==
          412);
    const auto headers = if_match(read_payout(house, house.acme, id)) + "Idempotency-Key: once\r\n";
    const auto first = send(house, "POST", path, {.token = manager, .headers = headers});
    const auto again = send(house, "POST", path, {.token = manager, .headers = headers});
    CHECK(first.status == 200);
    CHECK(first.body == again.body);
}

TEST_CASE("what the fund doesn't hold waits, and goes on with the next deposit") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    const auto id = break_chat(house, house.acme, "chat/1", "20");
    CHECK(state_of(house, house.acme, id) == "waiting");
    CHECK(fund_of(house, house.acme)
              .says(R"("waiting":{"count":1,"money":[{"currency":"CNY","count":1,"minor":2000)"));
    REQUIRE(move_money(house, house.acme, "deposit", "50.00").status == 201);
    CHECK(soon([&] { return state_of(house, house.acme, id) == "reserved"; }));
}

TEST_CASE("a customer sees their own payouts, without what concerns the company only") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    REQUIRE(put_policy(house, house.acme, R"({"overdraws":true})").status == 200);
    const auto own = break_chat(house, house.acme, "chat/1", "20", "C-1");
    const auto other = break_chat(house, house.acme, "chat/2", "30", "C-2");
    const auto link = link_for(house, house.acme, "C-1");
    const auto list = house.ask("GET", "/api/v1/payouts", {.headers = link});
    CHECK(list.says(own));
    CHECK_FALSE(list.says(other));
    CHECK_FALSE(list.says("connector"));
    CHECK(house.ask("GET", "/api/v1/payouts/" + own, {.headers = link}).status == 200);
    CHECK(house.ask("GET", "/api/v1/payouts/" + other, {.headers = link}).status == 404);
    CHECK(Body(house.ask("GET", "/api/v1/payouts?customer=C-2", {.headers = link}))
              .at("items")
              .items.empty());
    CHECK(house.ask("GET", "/api/v1/fund", {.headers = link}).status == 403);
    const auto& owner = house.token(house.acme, Role::Owner);
    CHECK(Body(house.ask("GET", "/api/v1/payouts?customer=C-2", {.token = owner}))
              .at("items")
              .items.size() == 1);
    CHECK(Body(house.ask("GET", "/api/v1/payouts?state=paid", {.token = owner}))
              .at("items")
              .items.empty());
    CHECK(house.ask("GET", "/api/v1/payouts?state=gone", {.token = owner}).status == 422);
    // Chats are no subjects of this partner, and nothing is charged on to anybody.
    CHECK(
        Body(house.ask("GET", "/api/v1/payouts", {.token = house.token(house.acme, Role::Partner)}))
            .at("items")
            .items.empty());
}

TEST_CASE("a batch is a file that stays, and its statement says what has arrived") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    REQUIRE(put_policy(house, house.acme,
                       R"({"overdraws":true,"pays":[{"kind":"bill credit","connector":"csv"}]})")
                .status == 200);
    const auto& manager = house.token(house.acme, Role::Manager);
    const auto post = [&](std::string_view path, std::string_view body, std::string_view type) {
        return send(house, "POST", path,
                    {.token = manager, .body = std::string(body), .type = std::string(type)});
    };
    CHECK(post("/api/v1/fund/batches", "", "").status == 409);
    const auto good = break_chat(house, house.acme, "chat/1", "20");
    const auto bad = break_chat(house, house.acme, "chat/2", "30");
    const auto differs = break_chat(house, house.acme, "chat/3", "40");
    const auto made = post("/api/v1/fund/batches", "", "");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const auto file = house.ask("GET", made.header("Location"), {.token = manager});
    CHECK(file.status == 200);
    CHECK(file.says(good + ",C-9,bill credit,20.00,CNY,迟复补偿,answer-soon@1,chat/1,no\r\n"));
    CHECK(house.ask("GET", made.header("Location"), {.token = manager}).body == file.body);
    CHECK(state_of(house, house.acme, good) == "sent");
    CHECK(post("/api/v1/fund/batches", "", "").status == 409);

    const auto statement = "payout,status,amount,currency,at,reference\n" + good +
                           ",paid,20.00,CNY,2026-03-10T09:00:00+08:00,B-1\n" + bad +
                           ",rejected,30.00,CNY,2026-03-10T09:00:00+08:00,account closed\n" +
                           differs + ",paid,4.00,CNY,2026-03-10T09:00:00+08:00,B-3\n" +
                           "pay_zzzz,paid,1.00,CNY,2026-03-10T09:00:00+08:00,B-4\n" +
                           "nonsense,lost,1.00,CNY,yesterday,\n";
    CHECK(post("/api/v1/fund/statements", "{}", "application/json").status == 415);
    const auto read = post("/api/v1/fund/statements", statement, "text/csv");
    REQUIRE_MESSAGE(read.status == 200, read.body);
    CHECK(read.says(R"("confirmed":[")" + good + R"("])"));
    CHECK(read.says(R"("failed":[")" + bad + R"("])"));
    CHECK(read.says(R"("rows_wrong":1)"));
    CHECK(Body(read).at("differences").find("amount_differs")->items.size() == 1);
    CHECK(Body(read).at("differences").find("unknown")->items.size() == 1);
    CHECK(state_of(house, house.acme, good) == "paid");
    CHECK(state_of(house, house.acme, bad) == "failed");
    CHECK(state_of(house, house.acme, differs) == "sent");
    const auto again = post("/api/v1/fund/statements", statement, "text/csv");
    CHECK(again.says(R"("confirmed":[])"));
    CHECK(step(house, manager, house.acme, bad, "retry").status == 200);
    CHECK(state_of(house, house.acme, bad) == "reserved");
    // It is carried by the next file, under the same id.
    const auto next = post("/api/v1/fund/batches", "", "");
    CHECK(next.says(bad));
    const auto reading = house.store->read();
    CHECK(check_books(*reading, house.acme.id).findings.empty());
}

TEST_CASE("books that were touched are found out") {
    House house;
    REQUIRE(move_money(house, house.acme, "deposit", "100.00").status == 201);
    CHECK(check_books(*house.store->read(), house.acme.id).findings.empty());
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        turns.rows().put_posting({.tenant = house.acme.id,
                                  .position = turns.rows().last_position(),
                                  .account = 1,
                                  .currency = "CNY",
                                  .minor = 1,
                                  .promise = {},
                                  .at = turns.now(),
                                  .day = 20260310});
        return {};
    }));
    const auto checked = check_books(*house.store->read(), house.acme.id);
    REQUIRE(checked.findings.size() == 1);
    CHECK(checked.findings[0].error.code == "unbalanced-postings");
}

TEST_CASE("the policy is read back as it was put, and what makes no sense is refused") {
    House house;
    const auto& owner = house.token(house.acme, Role::Owner);
    const std::string policy =
        R"({"approvals":[{"above":"200.00","currency":"CNY","role":"manager"}],"budgets":[{"promise":"answer-soon","period":"month","most":"5000.00","currency":"CNY"}],"caps":[{"period":"year","most":"300.00","currency":"CNY"}],"pays":[{"kind":"bill credit","connector":"csv"},{"connector":"hand"}],"zone":"UTC","offer_hours":48,"overdraws":true})";
    const auto put = put_policy(house, house.acme, policy);
    REQUIRE_MESSAGE(put.status == 200, put.body);
    CHECK(put.body == policy);
    CHECK(house.ask("GET", "/api/v1/fund/policy", {.token = owner}).body == policy);
    CHECK(send(house, "PUT", "/api/v1/fund/policy",
               {.token = owner, .body = policy, .headers = "If-Match: \"1\"\r\n"})
              .status == 412);
    for (const auto* bad : {R"({"zone":"Nowhere/Land"})",
                            R"({"approvals":[{"above":"1","currency":"CNY","role":"king"}]})",
                            R"({"caps":[{"period":"month","most":"1","currency":"XXQ"}]})",
                            R"({"offer_hours":0})", R"({"surprise":true})"}) {
        CAPTURE(bad);
        CHECK(put_policy(house, house.acme, bad).status == 422);
    }
}

TEST_CASE("a fund that shrinks evenly lasts as long as division says") {
    House house;
    publish_promise(house, house.acme, kAnswerSoon);
    // Ten days of ten yuan each, after a deposit; the eleventh day is today.
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        const auto post = [&](std::int32_t day, remedy::Account from, remedy::Account to,
                              std::int64_t minor, std::string promise) {
            for (const auto& [account, sign] : {std::pair(from, -1), std::pair(to, 1)})
                turns.rows().put_posting({.tenant = house.acme.id,
                                          .position = turns.rows().last_position(),
                                          .account = static_cast<std::uint8_t>(account),
                                          .currency = "CNY",
                                          .minor = sign * minor,
                                          .promise = promise,
                                          .at = turns.now(),
                                          .day = day});
        };
        using enum remedy::Account;
        post(20260228, Company, Fund, 40'000, "");
        for (const std::int32_t day : {20260228, 20260301, 20260302, 20260303, 20260304, 20260305,
                                       20260306, 20260307, 20260308, 20260309})
            post(day, Fund, Reserved, 500, "a"), post(day, Fund, Reserved, 500, "b");
        const auto yuan = [](std::int64_t minor) {
            return Money{.minor = minor, .currency = *Currency::parse("CNY")};
        };
        const auto put = engine::put_fund_policy(
            turns, {.tenant = house.acme.id, .id = "system", .name = "system"},
            {.budgets = {{.promise = "a", .most = yuan(8'500)},
                         {.promise = "", .most = yuan(18'000)}}});
        if (!put) return refuse(put.error());
        return {};
    }));
    const auto reading = house.store->read();
    const auto told = forecast(*reading, house.acme.id, Date::of(2026, 3, 10));
    const auto& outlook = told.currencies.at("CNY");
    CHECK(outlook.says == Outlook::Says::Lasts);
    CHECK(outlook.pace.history == 10);
    CHECK(outlook.pace.daily == 1'000);
    CHECK(outlook.known == 0);
    CHECK(outlook.days == 30);
    CHECK(outlook.soonest == 30);  // every day was alike: there is no doubt
    CHECK(outlook.latest == 30);
    CHECK(told.promises.at({"CNY", "a"}).daily == 500);
    // March has 40 left of 85 for the one promise, which takes five a day; 90 of 180 for all.
    REQUIRE(told.budgets.size() == 2);
    CHECK(told.budgets[0].use.minor == 9 * 500);
    CHECK(told.budgets[0].use.until == Date::of(2026, 4, 1));
    CHECK(told.budgets[0].outlook.left == 4'000);
    CHECK(told.budgets[0].outlook.days == 8);
    CHECK(told.budgets[1].outlook.left == 9'000);
    CHECK(told.budgets[1].outlook.days == 9);
    JsonOut out;
    write_fund(out, *reading, house.acme.id, Date::of(2026, 3, 10));
    const auto json = out.take();
    CHECK(json.contains(R"("on":"2026-03-18","on_soonest":"2026-03-18","on_latest":"2026-03-18")"));
    CHECK(json.contains(R"("on":"2026-04-09")"));
    const auto early = forecast(*reading, house.acme.id, Date::of(2026, 3, 6)).currencies.at("CNY");
    CHECK(early.says == Outlook::Says::NotEnoughHistory);
    CHECK(early.pace.history == 6);

    // The ledger in parts is the ledger.
    std::string whole, parts;
    const auto into = [](std::string& text) {
        return [&text](const std::string& piece) {
            text += piece;
            return true;
        };
    };
    CHECK_FALSE(ledger_csv(*reading, house.acme.id, into(whole)));
    int count = 0;
    std::optional<std::int64_t> after = 0;
    for (; after; ++count) after = ledger_csv(*reading, house.acme.id, into(parts), *after, 10);
    CHECK(parts == whole);
    CHECK(count == 5);  // 42 lines
}

}  // namespace yinuo::server
