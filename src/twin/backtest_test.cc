#include "twin/backtest.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "twin/testing.h"

namespace yinuo::twin {
namespace {

using promise::Limit;
using promise::State;
using promise::Unit;

constexpr std::int64_t kHour = 3'600'000;

// A history of a few subjects, each with facts of the workshop's kinds at random hours.
void fill(Workshop& shop, History& history,
          const std::vector<std::vector<std::pair<int, int>>>& subjects) {
    static constexpr const char* kKinds[] = {"done", "cancelled", "wait", "go", "note"};
    for (std::size_t s = 0; s < subjects.size(); ++s) {
        const std::string name = "s/" + std::to_string(s);
        history.take(shop.fact(name, "opened", 0));
        for (const auto& [kind, at] : subjects[s])
            history.take(shop.fact(name, kKinds[kind], at * kHour / 4));
    }
    history.group();
}

rc::Gen<std::vector<std::vector<std::pair<int, int>>>> histories() {
    return rc::gen::container<std::vector<std::vector<std::pair<int, int>>>>(
        rc::gen::container<std::vector<std::pair<int, int>>>(
            rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(1, 200))));
}

Report test(Workshop& shop, promise::Promise promise, const History& history, Instant now) {
    std::vector<promise::Promise> promises;
    promises.push_back(std::move(promise));
    return *backtest(promises, nullptr, history, Question{.now = now}, shop.names);
}

calendar::Schedule office(const Zone& zone) {
    calendar::Definition definition;
    definition.name = "office";
    definition.zone = zone;
    auto& week = definition.plan.weeks.emplace_back();
    for (std::size_t day = 0; day < 5; ++day)
        week.days[day] = {{9 * 3600, 12 * 3600}, {13 * 3600, 18 * 3600}};
    return *calendar::Schedule::build(definition);
}

}  // namespace

TEST_CASE("the sum closes, whatever the facts") {
    CHECK(rc::check([] {
        Workshop shop;
        History history;
        fill(shop, history, *histories());
        const Instant now{*rc::gen::inRange(0, 60) * kHour};
        const auto report =
            test(shop, shop.within({.unit = Unit::Clock, .amount = 12 * kHour}), history, now);
        const Counts& all = report.obligations;
        RC_ASSERT(all.total() == all.kept() + all.broken() + all.open() + all.of(State::Waived) +
                                     all.of(State::Void) + all.of(State::VoidByUs) +
                                     all.of(State::NotMeasured));
        Counts sum;
        for (const auto& clause : report.clauses) sum.add(clause.counts);
        RC_ASSERT(sum == all);
        RC_ASSERT(all.total() >= static_cast<std::int64_t>(history.subjects()));
    }));
}

// The curve counts from one fold; folding again under each limit must say the same.
void curve_agrees_with_folding_again(bool voids, bool pauses, Unit unit) {
    CHECK(rc::check([=] {
        Workshop shop;
        History history;
        fill(shop, history, *histories());
        const Instant now{*rc::gen::inRange(1, 80) * kHour};
        const auto made = [&](std::int64_t amount) {
            auto promise = shop.within(
                {.unit = unit, .amount = amount, .schedule = unit == Unit::Clock ? -1 : 0}, voids,
                pauses);
            if (unit != Unit::Clock) {
                promise.schedule_names.push_back("office");
                promise.schedules.push_back(office(shop.utc));
            }
            if (unit == Unit::WorkingDays)
                std::get<promise::Within>(promise.clauses[0].shape).rows[0].limit.end =
                    promise::DayEnd::EndOfDay;
            return promise;
        };
        const std::int64_t scale = unit == Unit::WorkingDays ? 1 : kHour / 2;
        const auto report = test(shop, made(8 * scale), history, now);
        const auto& clause = report.clauses.at(0);
        if (!clause.curve) return;
        auto points = clause.curve->points;
        points.insert(points.end(), clause.curve->line.begin(), clause.curve->line.end());
        for (std::size_t i = 0; i < points.size(); i += 1 + points.size() / 12) {
            const auto& point = points[i];
            const auto again = test(shop, made(point.limit), history, now);
            RC_ASSERT(again.obligations.kept() == point.kept);
            RC_ASSERT(again.obligations.broken() == point.broken);
            RC_ASSERT(again.obligations.open() == point.open);
        }
        for (const auto& reach : clause.curve->reaches) {
            if (!reach.limit) continue;
            const auto at = test(shop, made(*reach.limit), history, now).obligations.kept_share();
            RC_ASSERT(at.count * 100 >= reach.percent * at.of);
            if (*reach.limit == 0) continue;
            const auto before =
                test(shop, made(*reach.limit - 1), history, now).obligations.kept_share();
            RC_ASSERT(before.of == 0 || before.count * 100 < reach.percent * before.of);
        }
    }));
}
TEST_CASE("the curve agrees with folding again: clock time") {
    curve_agrees_with_folding_again(false, false, Unit::Clock);
}
TEST_CASE("the curve agrees with folding again: with cancellations and pauses") {
    curve_agrees_with_folding_again(true, true, Unit::Clock);
}
TEST_CASE("the curve agrees with folding again: work time") {
    curve_agrees_with_folding_again(true, false, Unit::Work);
}
TEST_CASE("the curve agrees with folding again: working days") {
    curve_agrees_with_folding_again(true, false, Unit::WorkingDays);
}

TEST_CASE("the limit is as it was after the curve") {
    Workshop shop;
    History history;
    fill(shop, history, {{{0, 20}}, {{1, 3}}});
    std::vector<promise::Promise> promises;
    promises.push_back(shop.within({.unit = Unit::Clock, .amount = 2 * kHour}));
    backtest(promises, nullptr, history, Question{.now = Instant{100 * kHour}}, shop.names);
    CHECK(std::get<promise::Within>(promises[0].clauses[0].shape).rows[0].limit ==
          Limit{.unit = Unit::Clock, .amount = 2 * kHour});
}

TEST_CASE("a subject whose facts come in pieces is one subject") {
    Workshop shop;
    History history;
    history.take(shop.fact("a", "opened", 0));
    history.take(shop.fact("b", "opened", 0));
    history.take(shop.fact("a", "done", kHour));
    history.take(shop.fact("b", "done", 9 * kHour));
    history.take(shop.fact("a", "note", 10 * kHour));
    history.group();
    CHECK(history.subjects() == 2);
    CHECK(history.find("b") == 1);
    CHECK_FALSE(history.find("c").has_value());
    const auto report = test(shop, shop.within({.unit = Unit::Clock, .amount = 2 * kHour}), history,
                             history.last_at());
    CHECK(report.obligations.kept() == 1);
    CHECK(report.obligations.broken() == 1);
    CHECK(report.clauses[0].late.p50 == 7 * kHour);
}

TEST_CASE("each start falls under the version in force") {
    Workshop shop;
    History history;
    history.take(shop.fact("a", "opened", 0));
    history.take(shop.fact("a", "done", 3 * kHour));
    history.take(shop.fact("b", "opened", 100 * kHour));
    history.take(shop.fact("b", "done", 103 * kHour));
    history.group();
    std::vector<promise::Promise> promises;
    promises.push_back(shop.within({.unit = Unit::Clock, .amount = 4 * kHour}));
    promises.push_back(shop.within({.unit = Unit::Clock, .amount = 2 * kHour}));
    promises[1].version = 2;
    promises[1].effective_from = Instant{50 * kHour};
    REQUIRE(put_versions_in_line(promises).has_value());
    const auto report =
        *backtest(promises, nullptr, history, Question{.now = history.last_at()}, shop.names);
    CHECK(report.obligations.kept() == 1);
    CHECK(report.obligations.broken() == 1);
    CHECK(report.clauses.size() == 1);
    CHECK(report.promises[0].obligations == 1);
    promises[1].version = 1;
    CHECK(put_versions_in_line(promises).error().code == "version-twice");
}

TEST_CASE("two promises on one history: who gains and who loses") {
    Workshop shop;
    History history;
    fill(shop, history, {{{0, 4}}, {{0, 12}}, {{0, 40}}});
    std::vector<promise::Promise> before, after;
    before.push_back(shop.within({.unit = Unit::Clock, .amount = 5 * kHour}));
    after.push_back(shop.within({.unit = Unit::Clock, .amount = 2 * kHour}));
    const auto report =
        *backtest(before, &after, history, Question{.now = history.last_at()}, shop.names);
    REQUIRE(report.comparison.has_value());
    CHECK(report.comparison->gain == 1);
    CHECK(report.comparison->lose == 0);
    CHECK(report.comparison->same == 2);
    REQUIRE(report.comparison->examples.size() == 1);
    CHECK(report.comparison->examples[0].before == "done: kept");
    CHECK(report.comparison->examples[0].after == "done: broken");
}

TEST_CASE("slices add up to the whole") {
    Workshop shop;
    History history;
    fill(shop, history, {{{0, 4}}, {{0, 12}}, {}});
    auto compiled = feel::Expression::compile(
        "state",
        {.names = shop.names, .zones = nullptr, .host = nullptr, .special_names = {}, .at = {}});
    const std::vector<Slicing> by = [&] {
        std::vector<Slicing> list;
        list.push_back({"state", std::move(*compiled)});
        return list;
    }();
    std::vector<promise::Promise> promises;
    promises.push_back(shop.within({.unit = Unit::Clock, .amount = 2 * kHour}));
    const auto report = *backtest(promises, nullptr, history,
                                  Question{.now = history.last_at(), .by = by}, shop.names);
    REQUIRE(report.slices.size() == 1);
    Counts sum;
    for (const auto& value : report.slices[0].values) sum.add(value.counts);
    CHECK(sum == report.obligations);
    CHECK(report.slices[0].values[0].value == "broken");
}

TEST_CASE("time lost to a pause is told by its reason") {
    Workshop shop;
    History history;
    fill(shop, history, {{{2, 4}, {3, 12}, {0, 16}}});
    const auto report = test(shop, shop.within({.unit = Unit::Clock, .amount = 3 * kHour}), history,
                             history.last_at());
    CHECK(report.obligations.kept() == 1);
    REQUIRE(report.clauses[0].pauses.size() == 1);
    CHECK(report.clauses[0].pauses[0].count == 1);
    CHECK(report.clauses[0].pauses[0].time == hours(2));
    CHECK(report.clauses[0].used->p50 == 2 * kHour);
}

}  // namespace yinuo::twin
