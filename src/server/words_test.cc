// 口头承诺, 催办 and 服务补救 as people meet them over HTTP.
#include <doctest/doctest.h>

#include "engine/recovering.h"
#include "server/business_testing.h"
#include "server/house_promises.h"
#include "server/words.h"
#include "vault/encoding.h"

namespace yinuo::server {
namespace {

using http::testing::Reply;

// Drafted as a company would, then approved and published.
void publish_house(House& house, const Company& company, std::string_view name,
                   std::string_view wish = {}) {
    const auto& manager = company.tokens.at(Role::Manager);
    auto reply = send(house, "POST", "/api/v1/house-promises/" + std::string(name) + "/draft",
                      {.token = manager, .body = std::string(wish)});
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const auto id = Body(reply).text("id");
    for (const auto& [step, role] :
         {std::pair("check", Role::Manager), std::pair("approve", Role::Owner),
          std::pair("publish", Role::Manager)}) {
        reply = send(house, "POST", "/api/v1/promises/" + id + "/" + step,
                     {.token = company.tokens.at(role), .headers = if_match(reply)});
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
    }
    house.clock.advance(seconds(1));
}

Reply post(House& house, Role role, const std::string& path, std::string body) {
    return send(house, "POST", path,
                {.token = house.token(house.acme, role), .body = std::move(body)});
}
Reply get(House& house, Role role, const std::string& path) {
    return house.ask("GET", path, {.token = house.token(house.acme, role)});
}

std::string link_of(House& house, std::string_view customer) {
    const auto reply = post(house, Role::Agent, "/api/v1/links",
                            R"({"customer":")" + std::string(customer) + "\"}");
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    return "Authorization: Link " + Body(reply).text("link") + "\r\n";
}

std::string in_minutes(House& house, int count) {
    return to_string(house.clock.now() + minutes(count));
}

std::string word_json(House& house, int count, std::string_view more = {}) {
    return R"({"customer":"C-1","text":"半小时内给您回电 13800000000","until":")" +
           in_minutes(house, count) + "\"" + std::string(more) + "}";
}

// An order of C-9, under way.
std::string order_of(House& house, std::string_view id = "order/1") {
    const auto said = send(house, "POST", "/api/v1/facts?source=crm&expand=obligations",
                           {.token = house.token(house.acme, Role::Owner),
                            .body = fact_json(id, "order.placed", id, R"(,"customer":"C-9")",
                                              to_string(house.clock.now()))});
    REQUIRE_MESSAGE(said.status == 201, said.body);
    return std::string(Body(said).at("obligations").items[0].find("id")->text);
}

}  // namespace

TEST_CASE(
    "house promises are drafted with a company's own zone and owner, each time a version on") {
    House house;
    const auto list = get(house, Role::Auditor, "/api/v1/house-promises");
    CHECK(Body(list).at("items").items.size() == 3);
    CHECK(list.says("说到做到"));
    CHECK(post(house, Role::Agent, "/api/v1/house-promises/word/draft", "").status == 403);
    CHECK(post(house, Role::Manager, "/api/v1/house-promises/wrod/draft", "").status == 404);
    CHECK(post(house, Role::Manager, "/api/v1/house-promises/word/draft",
               R"({"zone":"Mars/Olympus"})")
              .status == 422);
    CHECK(post(house, Role::Manager, "/api/v1/house-promises/word/draft",
               R"({"owner":"team/x\nzone: UTC"})")
              .status == 422);
    const auto first = post(house, Role::Manager, "/api/v1/house-promises/word/draft",
                            R"({"zone":"UTC","owner":"team/desk"})");
    REQUIRE_MESSAGE(first.status == 201, first.body);
    CHECK(Body(first).text("id") == "word@1");
    CHECK(Body(first).text("text").contains("\nzone: UTC\n"));
    CHECK(Body(first).text("text").contains("\nowner: team/desk\n"));
    CHECK(Body(post(house, Role::Manager, "/api/v1/house-promises/word/draft", "")).text("id") ==
          "word@2");
}

TEST_CASE("a word is owed once it is given, and is kept, late or taken back like any promise") {
    House house;
    const auto before = post(house, Role::Agent, "/api/v1/words", word_json(house, 30));
    CHECK(before.status == 422);
    CHECK(before.says("house-promises/word/draft"));
    publish_house(house, house.acme, "word");
    CHECK(post(house, Role::Agent, "/api/v1/words", word_json(house, -1)).status == 422);
    CHECK(post(house, Role::Auditor, "/api/v1/words", word_json(house, 30)).status == 403);
    CHECK(post(house, Role::Agent, "/api/v1/words", R"({"text":""})").status == 422);

    const auto given = post(house, Role::Agent, "/api/v1/words", word_json(house, 30));
    REQUIRE_MESSAGE(given.status == 201, given.body);
    const Body word(given);
    const auto path = "/api/v1/words/" + word.text("id");
    CHECK(word.text("state") == "running");
    CHECK(word.text("text").contains("13800000000"));
    // Whoever holds text and salt can prove what was said.
    CHECK(word.text("text_hash") ==
          hash_of({.text = word.text("text"), .salt = word.text("salt")}));

    // The customer sees it among what is owed to them, others' customers and companies don't.
    const auto link = link_of(house, "C-1");
    const auto owed = house.ask("GET", "/api/v1/obligations", {.headers = link});
    CHECK_MESSAGE(owed.says(word.text("obligation")), owed.body);
    CHECK(house.ask("GET", path, {.headers = link}).says("13800000000"));
    // Their receipt has the hash.
    const auto receipt = house.ask(
        "GET", "/api/v1/obligations/" + word.text("obligation") + "/receipt", {.headers = link});
    const auto extra = receipt.body.find("\nextra ");
    REQUIRE_MESSAGE(extra != std::string::npos, receipt.body);
    const auto line =
        receipt.body.substr(extra + 7, receipt.body.find('\n', extra + 7) - extra - 7);
    CHECK(vault::from_base64(line, vault::Base64::Standard)
              .value_or("")
              .contains(word.text("text_hash")));
    const auto other = house.ask("GET", path, {.token = house.other.tokens.at(Role::Owner)});
    CHECK(other.status == 404);
    CHECK_FALSE(get(house, Role::Auditor, path).says("13800000000"));
    CHECK(get(house, Role::Partner, path).status == 404);

    const auto kept = post(house, Role::Agent, path + "/kept", R"({"note":"已回电"})");
    REQUIRE_MESSAGE(kept.status == 200, kept.body);
    CHECK(Body(kept).text("state") == "kept");
    CHECK(post(house, Role::Agent, path + "/kept", "").status == 409);

    const auto late = Body(post(house, Role::Agent, "/api/v1/words", word_json(house, 10)));
    const auto late_path = "/api/v1/words/" + late.text("id");
    house.clock.advance(minutes(11));
    CHECK(soon([&] { return Body(get(house, Role::Agent, late_path)).text("state") == "broken"; }));
    CHECK(post(house, Role::Agent, late_path + "/moved",
               R"({"until":")" + in_minutes(house, 60) + R"(","consent":true})")
              .status == 409);
    CHECK(get(house, Role::Manager, "/api/v1/words?state=broken").says(late.text("id")));
    CHECK_FALSE(get(house, Role::Manager, "/api/v1/words?mine=true").says(late.text("id")));
    CHECK(get(house, Role::Agent, "/api/v1/words?mine=true&limit=1").says(R"("next":)"));

    const auto gone = Body(post(house, Role::Agent, "/api/v1/words", word_json(house, 10)));
    CHECK(Body(post(house, Role::Agent, "/api/v1/words/" + gone.text("id") + "/withdrawn", ""))
              .text("state") == "void");
}

TEST_CASE("改约: once, with consent, to a later instant") {
    House house;
    publish_house(house, house.acme, "word");
    const auto path =
        "/api/v1/words/" +
        Body(post(house, Role::Agent, "/api/v1/words", word_json(house, 30))).text("id");
    const auto move = [&](int count, std::string_view consent) {
        return post(house, Role::Agent, path + "/moved",
                    R"({"until":")" + in_minutes(house, count) + R"(","consent":)" +
                        std::string(consent) + "}");
    };
    CHECK(move(60, "false").status == 422);
    CHECK(move(20, "true").status == 422);
    const auto moved = move(60, "true");
    REQUIRE_MESSAGE(moved.status == 200, moved.body);
    CHECK(Body(moved).text("due_at") == in_minutes(house, 60));
    CHECK(move(90, "true").status == 409);
}

TEST_CASE("beyond one's authority a word waits for somebody else, and the customer isn't told") {
    House house;
    publish_house(house, house.acme, "word");
    const auto now = get(house, Role::Owner, "/api/v1/words/authority");
    const auto put = [&](std::string_view body) {
        return send(house, "PUT", "/api/v1/words/authority",
                    {.token = house.token(house.acme, Role::Owner),
                     .body = std::string(body),
                     .headers = if_match(now)});
    };
    CHECK(put(R"({"rows":[{"role":"agnet","longest_hours":1,"needs":"manager"}]})").status == 422);
    REQUIRE(put(R"({"rows":[{"role":"agent","longest_hours":1,"needs":"manager"},
                            {"role":"manager","longest_hours":4,"needs":"none"}]})")
                .status == 200);
    CHECK(put(R"({"rows":[]})").status == 412);
    CHECK(post(house, Role::SecondLine, "/api/v1/words", word_json(house, 5)).says("no-authority"));
    CHECK(post(house, Role::Manager, "/api/v1/words", word_json(house, 300)).says("no-authority"));

    const auto proposed = Body(post(house, Role::Agent, "/api/v1/words", word_json(house, 120)));
    CHECK(proposed.text("state") == "proposed");
    CHECK(proposed.text("needs") == "manager");
    const auto path = "/api/v1/words/" + proposed.text("id");
    const auto link = link_of(house, "C-1");
    CHECK(house.ask("GET", path, {.headers = link}).status == 404);
    CHECK(house.ask("GET", "/api/v1/obligations", {.headers = link}).says(R"("items":[])"));
    CHECK(post(house, Role::Agent, path + "/agree", "").status == 403);
    CHECK(post(house, Role::Agent, path + "/kept", "").status == 409);
    const auto agreed = post(house, Role::Manager, path + "/agree", "");
    REQUIRE_MESSAGE(agreed.status == 200, agreed.body);
    CHECK(Body(agreed).text("state") == "running");
    CHECK(house.ask("GET", path, {.headers = link}).status == 200);
    CHECK(post(house, Role::Manager, path + "/agree", "").status == 409);

    const auto refused = Body(post(house, Role::Agent, "/api/v1/words", word_json(house, 120)));
    CHECK(post(house, Role::Manager, "/api/v1/words/" + refused.text("id") + "/refuse",
               R"({"reason":"做不到"})")
              .status == 200);
    const auto shown = get(house, Role::Auditor, "/api/v1/words?state=refused");
    CHECK(shown.says("做不到"));
    // Nothing personal is in the log.
    const auto reading = house.store->read();
    reading->entries_after(0, [&](const store::Entry& entry) {
        CHECK_FALSE(entry.body.contains("13800000000"));
        return true;
    });
}

TEST_CASE("催办: by the stated rule, to who holds it, answered in time or supervised") {
    House house;
    publish_promise(house, house.acme);
    publish_house(house, house.acme, "chase");
    const auto obligation = order_of(house);
    const auto link = link_of(house, "C-9");
    const auto chase = [&](std::string_view about) {
        return send(house, "POST", "/api/v1/chases",
                    {.body = R"({"about":")" + std::string(about) + R"(","text":"还要多久？"})",
                     .headers = link});
    };
    const auto early = chase(obligation);
    CHECK(early.status == 409);
    CHECK(early.says("too-early"));
    CHECK(early.says(to_string(house.clock.now() + minutes(60)).substr(0, 16)));
    CHECK(chase("order/2").status == 404);
    house.clock.advance(minutes(61));
    const auto made = chase(obligation);
    REQUIRE_MESSAGE(made.status == 201, made.body);
    CHECK(chase("order/1").says("too-often"));
    const auto path = "/api/v1/chases/" + Body(made).text("id");
    const auto seen = get(house, Role::Agent, path);
    CHECK(Body(seen).text("addressee") == "team/broadband");
    CHECK(seen.says("还要多久"));
    CHECK_FALSE(get(house, Role::Auditor, path).says("还要多久"));
    CHECK(get(house, Role::Partner, path).status == 404);

    house.clock.advance(minutes(121));
    CHECK(soon([&] {
        const Body body(get(house, Role::Agent, path));
        return body.at("obligations").items.size() == 2 && body.text("state") == "open";
    }));
    const auto answered =
        post(house, Role::SecondLine, path + "/answer", R"({"text":"师傅 15 点到"})");
    REQUIRE_MESSAGE(answered.status == 200, answered.body);
    CHECK(post(house, Role::SecondLine, path + "/answer", R"({"text":"again"})").status == 409);
    const auto told = house.ask("GET", path, {.headers = link});
    CHECK(told.says("师傅 15 点到"));
    CHECK(Body(told).text("state") == "answered");

    const auto supervised =
        post(house, Role::Agent, "/api/v1/chases",
             R"({"about":"order/1","text":"今天必须装好","addressee":"partner/north"})");
    REQUIRE_MESSAGE(supervised.status == 201, supervised.body);
    CHECK(Body(supervised).text("addressee") == "partner/north");
    CHECK(house.ask("GET", "/api/v1/chases/" + Body(supervised).text("id"), {.headers = link})
              .status == 404);
    CHECK(get(house, Role::Manager, "/api/v1/chases?state=open&about=order%2F1")
              .says(Body(supervised).text("id")));

    const auto rule = house.ask("GET", "/api/v1/chases/rule", {.headers = link});
    CHECK(rule.says("催办"));
    CHECK(send(house, "PUT", "/api/v1/chases/rule",
               {.token = house.token(house.acme, Role::Owner),
                .body = R"({"first_after_minutes":0,"every_minutes":0,"most_open_per_subject":1})",
                .headers = if_match(rule)})
              .status == 200);
    CHECK(chase("order/1").status == 201);
    CHECK(chase("order/1").says("chases-open"));
}

TEST_CASE("a breach begins its recovery by itself, once, and what was done stops its clocks") {
    House house;
    publish_promise(house, house.acme);
    publish_house(house, house.acme, "recovery");
    const auto key = lasting_key(house, house.acme);
    const auto obligation = order_of(house);
    house.clock.advance(hours(24) + seconds(1));
    const auto path = "/api/v1/recoveries/" + obligation;
    CHECK(soon([&] { return house.ask("GET", path, {.token = key}).status == 200; }));
    // As after a crash between the report and its being written down: told twice, begun once.
    std::int64_t again = 0;
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        for (std::int64_t id = 1; auto action = turns.rows().action(id); ++id) {
            if (action->topic != engine::kRecovery) continue;
            action->id = 0;
            action->key += "/again";
            action->state = store::Action::State::Waiting;
            again = turns.rows().put_action(*action);
            break;
        }
        return {};
    }));
    house.clock.advance(seconds(1));
    CHECK(soon(
        [&] { return house.store->read()->action(again)->state == store::Action::State::Done; }));
    CHECK(Body(house.ask("GET", path, {.token = key})).at("clocks").items.size() == 2);
    const auto list = house.ask("GET", "/api/v1/recoveries", {.token = key});
    CHECK_MESSAGE(Body(list).at("items").items.size() == 1, list.body);
    CHECK(list.says("order/1"));
    const auto step = [&](std::string_view what) {
        return send(house, "POST", path + "/" + std::string(what),
                    {.token = key, .body = R"({"text":"已致电道歉"})"});
    };
    const auto contacted = step("contacted");
    REQUIRE_MESSAGE(contacted.status == 200, contacted.body);
    CHECK(contacted.says(R"("state":"kept")"));
    CHECK(step("planned").status == 200);
    CHECK_FALSE(house.ask("GET", path, {.token = key}).says("follow-up"));
    CHECK_FALSE(house.ask("GET", "/api/v1/recoveries", {.token = key}).says(obligation));
    CHECK(step("made-good").says("follow-up"));
    house.clock.advance(hours(24 * 6));
    CHECK(step("followed-up").says(R"("open":true)"));
    house.clock.advance(hours(24 * 2));
    const auto done = step("followed-up");
    CHECK_MESSAGE(done.says(R"("open":false)"), done.body);
    CHECK(house.ask("GET", "/api/v1/recoveries?all=true", {.token = key}).says(obligation));
    CHECK(house.ask("GET", "/api/v1/recoveries/obl_999", {.token = key}).status == 404);
}

TEST_CASE("what turned out to be no breach needs no recovery") {
    House house;
    publish_promise(house, house.acme);
    publish_house(house, house.acme, "recovery");
    const auto key = lasting_key(house, house.acme);
    const auto obligation = order_of(house);
    const auto live_at = to_string(house.clock.now() + hours(1));
    house.clock.advance(hours(24) + seconds(1));
    const auto path = "/api/v1/recoveries/" + obligation;
    CHECK(soon([&] { return house.ask("GET", path, {.token = key}).status == 200; }));
    REQUIRE(
        send(house, "POST", "/api/v1/facts?source=crm",
             {.token = key, .body = fact_json("late", "service.active", "order/1", {}, live_at)})
            .status == 201);
    house.clock.advance(seconds(1));
    const bool undone =
        soon([&] { return house.ask("GET", path, {.token = key}).says(R"("state":"void")"); });
    CHECK_MESSAGE(undone, house.ask("GET", path, {.token = key}).body);
}

}  // namespace yinuo::server
