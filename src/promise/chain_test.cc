#include "promise/chain.h"

#include <doctest/doctest.h>

#include "promise/words.h"

namespace yinuo::promise {
namespace {

using calendar::Hours;

// Mon-Fri 09:00-12:00 and 13:30-18:00 at +08:00, off 2026-02-15 to 02-23, on duty Sat 02-14.
calendar::Schedule office(const Zone& zone) {
    calendar::Definition definition;
    definition.name = "office";
    definition.zone = zone;
    calendar::Week week;
    for (int day = 0; day < 5; ++day)
        week.days[day] = {Hours{9 * 3600, 12 * 3600}, Hours{48600, 18 * 3600}};
    definition.plan.weeks = {week};
    for (int day = 15; day <= 23; ++day)
        definition.holidays.push_back({Date::of(2026, 2, day), "春节"});
    definition.makeup_days.push_back({Date::of(2026, 2, 14), std::nullopt});
    return *calendar::Schedule::build(definition);
}

struct Lines {
    Zone zone = Zone::fixed(8 * 3600);
    Promise promise;

    explicit Lines(std::vector<std::string> legs, std::string outer = "24 h") {
        promise.id = "answer";
        promise.zone = &zone;
        promise.effective_from = zone.start_of_day(Date::of(2026, 1, 1));
        promise.schedules.push_back(office(zone));
        promise.schedule_names = {"office"};
        add("answer", outer, -1);
        for (const auto& leg : legs)
            add("answer.leg" + std::to_string(promise.clauses.size()), leg, 0);
    }
    void add(std::string name, const std::string& limit, int outer) {
        Clause clause;
        clause.name = std::move(name);
        Within within;
        within.rows.push_back({{}, *parse_limit(limit, promise.schedule_names), {}});
        clause.shape = std::move(within);
        clause.outer = outer;
        promise.clauses.push_back(std::move(clause));
    }
    Instant at(const char* local) const { return zone.to_instant(*LocalTime::parse(local)); }
};

}  // namespace

TEST_CASE("a leg in office hours cannot serve an answer by the clock over Spring Festival") {
    const Lines lines({"1 work h on office"});
    const auto gaps = legs_that_cannot_serve(lines.promise);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].start == lines.at("2026-02-14T17:30"));
    CHECK(gaps[0].leg_due == lines.at("2026-02-24T09:30"));
    CHECK(gaps[0].outer_due == lines.at("2026-02-15T17:30"));
    CHECK(gaps[0].starts_failing < gaps[0].starts_tried);
    const auto findings = check_legs(lines.promise);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].error.code == "leg-cannot-serve");
    CHECK(findings[0].error.what.en.find("Sat 2026-02-14 17:30") != std::string::npos);
}

TEST_CASE("a leg that is longer than its clause never serves it, a shorter one always does") {
    const Lines longer({"48 h"});
    const auto gaps = legs_that_cannot_serve(longer.promise);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].starts_failing == gaps[0].starts_tried);
    CHECK(check_legs(Lines({"24 h"}).promise).empty());
}

TEST_CASE("legs that serve one by one may be too long in a row") {
    CHECK(check_legs(Lines({"24 h", "12 h"}, "48 h").promise).empty());
    const auto findings = check_legs(Lines({"24 h", "30 h"}, "48 h").promise);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].error.code == "legs-too-long");
}

TEST_CASE("shares and spans are told without rounding them whole") {
    CHECK(percent(0, 5) == "0 %");
    CHECK(percent(5, 5) == "100 %");
    CHECK(percent(137, 140) == "97.9 %");
    CHECK(percent(137, 140, 2) == "97.86 %");
    CHECK(percent(99'999, 100'000) == "99.999 %");
    CHECK(tell(Millis{5'400'000}).en == "1 h 30 min");
}

}  // namespace yinuo::promise
