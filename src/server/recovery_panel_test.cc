// 补救面板: shown before, held for ten seconds, carried out once or undone.
#include "server/fund_testing.h"

namespace yinuo::server {
namespace {

struct Panel {
    House house;
    const Company& acme = house.acme;
    std::string payout, obligation;
    std::string agent = house.key(acme, permissions_of(Role::Agent));

    explicit Panel(std::string_view size = "20") {
        publish_promise(house, acme, kAnswerSoon);
        REQUIRE(move_money(house, acme, "deposit", "100.00").status < 300);
        REQUIRE(put_policy(house, acme,
                           R"({"approvals":[{"above":"10.00","currency":"CNY","role":"manager"}]})")
                    .status == 200);
        payout = break_chat(house, acme, "chat/1", size);
        obligation = Body(read_payout(house, acme, payout)).text("obligation");
    }
    http::testing::Reply post(Role role, std::string_view body, std::string_view more = "") {
        return send(house, "POST",
                    "/api/v1/obligations/" + obligation + "/recovery" + std::string(more),
                    {.token = house.token(acme, role), .body = std::string(body)});
    }
    http::testing::Reply act(std::string_view id) {
        return house.ask("GET", "/api/v1/recovery-acts/" + std::string(id),
                         {.token = house.token(acme, Role::Owner)});
    }
    http::testing::Reply undo(std::string_view id, Role role) {
        return house.ask("DELETE", "/api/v1/recovery-acts/" + std::string(id),
                         {.token = house.token(acme, role)});
    }
    std::string state_of_act(std::string_view id) { return Body(act(id)).text("state"); }
    std::string state_of_payout() { return Body(read_payout(house, acme, payout)).text("state"); }
    std::size_t notices() {
        const auto reading = house.store->read();
        std::size_t count = 0;
        for (const auto state : {store::Action::State::Waiting, store::Action::State::Done,
                                 store::Action::State::Dead})
            for (const auto& one : reading->actions(acme.id, "cus_1", state, 0, 100))
                count += one.topic == "notice" && one.body.contains("recovery.apology");
        return count;
    }
    std::int64_t postings() { return std::ssize(house.store->read()->postings(acme.id, 0, 1'000)); }
};

TEST_CASE("a recovery is shown before, waits ten seconds, and is then carried out once") {
    Panel panel;
    CHECK(panel.state_of_payout() == "approving");
    const auto shown = panel.post(
        Role::Manager, R"({"apology":"让您久等了","approve":")" + panel.payout + "\"}", "/preview");
    REQUIRE_MESSAGE(shown.status == 200, shown.body);
    const Body body(shown);
    CHECK(body.at("message").find("text")->text.contains("让您久等了"));
    CHECK(body.at("message").find("language")->text == "zh");
    const auto& money = body.at("money").items;
    REQUIRE(money.size() == 1);
    CHECK(money[0].find("fund_before")->find("amount")->text == "100.00");
    CHECK(money[0].find("fund_after")->find("amount")->text == "80.00");
    CHECK(body.at("template").find("zh")->text == "抱歉");

    const auto before = panel.postings();
    const auto made =
        panel.post(Role::Manager, R"({"apology":"让您久等了","approve":")" + panel.payout + "\"}");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const auto id = Body(made).text("id");
    CHECK(Body(made).text("state") == "waiting");
    CHECK(Body(made).at("undo_left_millis").integer() == 10'000);
    panel.house.clock.advance(seconds(9));
    CHECK(panel.state_of_act(id) == "waiting");
    CHECK(panel.state_of_payout() == "approving");
    CHECK(panel.postings() == before);
    CHECK(panel.notices() == 0);
    panel.house.clock.advance(seconds(1));
    REQUIRE(soon([&] { return panel.state_of_act(id) == "done"; }));
    CHECK(panel.state_of_payout() == "reserved");
    CHECK(panel.notices() == 1);
    CHECK(panel.postings() > before);
    // What is said lies sealed: in no action and no document in the clear.
    CHECK_FALSE(panel.house.store->read()
                    ->document(panel.acme.id, "recovery-acts", id)
                    ->body.contains("让您久等了"));
    CHECK(panel.undo(id, Role::Manager).status == 409);
    CHECK(panel.house
              .ask("GET", "/api/v1/audit", {.token = panel.house.token(panel.acme, Role::Owner)})
              .says("recovery.done"));
}

TEST_CASE("撤销: what is undone leaves no message and no line of the ledger") {
    Panel panel;
    const auto before = panel.postings();
    const auto made =
        panel.post(Role::Manager, R"({"apology":"对不起","approve":")" + panel.payout + "\"}");
    REQUIRE(made.status == 201);
    const auto id = Body(made).text("id");
    const auto again = panel.post(Role::Manager, R"({"apology":"对不起"})");
    CHECK(again.status == 409);
    CHECK(Body(again).text("code") == "recovery-waits");
    CHECK(panel.undo(id, Role::Agent).status == 403);
    const auto undone = panel.undo(id, Role::Manager);
    REQUIRE_MESSAGE(undone.status == 200, undone.body);
    CHECK(Body(undone).text("state") == "cancelled");
    panel.house.clock.advance(minutes(1));
    CHECK(panel.undo(id, Role::Manager).status == 409);
    // Another one made and carried out: whatever waited before it has had its turn.
    const auto other = Body(panel.post(Role::Agent, R"({"note":"电话联系过"})")).text("id");
    panel.house.clock.advance(seconds(10));
    REQUIRE(soon([&] { return panel.state_of_act(other) == "done"; }));
    CHECK(panel.state_of_act(id) == "cancelled");
    CHECK(panel.state_of_payout() == "approving");
    CHECK(panel.postings() == before);
    CHECK(panel.notices() == 0);
}

TEST_CASE("what can't be done is refused before it waits, and told when it fails later") {
    Panel panel;
    const auto approve = R"({"approve":")" + panel.payout + "\"}";
    CHECK(panel.post(Role::Agent, approve).status == 403);  // the manager's to approve
    CHECK(panel.post(Role::Auditor, "{}").status == 403);
    CHECK(panel.post(Role::Manager, R"({"cause":"none-such"})").status == 422);
    CHECK(panel.post(Role::Manager, R"({"choice":{"payout":"pay_1"}})").status == 422);
    CHECK(panel.post(Role::Manager, R"({"approve":"pay_zzz"})").status == 409);
    CHECK(panel.post(Role::Manager, R"({"pardon":1})").status == 422);
    CHECK(send(panel.house, "POST", "/api/v1/obligations/" + panel.obligation + "/recovery",
               {.token = panel.house.token(panel.house.other, Role::Manager), .body = "{}"})
              .status == 404);

    const auto id = Body(panel.post(Role::Manager, approve)).text("id");
    // Meanwhile somebody else refuses it.
    REQUIRE(step(panel.house, panel.house.token(panel.acme, Role::Owner), panel.acme, panel.payout,
                 "refuse", R"({"reason":"重复"})")
                .status == 200);
    panel.house.clock.advance(seconds(10));
    REQUIRE(soon([&] { return panel.state_of_act(id) == "failed"; }));
    CHECK(Body(panel.act(id)).text("fault") == "wrong-payout-state");
    CHECK(panel.notices() == 0);
}

TEST_CASE("the cause becomes a fact of the subject, and the customer reads the apology") {
    Panel panel;
    const auto& owner = panel.house.token(panel.acme, Role::Owner);
    const auto codes = panel.house.ask("GET", "/api/v1/reason-codes", {.token = owner});
    REQUIRE(send(panel.house, "PUT", "/api/v1/reason-codes",
                 {.token = owner,
                  .body = R"({"codes":[{"code":"staff","zh":"人手","en":"staffing"}]})",
                  .headers = if_match(codes)})
                .status == 200);
    const auto made =
        panel.post(Role::Agent, R"({"cause":"staff","apology":"王先生，对不起，今天一定办好"})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    panel.house.clock.advance(seconds(10));
    REQUIRE(soon([&] { return panel.state_of_act(Body(made).text("id")) == "done"; }));
    const auto subject =
        panel.house.ask("GET", "/api/v1/subjects/chat%2F1/timeline", {.token = owner});
    CHECK(subject.says("breach.coded"));
    CHECK(panel.notices() == 1);
    panel.house.clock.advance(hours(12));  // no quiet hours any more
    REQUIRE(soon([&] {
        return panel.house.ask("GET", "/api/v1/customers/C-9/notices", {.token = panel.agent})
            .says("今天一定办好");
    }));
}

}  // namespace
}  // namespace yinuo::server
