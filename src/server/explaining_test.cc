// An obligation explained over HTTP, also where it rests on more than one subject.
#include <doctest/doctest.h>

#include "server/business_testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kVisits = R"(promise: visits
version: 1
class: {scope: full, form: written, content: quality, strength: public}
title: {zh: 准时上门, en: Visits in time}
need: {zh: 放心, en: trust}
limits: {zh: 无, en: none}
owner: team/visits
zone: Asia/Shanghai
subject: order
clauses:
  once:
    title: {zh: 两小时内修好, en: Mended within two hours}
    per: house
    starts: fact = "visit"
    keeps: fact = "visit.done"
    within: 2 h
  fast:
    title: {zh: 九成半小时内, en: Nine in ten within half an hour}
    rate: {of: fact = "visit.done", good: took <= 30, at least: 90 %, over: day}
)";

std::string at(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? "" : std::string(found->text);
}

}  // namespace

TEST_CASE("a key is explained stretch by stretch, and a rate by what was counted") {
    House house;
    publish_promise(house, house.acme, kVisits);
    const auto token = lasting_key(house, house.acme);
    const auto report = [&](std::string body) {
        const auto reply = send(house, "POST", "/api/v1/facts?source=crm",
                                {.token = token, .body = std::move(body)});
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
    };
    report(fact_json("a", "visit", "order/1", R"(,"fields":{"house":"h-9"})"));
    report(fact_json("b", "visit.done", "order/2", R"(,"fields":{"house":"h-9","took":20})",
                     "2026-03-10T00:00:01Z"));
    house.clock.advance(hours(30));
    std::size_t told = 0;
    CHECK(soon([&] {
        const Body list(house.ask("GET", "/api/v1/obligations", {.token = token}));
        told = list.at("items").items.size();
        return told >= 2;
    }));
    const auto reply = house.ask("GET", "/api/v1/obligations", {.token = token});
    const Body list(reply);
    int keys = 0, rates = 0;
    for (const auto& item : list.at("items").items) {
        const auto explained = house.ask(
            "GET", "/api/v1/obligations/" + at(item, "id") + "/explain", {.token = token});
        REQUIRE_MESSAGE(explained.status == 200, explained.body);
        const Body body(explained);
        REQUIRE_MESSAGE(body.at("account").items.size() == 1, explained.body);
        const auto& account = body.at("account").items[0];
        if (at(item, "clause") == "once") {
            ++keys;
            CHECK(at(account, "due") == "2026-03-10T02:00:00Z");
            CHECK(explained.body.contains("2 h"));
        } else {
            ++rates;
        }
    }
    CHECK(keys == 1);
    CHECK(rates >= 1);
}

}  // namespace yinuo::server
