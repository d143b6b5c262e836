// Claims 申诉 as people meet them over HTTP: made, looked into, decided by somebody else or by time.
#include "server/claims_testing.h"

#include <doctest/doctest.h>

namespace yinuo::server {
namespace {

constexpr std::string_view kClaim =
    R"({"text":"车在路边停下上了三个人","fields":{"passenger":"zhang"}})";

http::testing::Reply read(House& house, const std::string& key, const std::string& path) {
    return house.ask("GET", path, {.token = key});
}

// What is paid for it by now, as "136.00", in order.
std::vector<std::string> payouts(House& house, const std::string& key,
                                 const std::string& obligation) {
    std::vector<std::string> amounts;
    const auto reply = read(house, key, "/api/v1/obligations/" + obligation + "/payouts");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    for (const auto& item : Body(reply).at("items").items)
        if (item.find("kind")->text == "refund") {
            const bool back = item.find("back") != nullptr;
            amounts.push_back((back ? "-" : "") +
                              std::string(item.find("money")->find("amount")->text) + " " +
                              std::string(item.find("payee")->text));
        }
    return amounts;
}

std::string file(House& house, const std::string& key, std::string_view subject,
                 std::string_view text) {
    const auto made = send(house, "POST", "/api/v1/evidence?subject=" + std::string(subject),
                           {.token = key, .body = std::string(text), .type = "text/plain"});
    REQUIRE_MESSAGE(made.status == 201, made.body);
    return Body(made).text("id");
}

struct Coach {
    Coach() {
        publish_promise(house, house.acme, kCoach);
        key = lasting_key(house, house.acme);
        checker = house.token(house.acme, Role::SecondLine);
        link = link_for_trip();
    }
    std::string link_for_trip() {
        obligation = plan_trip(house, key, "trip/1");
        return link_for(house, house.acme, "C-9");
    }
    http::testing::Reply claim(std::string_view body = kClaim) {
        return send(house, "POST", "/api/v1/obligations/" + obligation + "/claims",
                    {.body = std::string(body), .headers = link});
    }
    http::testing::Reply decide(const std::string& id, std::string_view how, std::string_view body,
                                const std::string& token) {
        return post(house, "/api/v1/claims/" + id + "/" + std::string(how), token, body);
    }

    House house;
    std::string key, checker, link, obligation;
};

}  // namespace

TEST_CASE(
    "a passenger's claim breaks nothing; confirmed by somebody else it pays double the fare") {
    Coach coach;
    auto& house = coach.house;
    const auto made = coach.claim();
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const auto id = Body(made).text("id");
    CHECK(made.header("Location") == "/api/v1/claims/" + id);
    CHECK(Body(made).text("state") == "open");
    CHECK(Body(made).text("by") == "customer");
    CHECK(made.says("车在路边停下上了三个人"));

    auto stands = read(house, coach.key, "/api/v1/obligations/" + coach.obligation);
    CHECK_MESSAGE(stands.says(R"("state":"running")"), stands.body);
    CHECK(stands.says(R"("claim":"claimed")"));
    CHECK(stands.says(R"("claims":[{"id":")" + id));
    // What they wrote is for them and those who decide; who may only look doesn't see it.
    const auto auditor = house.token(house.acme, Role::Auditor);
    const auto looked = read(house, auditor, "/api/v1/claims/" + id);
    CHECK(looked.status == 200);
    CHECK_FALSE(looked.says("车在路边停下上了三个人"));
    bool in_the_clear = false;
    house.store->read()->entries_after(0, [&](const store::Entry& entry) {
        in_the_clear = in_the_clear || entry.body.contains("车在路边停下上了三个人");
        return true;
    });
    CHECK_FALSE(in_the_clear);

    const auto inbox = read(house, coach.checker, "/api/v1/claims?state=open");
    CHECK_MESSAGE(inbox.says(R"("id":")" + id), inbox.body);
    CHECK(inbox.says(R"("due_at":"2026-03-17T)"));
    CHECK(payouts(house, coach.key, coach.obligation).empty());

    const auto confirmed =
        coach.decide(id, "confirm", R"({"reason":"行车记录仪证实"})", coach.checker);
    REQUIRE_MESSAGE(confirmed.status == 200, confirmed.body);
    CHECK(Body(confirmed).text("state") == "confirmed");
    CHECK(confirmed.says(R"("reason":"行车记录仪证实")"));
    CHECK(payouts(house, coach.key, coach.obligation) == std::vector<std::string>{"136.00 zhang"});
    CHECK(read(house, coach.checker, "/api/v1/claims").says(R"("items":[])"));
    CHECK(read(house, coach.checker, "/api/v1/claims?state=confirmed").says(id));
    const auto again = coach.decide(id, "confirm", R"({"reason":"again"})", coach.checker);
    CHECK(again.status == 409);
    CHECK(again.says("already-decided"));
    CHECK(coach.claim().says("already-broken"));
    // The customer reads who decided and why on their own page.
    const auto own =
        house.ask("GET", "/api/v1/obligations/" + coach.obligation, {.headers = coach.link});
    CHECK(own.says("行车记录仪证实"));
    const auto told = read(house, coach.key, "/api/v1/subjects/trip%2F1/timeline");
    CHECK_MESSAGE(told.says("核实属实（second_line：行车记录仪证实）"), told.body);
    CHECK(told.says(R"("what":"payout")"));
}

TEST_CASE("seven days without a decision count as confirmed; proof that comes later reverses it") {
    Coach coach;
    auto& house = coach.house;
    const auto id = Body(coach.claim()).text("id");
    house.clock.advance(hours(24 * 7) - minutes(1));
    CHECK(read(house, coach.key, "/api/v1/claims/" + id).says(R"("state":"open")"));
    house.clock.advance(minutes(2));
    CHECK(soon([&] {
        return read(house, coach.key, "/api/v1/claims/" + id).says(R"("state":"confirmed")");
    }));
    auto decided = read(house, coach.key, "/api/v1/claims/" + id);
    CHECK_MESSAGE(decided.says("the promise's rule"), decided.body);
    CHECK(decided.says("按承诺的约定"));
    CHECK(soon([&] {
        return payouts(house, coach.key, coach.obligation) ==
               std::vector<std::string>{"136.00 zhang"};
    }));
    house.clock.advance(minutes(1));
    coach.checker = fresh_token(house, house.acme, Role::SecondLine);

    const auto bare = coach.decide(id, "reject", R"({"reason":"录像里没有"})", coach.checker);
    CHECK(bare.status == 422);
    CHECK(bare.says("/evidence"));
    const auto film = file(house, coach.checker, "trip%2F1", "film of the whole trip");
    const auto undone = coach.decide(
        id, "reject", R"({"reason":"录像里没有","evidence":[")" + film + R"("]})", coach.checker);
    REQUIRE_MESSAGE(undone.status == 200, undone.body);
    CHECK(Body(undone).text("state") == "rejected");
    CHECK(undone.says(R"("media_type":"text/plain")"));
    const auto stands = read(house, coach.key, "/api/v1/obligations/" + coach.obligation);
    CHECK_MESSAGE(stands.says(R"("state":"running")"), stands.body);
    const auto told = read(house, coach.key, "/api/v1/subjects/trip%2F1/timeline");
    CHECK_MESSAGE(told.says("到期没有结论，按承诺的约定"), told.body);
    CHECK(told.says("撤销先前的结论"));
    // Nothing had been sent yet: it is cancelled, not taken back.
    const auto list =
        read(house, coach.key, "/api/v1/obligations/" + coach.obligation + "/payouts");
    CHECK_MESSAGE(list.says(R"("state":"cancelled")"), list.body);
}

TEST_CASE("who claims doesn't decide, and two who claim the same are both kept") {
    Coach coach;
    auto& house = coach.house;
    const auto agent = house.token(house.acme, Role::Agent);
    const auto first = Body(coach.claim()).text("id");
    CHECK(coach.claim().says("already-claimed"));
    const auto second = post(house, "/api/v1/obligations/" + coach.obligation + "/claims", agent,
                             R"({"text":"李乘客来电","fields":{"passenger":"li"}})");
    REQUIRE_MESSAGE(second.status == 201, second.body);
    CHECK(Body(second).text("id") != first);
    const auto inbox = read(house, coach.checker, "/api/v1/claims");
    CHECK(Body(inbox).at("items").items.size() == 2);
    const auto own = coach.decide(first, "confirm", R"({"reason":"ok"})", agent);
    CHECK(own.status == 403);
    CHECK(own.says("same-person"));
    // Nor does a program, which could be anybody's second voice.
    CHECK(coach.decide(first, "confirm", R"({"reason":"ok"})", coach.key).status == 403);
    CHECK(send(house, "POST", "/api/v1/claims/" + first + "/confirm",
               {.body = R"({"reason":"ok"})", .headers = coach.link})
              .status == 403);
    const auto rejected = coach.decide(first, "reject", R"({"reason":"没有此事"})", coach.checker);
    CHECK_MESSAGE(rejected.status == 200, rejected.body);
    CHECK(read(house, coach.key, "/api/v1/claims/" + Body(second).text("id"))
              .says(R"("state":"rejected")"));
    CHECK(payouts(house, coach.key, coach.obligation).empty());
}

TEST_CASE("whoever verifies may name everybody concerned: each gets double their own fare") {
    Coach coach;
    const auto id = Body(coach.claim()).text("id");
    const auto confirmed = coach.decide(
        id, "confirm", R"({"reason":"两人都在","fields":{"passenger":["zhang","li"]}})",
        coach.checker);
    REQUIRE_MESSAGE(confirmed.status == 200, confirmed.body);
    CHECK(payouts(coach.house, coach.key, coach.obligation) ==
          std::vector<std::string>{"136.00 zhang", "136.00 li"});
}

TEST_CASE("what doesn't fit the promise is refused in its own words, and nothing is written") {
    Coach coach;
    auto& house = coach.house;
    const auto id = Body(coach.claim()).text("id");
    const auto before = house.store->read()->last_position();
    const auto off =
        coach.decide(id, "confirm", R"({"reason":"x","fields":{"boarded":false}})", coach.checker);
    CHECK(off.status == 422);
    CHECK(off.says("act-does-not-fit"));
    CHECK(off.says("dashcam.checked"));
    const auto ours =
        coach.decide(id, "confirm", R"({"reason":"x","fields":{"by":"me"}})", coach.checker);
    CHECK(ours.says("not-yours"));
    const auto odd = coach.decide(
        id, "confirm", R"({"reason":"x","fields":{"seen":"2026-02-30T08:00:00Z"}})", coach.checker);
    CHECK_MESSAGE(odd.says("/fields/seen"), odd.body);
    const auto none = post(house, "/api/v1/obligations/" + coach.obligation + "/waiver",
                           coach.checker, R"({"reason":"x","cause":"y"})");
    CHECK(none.status == 409);
    CHECK(none.says("no-such-act"));
    const auto unknown =
        coach.decide(id, "confirm", R"({"reason":"x","evidence":["evd_1"]})", coach.checker);
    CHECK(unknown.status == 422);
    CHECK(unknown.says("unknown-file"));
    CHECK(house.store->read()->last_position() == before);
    const auto theirs = house.token(house.other, Role::Owner);
    CHECK(read(house, theirs, "/api/v1/claims/" + id).status == 404);
    CHECK(coach.decide(id, "confirm", R"({"reason":"x"})", theirs).status == 404);
    CHECK(read(house, theirs, "/api/v1/claims").says(R"("items":[])"));
}

TEST_CASE("a claim that another system reports is in the same inbox") {
    Coach coach;
    auto& house = coach.house;
    tell(house, coach.key, "app-7", "boarding.reported", "trip/1",
         R"(,"fields":{"passenger":"li"})", "");
    const auto inbox = read(house, coach.checker, "/api/v1/claims");
    REQUIRE(Body(inbox).at("items").items.size() == 1);
    const std::string id(Body(inbox).at("items").items[0].find("id")->text);
    const auto acts =
        read(house, coach.checker, "/api/v1/obligations/" + coach.obligation + "/acts");
    CHECK_MESSAGE(acts.says(R"("path":"/api/v1/claims/)" + id + "/confirm"), acts.body);
    CHECK(acts.says(R"("name":"boarded","sign":"=","values":["true"],"text":false,"filled":true)"));
    CHECK(coach.decide(id, "confirm", R"({"reason":"记录仪"})", coach.checker).status == 200);
    CHECK(payouts(house, coach.key, coach.obligation) == std::vector<std::string>{"136.00 li"});
    const auto theirs = house.ask("GET", "/api/v1/obligations/" + coach.obligation + "/acts",
                                  {.headers = coach.link});
    CHECK_MESSAGE(theirs.says(R"("items":[])"), theirs.body);
}

}  // namespace yinuo::server
