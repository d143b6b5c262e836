// What customers are told: when, in which words, once a matter, and nothing any more once they are
// forgotten.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/entry.h"
#include "engine/noticing.h"
#include "server/business_testing.h"
#include "server/notice_carrier.h"
#include "server/notices.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kRules =
    R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["mail","page"]},)"
    R"({"event":"obligation.started","notice":"breach","channels":["page"]}]})";
constexpr std::string_view kBreach =
    R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["page"]}],)"
    R"("merge_minutes":30})";

struct Telling {
    House house;
    const Company& acme = house.acme;
    std::string owner = lasting_key(house, acme);

    explicit Telling(Config config = House::generous())
        : house(std::make_unique<store::MemoryStore>(), std::move(config)) {}

    http::testing::Reply post(std::string_view path, std::string body) {
        return send(house, "POST", path, {.token = owner, .body = std::move(body)});
    }
    http::testing::Reply get(std::string_view path) {
        return house.ask("GET", path, {.token = owner});
    }
    http::testing::Reply put(std::string_view path, std::string_view body) {
        return send(house, "PUT", path,
                    {.token = owner, .body = std::string(body), .headers = if_match(get(path))});
    }
    void set_rules(std::string_view rules) {
        const auto said = put("/api/v1/notices/rules", rules);
        REQUIRE_MESSAGE(said.status == 200, said.body);
    }
    void contact(std::string_view more) {
        const auto said =
            post("/api/v1/contacts", R"({"customer":"C-1")" + std::string(more) + "}");
        REQUIRE_MESSAGE(said.status == 200, said.body);
    }
    void order(int number) {
        const auto n = std::to_string(number);
        const auto said = post("/api/v1/facts?source=crm",
                               fact_json(n, "order.placed", "order/" + n, R"(,"customer":"C-1")"));
        REQUIRE_MESSAGE(said.status < 300, said.body);
    }
    std::size_t told() {
        return Body(get("/api/v1/customers/C-1/notices")).at("items").items.size();
    }
    std::vector<store::Action> actions(store::Action::State state) {
        const auto reading = house.store->read();
        const auto customer = reading->find_customer(acme.id, "C-1");
        return reading->actions(acme.id, engine::customer_text(customer->id), state, 0, 100);
    }
    // Entries of the subject's stream that say what it was told, with their leaves.
    std::vector<store::Entry> record(std::string_view subject) {
        std::vector<store::Entry> all;
        const auto reading = house.store->read();
        const auto stream = reading->find_stream(acme.id, subject);
        reading->entries_of(stream->id, 0, [&](const store::Entry& entry) {
            if (entry.kind == static_cast<std::uint8_t>(engine::EntryKind::Delivery))
                all.push_back(entry);
            return true;
        });
        return all;
    }
};

}  // namespace

TEST_CASE("a breach is told in the customer's language, and the record shows when") {
    Telling office;
    publish_promise(office.house, office.acme);
    office.set_rules(kBreach);
    office.contact(R"(,"name":"Ada","language":"en","zone":"UTC")");
    office.order(1);
    CHECK(office.told() == 0);
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] { return office.told() == 1; }));
    const auto list = office.get("/api/v1/customers/C-1/notices");
    CHECK(list.says("Dear Ada"));
    CHECK(list.says("Live in 24 hours, by 11 March 2026, 00:00"));
    CHECK(list.says("Data for being late 500 MB"));
    CHECK(list.says(R"("channel":"page")"));
    const auto record = office.record("order/1");
    REQUIRE(record.size() == 1);
    CHECK(record[0].leaves == 1);
    CHECK(record[0].body.contains(R"("outcome":"sent")"));
    CHECK_FALSE(record[0].body.contains("Ada"));
    // The customer sees the same by their link; nobody else's link does.
    const auto link = Body(office.post("/api/v1/links", R"({"customer":"C-1"})")).text("link");
    const auto mine = office.house.ask("GET", "/api/v1/me/notices",
                                       {.headers = "Authorization: Link " + link + "\r\n"});
    CHECK(mine.says("Dear Ada"));
    const auto taken = office.get("/api/v1/customers/C-1/export");
    CHECK(Body(taken).at("contact").find("name")->text == "Ada");
    CHECK(Body(taken).at("told").items.size() == 1);
    office.contact("");
    CHECK_FALSE(office.get("/api/v1/customers/C-1/contact").says("Ada"));
    CHECK_FALSE(office.get("/api/v1/me/notices").says("Dear"));
}

TEST_CASE("without rules nobody is told anything") {
    Telling office;
    publish_promise(office.house, office.acme);
    office.order(1);
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] {
        return Body(office.get("/api/v1/obligations?state=broken")).at("items").items.size() == 1;
    }));
    CHECK(office.actions(store::Action::State::Waiting).empty());
    CHECK(office.told() == 0);
}

TEST_CASE("a second breach of the same matter waits, and a third joins it") {
    Telling office;
    engine::NoticeRules rules{
        .rules = {{.event = "test.*", .notice = "breach", .channels = {"page"}}},
        .staff = {},
        .merge_minutes = 30};
    publish_promise(office.house, office.acme);
    office.order(1);
    REQUIRE(office.house.act([&](engine::Turns& turns) -> Result<void> {
        auto put = engine::put_notice_rules(
            turns, {.tenant = office.acme.id, .id = "system", .name = "system"}, rules);
        if (!put) return refuse(put.error());
        return {};
    }));
    const auto announce = [&](std::string_view type, store::Position cause) {
        REQUIRE(office.house.act([&](engine::Turns& turns) -> Result<void> {
            turns.announce(office.acme.id, type, "order/1", "{}", cause);
            return {};
        }));
    };
    announce("test.one", 1);
    REQUIRE(soon([&] { return office.told() == 1; }));
    announce("test.one", 1);  // told before
    announce("test.two", 2);
    announce("test.three", 3);
    const auto waiting = office.actions(store::Action::State::Waiting);
    REQUIRE(waiting.size() == 1);
    const auto task = *engine::NoticeTask::from_json(waiting[0].body);
    CHECK(task.events.size() == 2);
    CHECK(waiting[0].due_at == office.house.clock.now() + minutes(30));
    office.house.clock.advance(minutes(29));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(office.told() == 1);
    office.house.clock.advance(minutes(1));
    REQUIRE(soon([&] { return office.told() == 2; }));
}

TEST_CASE("quiet hours put a mail off, and who is erased meanwhile hears nothing") {
    auto config = House::generous();
    config.mail_server = "smtp+plain://127.0.0.1:1";  // nobody is there
    config.mail_from = "care@example.com";
    Telling office(std::move(config));
    publish_promise(office.house, office.acme);
    office.set_rules(
        R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["mail"]}]})");
    // Breaks at 08:00 in Shanghai, and is due then; their night is till 09:30.
    office.contact(R"(,"email":"ada@example.com","quiet":{"from_minute":0,"until_minute":570})");
    office.order(1);
    office.house.clock.advance(hours(24) + Millis{1});
    const auto put_off = [&] {
        const auto all = office.actions(store::Action::State::Waiting);
        return all.size() == 1 && all[0].due_at.millis == 1'773'192'600'000;  // 01:30Z
    };
    REQUIRE(soon(put_off));
    CHECK(office.actions(store::Action::State::Waiting)[0].attempts == 0);
    const auto body = office.actions(store::Action::State::Waiting)[0].body;
    CHECK_FALSE(body.contains("ada@"));
    const auto id = office.actions(store::Action::State::Waiting)[0].id;
    REQUIRE(office.post("/api/v1/customers/C-1/erase", R"({"reason":"asked"})").status == 204);
    office.house.clock.advance(hours(2));
    REQUIRE(soon([&] {
        const auto action = office.house.store->read()->action(id);
        return action->state == store::Action::State::Done;
    }));
    CHECK(office.house.store->read()->action(id)->answer.contains("erased"));
}

TEST_CASE("a mail server that isn't there is tried again; then an agent is told") {
    auto config = House::generous();
    config.mail_server = "smtp+plain://127.0.0.1:1";
    config.mail_from = "care@example.com";
    Telling office(std::move(config));
    publish_promise(office.house, office.acme);
    office.set_rules(
        R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["mail"],)"
        R"("urgent":true}]})");
    office.contact(R"(,"email":"ada@example.com")");
    office.order(1);
    REQUIRE(soon([&] {
        office.house.clock.advance(hours(3));
        return office.actions(store::Action::State::Dead).size() == 1;
    }));
    const auto dead = office.actions(store::Action::State::Dead)[0];
    CHECK(dead.attempts == connect::kAttemptsMax);
    const auto alerts = office.get("/api/v1/alerts?open=true");
    CHECK(alerts.says(R"("addressee":"agent")"));
    CHECK(office.record("order/1").back().body.contains("unreachable"));
    const auto list = office.get("/api/v1/customers/C-1/notices?state=dead");
    CHECK(list.says(R"("state":"dead","attempts":10)"));
    // A person has mended the cause: it goes out once more.
    const auto id = engine::notice_text(dead.id);
    CHECK(list.says(id));
    CHECK(office.post("/api/v1/deliveries/" + id + "/replay", "").status == 202);
    CHECK(office.actions(store::Action::State::Dead).empty());
}

TEST_CASE("who can't be reached by any channel is an agent's task at once") {
    Telling office;
    publish_promise(office.house, office.acme);
    office.set_rules(
        R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["mail"]}]})");
    office.contact(R"(,"email":"ada@example.com","consent":{"mail":"refused"})");
    office.order(1);
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] { return office.actions(store::Action::State::Dead).size() == 1; }));
    CHECK(office.get("/api/v1/alerts?open=true").says(R"("addressee":"agent")"));
}

TEST_CASE("a bounce marks the address, once; nonsense is refused") {
    auto config = House::generous();
    config.mail_from = "care@example.com";
    Telling office(std::move(config));
    publish_promise(office.house, office.acme);
    office.set_rules(kBreach);
    office.contact(R"(,"email":"ada@example.com")");
    office.order(1);
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] { return office.told() == 1; }));
    const auto id = office.actions(store::Action::State::Done)[0].id;
    const auto message = "To: care+ntc_" + std::to_string(id) +
                         "@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
                         "report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nsorry\r\n"
                         "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: "
                         "dns; mx\r\n\r\nFinal-Recipient: rfc822; ada@example.com\r\nAction: "
                         "failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n";
    const auto bounce = [&](std::string body) {
        return send(office.house, "POST", "/api/v1/notices/bounces",
                    {.token = office.owner, .body = std::move(body), .type = "message/rfc822"});
    };
    CHECK(bounce("hello").status == 422);
    CHECK(bounce(message).status == 204);
    CHECK(office.get("/api/v1/customers/C-1/contact").says(R"("mail_is_bad":true)"));
    CHECK(bounce(message).status == 204);
    const auto record = office.record("order/1");
    CHECK(std::ranges::count_if(record, [](const auto& entry) {
              return entry.body.contains("mail-came-back");
          }) == 1);
}

TEST_CASE("rules and templates are refused with what is off, and where") {
    Telling office;
    const auto rules = office.put("/api/v1/notices/rules", kRules);
    CHECK(rules.status == 422);  // nobody is told that an obligation started
    CHECK(rules.says("/rules/1/event"));
    const auto bad =
        office.put("/api/v1/notices/templates",
                   R"({"templates":[{"notice":"paid","zh":{"subject":"好","body":"{{remedi}}"},)"
                   R"("en":{"subject":"","body":"x {{"}}]})");
    CHECK(bad.status == 422);
    CHECK(bad.says("/templates/0/zh"));
    CHECK(bad.says("body, line 1, column 1"));
    CHECK(bad.says("remedy"));
    CHECK(bad.says("/templates/0/en"));
    CHECK(bad.says("notice-unclosed"));
    const auto good =
        office.put("/api/v1/notices/templates",
                   R"({"templates":[{"notice":"paid","zh":{"subject":"好","body":"{{remedy}}"},)"
                   R"("en":{"subject":"Good","body":"{{remedy}}"}}]})");
    CHECK_MESSAGE(good.status == 200, good.body);
    CHECK(good.says(R"("own":["paid"])"));
    CHECK(office.post("/api/v1/contacts", R"({"customer":"C","email":"no","zone":"Mars/X"})")
              .says("/email"));
}

}  // namespace yinuo::server
