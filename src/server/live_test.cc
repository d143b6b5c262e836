// Live changes over real connections: what comes, to whom, and after a break.
#include <doctest/doctest.h>

#include "server/testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kDayPromise = R"(
promise: repair-day
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 当天修好, en: Repaired in a day}
need: {zh: 心里有底, en: to know}
limits: {zh: 无, en: none}
owner: team/repair
zone: Asia/Shanghai
subject: repair
facts:
  repair.asked: {zh: 报修, en: asked}
  repair.done: {zh: 修好, en: done}
clauses:
  done:
    title: {zh: 当天修好, en: Repaired in a day}
    starts: fact = "repair.asked"
    keeps: fact = "repair.done"
    within: 24 h
)";

void publish(House& house, const Company& company) {
    const engine::Actor author{.tenant = company.id, .id = "usr_a", .name = "A"};
    const engine::Actor second{.tenant = company.id, .id = "usr_b", .name = "B"};
    const auto done = house.act([&](engine::Turns& turns) -> Result<void> {
        auto drafted = TRY(
            engine::draft(turns, author, {.text = std::string(kDayPromise), .calendars = {}}, 0));
        const auto id = drafted.version.id();
        auto checked = TRY(engine::check_draft(turns, author, id, drafted.etag));
        auto approved = TRY(engine::approve(turns, second, id, checked.etag));
        TRY(engine::publish(turns, author, id, approved.etag));
        return {};
    });
    REQUIRE_MESSAGE(done, done.error().what.en);
    house.clock.advance(minutes(1));  // what begins from now on begins under it
}

void report(House& house, const Company& company, std::string_view subject, std::string_view kind) {
    engine::Report report{
        .tenant = company.id, .source = "crm", .memory = std::make_shared<Arena>(), .facts = {}};
    const auto json = R"({"id":")" + std::string(kind) + std::string(subject) + R"(","kind":")" +
                      std::string(kind) + R"(","subject":")" + std::string(subject) +
                      R"(","at":")" + to_string(house.clock.now()) + "\"}";
    auto read = wire::read_fact_list(json, wire::FactFormat::Document,
                                     {.facts_max = 10, .zones = &house.zones}, *report.memory);
    REQUIRE(read.has_value());
    for (auto& one : *read) {
        REQUIRE_MESSAGE(one.errors.empty(), one.errors[0].error.what.en);
        report.facts.push_back(one.fact);
    }
    std::promise<void> done;
    house.service->engine().report(std::move(report), [&](auto said) {
        CHECK(said.has_value());
        if (said)
            for (const auto& one : *said)
                CHECK_MESSAGE(one.outcome == engine::Acknowledgement::Outcome::Accepted,
                              one.error.value_or(Error{}).what.en);
        done.set_value();
    });
    done.get_future().get();
}

struct Ear {
    Ear(House& house, const std::string& token, std::string_view last = {})
        : client(house.client()) {
        client.send(House::request(
            "GET", "/api/v1/events",
            {.token = token,
             .headers = last.empty() ? "" : "Last-Event-ID: " + std::string(last) + "\r\n"}));
        head = client.until("\r\n\r\n");
        // Listening began when the Live has taken the listener up; the head is sent before.
        while (house.service->things().live.listeners() == 0) std::this_thread::yield();
    }
    // The next event that says `mark`, whole.
    std::string next(std::string_view mark) {
        auto event = client.until(mark);
        return event += client.until("\n\n");
    }

    http::testing::Client client;
    std::string head;
};

std::string id_in(const std::string& event) {
    const auto at = event.rfind("id: ");
    return at == std::string::npos ? "" : event.substr(at + 4, event.find('\n', at) - at - 4);
}

}  // namespace

TEST_CASE("a change is told to its company's listeners as soon as it is on disk") {
    House house;
    publish(house, house.acme);
    publish(house, house.other);
    Ear ear(house, house.token(house.acme, Role::Agent));
    CHECK(ear.head.contains("text/event-stream"));
    report(house, house.other, "repair/theirs", "repair.asked");
    report(house, house.acme, "repair/north-1", "repair.asked");
    const auto stream = house.store->read()->find_stream(house.acme.id, "repair/north-1");
    REQUIRE(stream.has_value());
    REQUIRE(house.store->read()->obligations_of(stream->id).size() == 1);
    const auto event = ear.next("\"state\"");
    CHECK(event.contains("\"subject\":\"repair/north-1\""));
    CHECK(event.contains("\"running\""));
    CHECK(event.contains("\"promise\":\"repair-day@1\""));
    CHECK(event.contains("\"clause\":\"done\""));
    CHECK_FALSE(event.contains("theirs"));
    report(house, house.acme, "repair/north-1", "repair.done");
    CHECK(ear.next("\"state\"").contains("\"kept\""));
}

TEST_CASE("a partner hears of their own subjects only") {
    House house;
    publish(house, house.acme);
    Ear ear(house, house.token(house.acme, Role::Partner));
    report(house, house.acme, "repair/south-1", "repair.asked");
    report(house, house.acme, "repair/north-2", "repair.asked");
    const auto event = ear.next("\"state\"");
    CHECK(event.contains("repair/north-2"));
    CHECK_FALSE(event.contains("repair/south-1"));
}

TEST_CASE("after a break a listener misses nothing, and who missed too much is told to load anew") {
    House house;
    publish(house, house.acme);
    const auto agent = house.token(house.acme, Role::Agent);
    std::string last;
    {
        Ear ear(house, agent);
        report(house, house.acme, "repair/1", "repair.asked");
        last = id_in(ear.next("\"state\""));
    }
    REQUIRE_FALSE(last.empty());
    report(house, house.acme, "repair/2", "repair.asked");
    report(house, house.acme, "repair/3", "repair.asked");
    Ear again(house, agent, last);
    const auto second = again.next("\"state\"");
    CHECK(second.contains("repair/2"));
    CHECK_FALSE(second.contains("repair/1\""));
    CHECK(again.next("\"state\"").contains("repair/3"));
    Ear lost(house, agent, "999999");
    CHECK(lost.next("event: reset").contains("id: "));
    CHECK(house.ask("GET", "/api/v1/events", {.token = agent, .headers = "Last-Event-ID: x\r\n"})
              .status == 422);
}

TEST_CASE("a stream ends with its session") {
    House house;
    const auto agent = house.token(house.acme, Role::Agent);
    Ear ear(house, agent);
    CHECK(house.ask("DELETE", "/api/v1/sessions/current", {.token = agent}).status == 204);
    ear.client.rest();  // returns when the server has closed
    CHECK(house.service->things().live.listeners() == 0);
}

}  // namespace yinuo::server
