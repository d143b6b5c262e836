// Channels: short messages, the company's own app, group robots; and that none of them, nor the log,
// tells anything personal to whom it isn't for.
#include <doctest/doctest.h>

#include <algorithm>

#include "connect/testing.h"
#include "engine/entry.h"
#include "engine/noticing.h"
#include "server/business_testing.h"
#include "vault/webhook_signature.h"

namespace yinuo::server {
namespace {

using connect::testing::answer;
using connect::testing::Receiver;
using State = store::Action::State;

constexpr std::string_view kSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr std::string_view kDuty = R"(promise: install
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 一天装好, en: Installed in a day}
need: {zh: 心里有底, en: to know}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered}
  done: {zh: 装好, en: done}
  papers.asked: {zh: 请客户补证件, en: papers asked for}
  papers.given: {zh: 证件齐了, en: papers given}
  parts.missing: {zh: 缺料, en: parts missing}
  parts.come: {zh: 料到了, en: parts have come}
  notice.told: {zh: 已告知客户, en: customer told, fields: [notice, channel, outcome]}
clauses:
  live:
    title: {zh: 一天装好, en: Installed in a day}
    starts: fact = "order.placed"
    keeps: fact = "done"
    within: 24 h
    warns: [80 %]
    pauses:
      parts: {from: fact = "parts.missing", to: fact = "parts.come", cap: 72 h}
    duties:
      papers: {from: fact = "papers.asked", to: fact = "papers.given", text: {zh: 补交证件, en: hand in your papers}}
  told:
    title: {zh: 十分钟内告知, en: told within ten minutes}
    starts: fact = "live.broken"
    keeps: fact = "notice.told" and notice = "breach"
    within: 10 min
    warns: [50 %]
)";

// A company whose channels lead to one receiver.
struct Office {
    connect::testing::Receiver receiver;
    House house;
    const Company& acme = house.acme;
    std::string owner = lasting_key(house, acme);

    static Config config(bool inside) {
        auto config = House::generous();
        config.private_webhooks = inside;
        config.public_url = "https://promises.example.com";
        return config;
    }
    explicit Office(Receiver::Handler handler, bool inside = true)
        : receiver(std::move(handler)),
          house(std::make_unique<store::MemoryStore>(), config(inside)) {}

    http::testing::Reply get(std::string_view path) {
        return house.ask("GET", path, {.token = owner});
    }
    http::testing::Reply post(std::string_view path, std::string body) {
        return send(house, "POST", path, {.token = owner, .body = std::move(body)});
    }
    http::testing::Reply put(std::string_view path, std::string body) {
        return send(house, "PUT", path,
                    {.token = owner, .body = std::move(body), .headers = if_match(get(path))});
    }
    void channels(const std::string& list) {
        const auto said = put("/api/v1/notices/channels", R"({"channels":[)" + list + "]}");
        REQUIRE_MESSAGE(said.status == 200, said.body);
    }
    void rules(const std::string& rules) {
        const auto said = put("/api/v1/notices/rules", rules);
        REQUIRE_MESSAGE(said.status == 200, said.body);
    }
    void contact(const std::string& more) {
        const auto said =
            post("/api/v1/contacts",
                 R"({"customer":"C-1","name":"Ada Lovelace","language":"en","zone":"UTC",)"
                 R"("quiet":{"from_minute":0,"until_minute":0})" +
                     more + "}");
        REQUIRE_MESSAGE(said.status == 200, said.body);
    }
    void fact(const std::string& id, std::string_view kind, const std::string& subject,
              std::string_view at = "2026-03-10T00:00:00Z") {
        const auto said = post("/api/v1/facts?source=crm",
                               fact_json(id, kind, subject, R"(,"customer":"C-1")", at));
        REQUIRE_MESSAGE(said.status < 300, said.body);
    }
    std::string sms(const std::string& text) const {
        return R"({"name":"sms","kind":"sms","url":")" + receiver.url("") +
               R"(","access_key_id":"LTAI5t","key":"the-secret","sign_name":"一诺",)"
               R"("templates":[{"notice":"breach","language":"en","code":"SMS_1","text":")" +
               text + R"("}]})";
    }
    std::string robot() const {
        return R"({"name":"ops","kind":"dingtalk","url":")" + receiver.url("") +
               R"(","key":"token-1","secret":"SEC1","language":"en"})";
    }
    std::vector<store::Action> actions(std::string_view target, State state) {
        return house.store->read()->actions(acme.id, target, state, 0, 100);
    }
    std::string customer() {
        return engine::customer_text(house.store->read()->find_customer(acme.id, "C-1")->id);
    }
    bool told(std::size_t count) {
        return soon([&] {
            // The engine's time may be a millisecond past a clock that stands.
            house.clock.advance(Millis{1});
            return Body(get("/api/v1/customers/C-1/notices")).at("items").items.size() == count;
        });
    }
    // Whether `text` stands anywhere in the log or in what is queued, in the clear.
    bool leaks(std::string_view text) {
        const auto reading = house.store->read();
        bool found = false;
        for (store::Position at = 1; at <= reading->last_position(); ++at)
            if (const auto entry = reading->entry(at)) found = found || entry->body.contains(text);
        for (std::int64_t id = 1; const auto action = reading->action(id); ++id)
            found = found || action->body.contains(text) || action->answer.contains(text);
        return found;
    }
};

connect::testing::Reply taken(const std::string&) {
    return {answer("200 OK", R"({"Code":"OK","errcode":0})")};
}

}  // namespace

TEST_CASE("channels are the owner's to set, keep their secrets, and are refused with what is off") {
    Office office(taken, false);
    const auto flawed = office.put(
        "/api/v1/notices/channels",
        R"({"channels":[{"name":"text","kind":"sms","key":"k","access_key_id":"a","sign_name":"s",)"
        R"("templates":[{"notice":"breach","code":"SMS_1","text":"${subjet} ${link}"}]},)"
        R"({"name":"webhook","kind":"webhook","key":"no","url":"http://inside.example"},)"
        R"({"name":"ops","kind":"wecom"}]})");
    CHECK(flawed.status == 422);
    for (const auto* pointer :
         {"/channels/0/name", "/channels/0/templates/0/text", "/channels/1/key"})
        CHECK_MESSAGE(flawed.says(pointer), pointer << flawed.body);
    const auto unfit =
        office.put("/api/v1/notices/channels",
                   R"({"channels":[{"name":"ops","kind":"wecom","url":"http://a.b"}]})");
    CHECK(unfit.says("/channels/0/url"));
    CHECK(unfit.says("/channels/0/key"));
    office.channels(R"({"name":"ops","kind":"wecom","key":"hush-1","url":"https://127.0.0.1:1"})");
    const auto list = office.get("/api/v1/notices/channels");
    CHECK(list.says(R"("has_key":true)"));
    CHECK_FALSE(list.says("hush-1"));
    CHECK_FALSE(office.house.store->read()
                    ->document(office.acme.id, "notices", "channels")
                    ->body.contains("hush-1"));
    CHECK(office.get("/api/v1/audit").says("notices.channels"));
    const auto manager = office.acme.tokens.at(Role::Manager);
    CHECK(office.house.ask("GET", "/api/v1/notices/channels", {.token = manager}).status == 200);
    CHECK(send(office.house, "PUT", "/api/v1/notices/channels",
               {.token = manager, .body = R"({"channels":[]})", .headers = if_match(list)})
              .status == 403);
    // It keeps its key, but not for another address; and none inside a network is spoken to.
    CHECK(office
              .put("/api/v1/notices/channels",
                   R"({"channels":[{"name":"ops","kind":"wecom","language":"en"}]})")
              .status == 200);
    CHECK(office
              .put("/api/v1/notices/channels",
                   R"({"channels":[{"name":"ops","kind":"wecom","url":"https://evil.example"}]})")
              .says("/channels/0/key"));
    const auto tried = office.post("/api/v1/notices/channels/ops/test", "{}");
    CHECK_MESSAGE(tried.says(R"("fault":"forbidden")"), tried.body);
    CHECK(office.receiver.requests().empty());
    CHECK(office.post("/api/v1/notices/channels/nobody/test", "{}").status == 404);
    CHECK(office.post("/api/v1/notices/channels/mail/test", R"({"to":"a@b.example"})").status ==
          422);
}

TEST_CASE("a breach goes out as a short message, and a number that doesn't exist gives way") {
    Office office(taken);
    publish_promise(office.house, office.acme);
    office.channels(office.sms("${subject} is late, you get ${remedy}."));
    office.rules(R"({"rules":[{"event":"obligation.broken","notice":"breach",)"
                 R"("channels":["sms","page"]}]})");
    office.contact(R"(,"phone":"13800000000")");
    office.fact("1", "order.placed", "order/1");
    office.house.clock.advance(hours(25));
    REQUIRE(office.told(1));
    const auto sent = office.receiver.requests().at(0);
    CHECK(sent.contains("PhoneNumbers=13800000000"));
    CHECK(sent.contains("TemplateCode=SMS_1"));
    CHECK(sent.contains("Signature="));
    const auto list = office.get("/api/v1/customers/C-1/notices");
    CHECK(list.says(R"("channel":"sms")"));
    CHECK(list.says("Live in 24 hours (1) is late, you get Data for being late 500 MB."));
    for (const auto* secret : {"13800000000", "Ada Lovelace", "the-secret"})
        CHECK_FALSE(office.leaks(secret));
    // Days later the gateway says that there is no such number.
    const auto id = engine::notice_text(office.actions(office.customer(), State::Done)[0].id);
    const auto report = [&](std::string_view code) {
        return office.post("/api/v1/notices/reports",
                           R"([{"phone_number":"13800000000","success":false,"err_code":")" +
                               std::string(code) + R"(","out_id":")" + id + R"("}])");
    };
    CHECK(report("SUBSCRIBER_POWER_OFF").status == 200);
    CHECK(office.get("/api/v1/customers/C-1/contact").says(R"("phone_is_bad":false)"));
    CHECK(report("MOBILE_NOT_ON_SERVICE").says(R"("code":0)"));
    REQUIRE(office.told(2));
    CHECK(office.get("/api/v1/customers/C-1/notices").says(R"("channel":"page")"));
    CHECK(office.get("/api/v1/customers/C-1/contact").says(R"("phone_is_bad":true)"));
    CHECK(report("MOBILE_NOT_ON_SERVICE").status == 200);
    CHECK(office.post("/api/v1/notices/reports", R"([{"out_id":"ntc_1"}])").says("/0"));
    CHECK_FALSE(office.leaks("13800000000"));
}

TEST_CASE(
    "a gateway that refuses the number, and consent that was refused, take the next channel") {
    Office office([](const std::string&) -> connect::testing::Reply {
        return {answer("400 Bad Request", R"({"Code":"isv.MOBILE_NUMBER_ILLEGAL"})")};
    });
    publish_promise(office.house, office.acme);
    office.channels(office.sms("${subject} is late."));
    office.rules(R"({"rules":[{"event":"obligation.broken","notice":"breach",)"
                 R"("channels":["sms","page"]}]})");
    office.contact(R"(,"phone":"13800000000")");
    office.fact("1", "order.placed", "order/1");
    office.house.clock.advance(hours(25));
    REQUIRE(office.told(1));
    CHECK(office.get("/api/v1/customers/C-1/notices").says(R"("channel":"page")"));
    CHECK(office.get("/api/v1/customers/C-1/contact").says(R"("phone_is_bad":true)"));
    CHECK(office.receiver.requests().size() == 1);
    office.contact(R"(,"phone":"13800000001","consent":{"sms":"refused"})");
    office.fact("2", "order.placed", "order/2");
    REQUIRE(office.told(2));
    CHECK(office.receiver.requests().size() == 1);
}

TEST_CASE("the company's own app gets what to push, signed, under the same id each time") {
    std::atomic<int> asked = 0;
    Office office([&](const std::string&) -> connect::testing::Reply {
        return {answer(++asked == 1 ? "503 Busy" : "204 No Content")};
    });
    publish_promise(office.house, office.acme);
    office.channels(R"({"name":"webhook","kind":"webhook","url":")" + office.receiver.url("/push") +
                    R"(","key":")" + std::string(kSecret) + R"("})");
    office.rules(R"({"rules":[{"event":"obligation.broken","notice":"breach",)"
                 R"("channels":["webhook"]}]})");
    office.contact("");
    office.fact("1", "order.placed", "order/1");
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] { return office.receiver.requests().size() == 1; }));
    REQUIRE(soon([&] {
        const auto waiting = office.actions(office.customer(), State::Waiting);
        return waiting.size() == 1 && waiting[0].attempts == 1;
    }));
    office.house.clock.advance(minutes(1));
    REQUIRE(office.told(1));
    const auto requests = office.receiver.requests();
    REQUIRE(requests.size() == 2);
    for (const auto& request : requests) {
        CHECK(request.contains("webhook-id: ntc_"));
        CHECK(request.contains("webhook-signature: v1,"));
        CHECK(request.contains(R"("type":"com.yinuo.notice.said")"));
        CHECK(request.contains(R"("customer":"C-1")"));
        CHECK(request.contains("Dear Ada Lovelace"));
        CHECK(request.contains("https://promises.example.com/#"));
    }
    // Links are for the customer: the record has the words without one.
    CHECK_FALSE(office.get("/api/v1/customers/C-1/notices").says("promises.example.com"));
    CHECK_FALSE(office.leaks("Ada Lovelace"));
}

TEST_CASE("a robot hears once in a stretch of time what is at stake, and nothing of anybody") {
    Office office(taken);
    publish_promise(office.house, office.acme);
    office.channels(office.robot());
    CHECK(office
              .put("/api/v1/notices/rules",
                   R"({"rules":[],"staff":[{"event":"alert.raised","robot":"nobody"}]})")
              .says("/staff/0/robot"));
    office.rules(R"({"rules":[],"staff":[{"event":"obligation.broken","robot":"ops"},)"
                 R"({"event":"alert.raised","robot":"ops","promise":"another"}],)"
                 R"("staff_seconds":60})");
    office.contact("");
    office.fact("1", "order.placed", "order/1");
    office.fact("2", "order.placed", "order/2");
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] { return office.actions("robot:ops", State::Waiting).size() == 1; }));
    CHECK(office.receiver.requests().empty());
    office.house.clock.advance(minutes(1));
    REQUIRE(soon([&] { return office.actions("robot:ops", State::Done).size() == 1; }));
    const auto requests = office.receiver.requests();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].contains("POST /robot/send?access_token=token-1&timestamp="));
    CHECK(requests[0].contains("&sign="));
    CHECK(requests[0].contains("Yinuo: 2"));
    CHECK(
        requests[0].contains("[broken] Live in 24 hours; order/1; due 2026-03-11 08:00, 1 h 1 min "
                             "late; team/broadband must act"));
    CHECK(requests[0].contains("order/2"));
    for (const auto* name : {"Ada Lovelace", "C-1", "13800000000"})
        CHECK_FALSE(requests[0].contains(name));
    CHECK_FALSE(office.leaks("Ada Lovelace"));
}

TEST_CASE("请客户配合: reminded while we wait for them, and no longer; other pauses say nothing") {
    Office office(taken);
    publish_promise(office.house, office.acme, kDuty);
    office.rules(
        R"({"rules":[{"event":"duty.waiting","notice":"duty-reminder","channels":["page"],)"
        R"("remind_hours":4}]})");
    CHECK(office
              .put("/api/v1/notices/rules",
                   R"({"rules":[{"event":"duty.waiting","notice":"breach","channels":["page"]}]})")
              .says("/rules/0/notice"));
    office.contact("");
    office.fact("1", "order.placed", "order/1");
    office.fact("2", "order.placed", "order/2");
    office.house.clock.advance(hours(1));
    office.fact("3", "parts.missing", "order/2", "2026-03-10T01:00:00Z");
    office.fact("4", "papers.asked", "order/1", "2026-03-10T01:00:00Z");
    REQUIRE(office.told(1));
    const auto first = office.get("/api/v1/customers/C-1/notices");
    CHECK(first.says("hand in your papers"));
    CHECK(first.says("since 10 March 2026, 01:00"));
    CHECK(first.says("Installed in a day (1)"));
    office.house.clock.advance(hours(4));
    REQUIRE(office.told(2));
    office.fact("5", "papers.given", "order/1", "2026-03-10T05:00:00Z");
    office.house.clock.advance(hours(4));
    REQUIRE(soon([&] {
        office.house.clock.advance(Millis{1});
        return office.actions(office.customer(), State::Waiting).empty();
    }));
    CHECK(office.told(2));
}

TEST_CASE("a promise to tell the customer first is kept by telling them") {
    Office office(taken);
    publish_promise(office.house, office.acme, kDuty);
    office.rules(
        R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["page"]}]})");
    office.contact("");
    office.fact("1", "order.placed", "order/1");
    office.house.clock.advance(hours(24) + minutes(1));
    REQUIRE(office.told(1));
    REQUIRE(soon([&] {
        return office.get("/api/v1/obligations?subject=order%2F1&state=kept").says("\"told\"");
    }));
    CHECK(office.get("/api/v1/subjects/order%2F1/timeline").says("notice.told"));
}

TEST_CASE("a template that a promise can't fill is found when the promise is checked") {
    Office office(taken);
    office.rules(R"({"rules":[{"event":"obligation.broken","notice":"breach","channels":["page"]},)"
                 R"({"event":"duty.waiting","notice":"duty-reminder","channels":["page"]}]})");
    const auto checked = [&](std::string text) {
        const auto& manager = office.acme.tokens.at(Role::Manager);
        const auto draft = send(office.house, "POST", "/api/v1/promises",
                                {.token = manager, .body = std::move(text), .type = "text/yaml"});
        REQUIRE_MESSAGE(draft.status == 201, draft.body);
        const auto id = Body(draft).text("id");
        const auto done = send(office.house, "POST", "/api/v1/promises/" + id + "/check",
                               {.token = manager, .headers = if_match(draft)});
        REQUIRE_MESSAGE(done.status == 200, done.body);
        return done;
    };
    // The words that we start with leave such a line out.
    CHECK_FALSE(checked(std::string(kDuty)).says("notice-gap"));
    const auto own = office.put(
        "/api/v1/notices/templates",
        R"({"templates":[{"notice":"breach","zh":{"subject":"对不起","body":"对不起。\n给您：{{remedy}}"},)"
        R"("en":{"subject":"Sorry: {{remedy}}","body":"Sorry."}}]})");
    REQUIRE_MESSAGE(own.status == 200, own.body);
    auto second = std::string(kDuty);
    second.replace(second.find("version: 1"), 10, "version: 2");
    const auto told = checked(second);
    CHECK(told.says("notice-gap"));
    CHECK(told.says("notices/breach/zh.body"));
    CHECK(told.says(R"("line":2)"));
    CHECK(told.says("notices/breach/en.subject"));
    CHECK_FALSE(checked(std::string(kLive24)).says("notice-gap"));
}

TEST_CASE("an incident is told to each customer once, with its title") {
    Office office(taken);
    publish_promise(office.house, office.acme);
    office.rules(
        R"({"rules":[{"event":"incident.declared","notice":"incident","channels":["page"]}]})");
    office.contact("");
    for (const auto* number : {"1", "2", "3"})
        office.fact(number, "order.placed", "order/" + std::string(number));
    office.house.clock.advance(hours(25));
    REQUIRE(soon([&] {
        return Body(office.get("/api/v1/obligations?state=broken")).at("items").items.size() == 3;
    }));
    const auto declared = office.post(
        "/api/v1/incidents",
        R"({"title":{"zh":"光缆中断","en":"The cable was cut"},"cause":"fibre-cut",)"
        R"("promise":"live-24h","from":"2026-03-10T00:00:00Z","until":"2026-03-12T00:00:00Z"})");
    REQUIRE_MESSAGE(declared.status == 201, declared.body);
    REQUIRE(soon([&] {
        office.house.clock.advance(minutes(5));
        return Body(office.get("/api/v1/customers/C-1/notices")).at("items").items.size() == 1;
    }));
    const auto list = office.get("/api/v1/customers/C-1/notices");
    CHECK(list.says("The cable was cut"));
    office.house.clock.advance(hours(2));
    REQUIRE(soon([&] { return office.actions("incident/1", State::Done).size() == 1; }));
    CHECK(office.told(1));
}

}  // namespace yinuo::server
