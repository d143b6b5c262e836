// Kept-rates, breaches by hour, lateness, control charts and the funnel, over HTTP.
#include "server/figures.h"

#include "server/reports_testing.h"

namespace yinuo::server {
namespace {

struct Office {
    House house;
    std::string key;
    Instant begun;  // 2026-03-10T00:00:01Z, a Tuesday, 08:00 in Shanghai

    explicit Office(std::string_view promise = kLive24) {
        publish_promise(house, house.acme, promise);
        key = lasting_key(house, house.acme);
        house.clock.advance(seconds(1));
        begun = house.clock.now();
    }
    // Ordered so many hours after the beginning, live so many after that; negative: never.
    void order(int number, int after, int took) {
        const auto name = "order/" + std::to_string(number);
        const auto at = begun + hours(after);
        say(fact_json(name, "order.placed", name, R"(,"customer":"C-1")", to_string(at)));
        if (took >= 0)
            say(fact_json(name + "-live", "service.active", name, {}, to_string(at + hours(took))));
    }
    void say(const std::string& fact) {
        const auto said = send(house, "POST", "/api/v1/facts?source=shop",
                               {.token = key, .body = "[" + fact + "]"});
        REQUIRE_MESSAGE(said.status < 300, said.body);
    }
    http::testing::Reply ask(std::string_view path, std::string_view accept = {}) {
        Say say{.token = key};
        if (!accept.empty()) say.headers = "Accept: " + std::string(accept) + "\r\n";
        return house.ask("GET", "/api/v1/reports/" + std::string(path), say);
    }
    // Waits until so many are kept or broken.
    void settle(std::int64_t decided) {
        REQUIRE(soon([&] {
            const Body kept(ask("kept"));
            return kept.at("total").find("n")->integer() == decided;
        }));
    }
};

std::int64_t whole(const wire::Json& object, std::string_view name) {
    return object.find(name)->integer().value_or(-1);
}

}  // namespace

TEST_CASE("figures: the kept-rate by day of the company's own zone, with its interval") {
    Office office;
    office.house.clock.advance(hours(24 * 5));
    office.order(1, 0, 10);   // due on the 11th, 08:00 in Shanghai
    office.order(2, 1, 30);   // due on the 11th, broken
    office.order(3, 17, 2);   // due 2026-03-12T01:00 there, still the 11th in UTC
    office.order(4, 18, -1);  // broken and still late
    office.settle(4);
    const auto reply = office.ask("kept?from=2026-03-10T16:00:00Z&until=2026-03-13T16:00:00Z");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(body.text("zone") == "Asia/Shanghai");
    CHECK(body.at("complete").boolean);
    const auto& series = body.at("series").items;
    REQUIRE(series.size() == 3);
    CHECK(series[0].find("from")->text == "2026-03-10T16:00:00Z");
    CHECK(series[0].find("until")->text == "2026-03-11T16:00:00Z");
    CHECK(whole(series[0], "n") == 2);
    CHECK(whole(series[0], "kept") == 1);
    CHECK(series[0].find("share")->text == "0.5");
    CHECK(series[0].find("low")->text == "0.094529");  // Wilson, 1 of 2
    CHECK(whole(series[1], "n") == 2);
    CHECK(whole(series[2], "n") == 0);
    CHECK(series[2].find("share")->is_null());
    CHECK(whole(body.at("total"), "n") == 4);
    CHECK(whole(body.at("total"), "kept") == 2);
    CHECK(body.at("target").is_null());

    const auto csv =
        office.ask("kept?from=2026-03-10T16:00:00Z&until=2026-03-13T16:00:00Z", "text/csv");
    CHECK(csv.header("Content-Type").starts_with("text/csv"));
    CHECK(csv.says("2026-03-10T16:00:00Z,2026-03-11T16:00:00Z,2,1,0.5,0.094529,"));
    CHECK(csv.says("2026-03-12T16:00:00Z,2026-03-13T16:00:00Z,0,0,,,"));
}

TEST_CASE("figures: counting by the index and walking the rows come to the same") {
    Office office;
    office.house.clock.advance(hours(24 * 9));
    for (int i = 0; i < 60; ++i) office.order(i, i * 2, (i * 7) % 40);
    office.settle(60);
    for (const auto* step : {"hour", "day", "week"}) {
        const auto path =
            std::string("kept?from=2026-03-10T00:00:00Z&until=2026-03-18T00:00:00Z&step=") + step;
        const auto counted = office.ask(path), walked = office.ask(path + "&promise=live-24h");
        REQUIRE_MESSAGE(counted.status == 200, counted.body);
        const auto series = [](const http::testing::Reply& reply) {
            return reply.body.substr(reply.body.find("\"total\""));
        };
        CHECK(series(counted) == series(walked));
        CHECK(whole(Body(counted).at("total"), "n") == 60);
    }
    CHECK(whole(Body(office.ask("kept?promise=no-such")).at("total"), "n") == 0);
}

TEST_CASE("figures: what is refused says why, and who may not read is denied") {
    Office office;
    CHECK(office.ask("kept?step=hour").status == 422);
    CHECK(office.ask("kept?step=hour").says("31"));
    CHECK(office.ask("kept?step=month").status == 422);
    CHECK(office.ask("control?figure=mood").status == 422);
    CHECK(office.ask("funnel?from=2026-03-10T00:00:00Z&until=2026-03-09T00:00:00Z").status == 422);
    for (const auto* name : {"kept", "breaches-by-hour", "lateness", "control", "funnel"})
        CHECK(office.house
                  .ask("GET", "/api/v1/reports/" + std::string(name),
                       {.token = office.house.acme.tokens.at(Role::Agent)})
                  .status == 403);
}

TEST_CASE("figures: another company sees none of it") {
    Office office;
    office.house.clock.advance(hours(48));
    office.order(1, 0, 30);
    office.settle(1);
    const auto theirs = lasting_key(office.house, office.house.other);
    const Body body(office.house.ask("GET", "/api/v1/reports/kept", {.token = theirs}));
    CHECK(whole(body.at("total"), "n") == 0);
}

TEST_CASE("figures: breaches lie in the hour of the week in which they were due") {
    Office office;
    office.house.clock.advance(hours(24 * 12));
    office.order(1, 0, 30);    // due Wednesday 08:00 in Shanghai
    office.order(2, 168, 30);  // and the next
    office.order(3, 0, 3);
    office.order(4, 5, 3);
    office.settle(4);
    const Body body(office.ask("breaches-by-hour?from=2026-03-10T00:00:00Z"));
    CHECK(whole(body.json(), "n") == 4);
    CHECK(whole(body.json(), "broken") == 2);
    const auto& cells = body.at("cells").items;
    REQUIRE(cells.size() == 168);
    const auto& cell = cells[2 * 24 + 8];
    CHECK(whole(cell, "weekday") == 3);
    CHECK(whole(cell, "hour") == 8);
    CHECK(whole(cell, "n") == 3);
    CHECK(whole(cell, "broken") == 2);
    CHECK(cell.find("share")->text == "0.666667");
    CHECK(whole(cells[2 * 24 + 13], "n") == 1);
    CHECK(office.ask("breaches-by-hour", "text/csv").says("3,8,3,2,0.666667"));
}

TEST_CASE("figures: how late what broke was, and how much of the limit the others took") {
    Office office;
    office.house.clock.advance(hours(24 * 10));
    office.order(1, 0, 25);  // 1 h late
    office.order(2, 0, 27);  // 3 h
    office.order(3, 0, 34);  // 10 h
    office.order(4, 0, -1);  // until now
    office.order(5, 0, 6);   // a quarter of its limit
    office.order(6, 0, 24);  // all of it, and in time
    office.settle(6);
    const Body body(office.ask("lateness"));
    const auto& late = body.at("late");
    CHECK(whole(late, "n") == 4);
    CHECK(whole(late, "still_late") == 1);
    CHECK(whole(late, "p50_ms") == 3 * 3'600'000);
    CHECK(whole(late, "max_ms") > 24 * 3'600'000);
    std::int64_t sum = 0;
    for (const auto& bin : late.find("bins")->items) {
        sum += whole(bin, "count");
        if (whole(bin, "from_ms") == 3'600'000) CHECK(whole(bin, "count") == 1);  // [1 h, 2 h)
    }
    CHECK(sum == 4);
    const auto& used = body.at("used");
    CHECK(whole(used, "n") == 2);
    CHECK(used.find("p50")->text == "0.25");
    CHECK(used.find("p99")->text == "1");
    CHECK(whole(used.find("bins")->items[2], "count") == 1);
    CHECK(whole(used.find("bins")->items[9], "count") == 1);
    CHECK(office.ask("lateness", "text/csv").says("late_ms,3600000,7200000,1"));
}

TEST_CASE("figures: a day that broke far more than others is beyond the limits of the chart") {
    Office office;
    office.house.clock.advance(hours(24 * 30));
    int number = 0;
    for (int day = 0; day < 24; ++day)
        for (int i = 0; i < 12; ++i)
            office.order(++number, day * 24 + i, day == 20 ? 40 : i == day % 12 ? 26 : 5);
    office.settle(number);
    const Body body(office.ask("control?from=2026-03-10T16:00:00Z&until=2026-04-04T16:00:00Z"));
    CHECK(body.text("figure") == "kept");
    CHECK(body.at("enough").boolean);
    const auto& points = body.at("points").items;
    REQUIRE(points.size() == 24);
    const wire::Json* beyond = nullptr;
    for (const auto& signal : body.at("signals").items)
        if (signal.find("rule")->text == "beyond") beyond = &signal;
    REQUIRE(beyond != nullptr);
    CHECK(whole(*beyond, "first") == 20);
    CHECK(whole(*beyond, "side") == -1);
    CHECK(beyond->find("words")->find("zh")->text.contains("3σ"));
    CHECK(points[20].find("value")->text == "0");
    CHECK(office.ask("control", "text/csv").says(",beyond"));

    const Body spans(office.ask("control?figure=duration&from=2026-03-10T16:00:00Z"));
    CHECK(spans.text("chart") == "XmR");
    CHECK(spans.text("unit") == "ms");
    CHECK(spans.at("points").items[0].find("value")->text == "18000000");
}

TEST_CASE("figures: the funnel follows breaches through recovery") {
    Office office;
    const auto& owner = office.house.acme.tokens.at(Role::Owner);
    const auto& manager = office.house.acme.tokens.at(Role::Manager);
    auto reply = send(office.house, "POST", "/api/v1/house-promises/recovery/draft",
                      {.token = manager, .body = "{}"});
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const auto id = Body(reply).text("id");
    for (const auto& [step, token] : {std::pair("check", manager), std::pair("approve", owner),
                                      std::pair("publish", manager)}) {
        reply = send(office.house, "POST", "/api/v1/promises/" + id + "/" + step,
                     {.token = token, .headers = if_match(reply)});
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
    }
    office.order(1, 0, -1);
    office.order(2, 0, -1);
    office.house.clock.advance(hours(24) + minutes(1));
    const auto stages = [&] {
        const Body body(office.ask("funnel"));
        std::map<std::string, std::int64_t> counts;
        for (const auto& stage : body.at("stages").items)
            counts[std::string(stage.find("stage")->text)] = whole(stage, "count");
        return counts;
    };
    REQUIRE(soon([&] { return stages()["recovering"] == 2; }));
    const auto before = stages();
    CHECK(before.at("broken") == 2);
    CHECK(before.at("verified") == 2);
    CHECK(before.at("contacted") == 0);
    const Body list(office.house.ask("GET", "/api/v1/recoveries", {.token = office.key}));
    const std::string obligation(list.at("items").items[0].find("obligation")->text);
    const auto fact = [&](std::string_view kind) {
        office.say(fact_json(obligation + std::string(kind), kind, "recovery/" + obligation, {},
                             to_string(office.house.clock.now())));
    };
    office.house.clock.advance(minutes(1));
    fact("recovery.contacted");
    fact("recovery.planned");
    CHECK(stages().at("contacted") == 1);
    CHECK(stages().at("planned") == 1);
    CHECK(stages().at("made good") == 0);
    fact("recovery.made-good");
    CHECK(stages().at("made good") == 1);
    CHECK(stages().at("followed up") == 0);
    CHECK(office.ask("funnel", "text/csv").says("contacted,"));
}

TEST_CASE("figures: pieces begin where hours, days and weeks of the zone do") {
    engine::TwoZones zones;
    const auto* shanghai = zones.find("Asia/Shanghai");
    REQUIRE(shanghai != nullptr);
    const Window window{.from = *parse_instant("2026-03-04T12:30:00Z"),
                        .until = *parse_instant("2026-03-10T00:00:00Z")};
    const auto days = pieces_of(window, *shanghai, Step::Day);
    REQUIRE(days.size() == 7);
    CHECK(days[0].end == *parse_instant("2026-03-04T16:00:00Z"));
    CHECK(days[1].length() == hours(24));
    CHECK(days[6].end == window.until);
    const auto weeks = pieces_of(window, *shanghai, Step::Week);
    REQUIRE(weeks.size() == 2);
    CHECK(weeks[0].end == *parse_instant("2026-03-08T16:00:00Z"));  // Monday there
    const auto all = pieces_of(window, *shanghai, Step::Hour);
    CHECK(all.size() == 132);
    CHECK(all[0].length() == minutes(30));
    // A zone that is half an hour off has its hours there, too.
    const auto delhi = Zone::fixed(5 * 3600 + 1800);
    CHECK(pieces_of(window, delhi, Step::Hour)[0].length() == hours(1));
}

TEST_CASE("figures: a target is what a clause of the promise says of the share") {
    auto text = std::string(kLive24);
    text.insert(text.find("remedies:"), R"(  steady:
    title: {zh: 每月九成五, en: 95 % each month}
    rate: {of: fact = "service.active", good: fact = "service.active", at least: 95 %, over: month}
)");
    Office office(text);
    const auto target = [&](std::string_view query) {
        const auto reply = office.ask("kept?" + std::string(query));
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
        const Body body(reply);
        const auto& said = body.at("target");
        return said.is_null() ? "" : std::string(said.find("share")->text);
    };
    CHECK(target("promise=live-24h") == "0.95");
    CHECK(target("promise=live-24h&clause=steady") == "0.95");
    CHECK(target("promise=live-24h&clause=live").empty());
    CHECK(target("").empty());
}

}  // namespace yinuo::server
