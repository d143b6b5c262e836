#include "calendar/schedule.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <fstream>
#include <iterator>

#include "calendar/cn_holidays.h"

using namespace yinuo;
using namespace yinuo::calendar;

namespace {

constexpr std::int64_t kHour = 3'600'000;

// doctest and RapidCheck, together: a property that fails fails the test, with its counterexample.
template <typename Property>
void holds(const char* what, Property property) {
    CHECK_MESSAGE(rc::check(what, property), what);
}

Instant at(std::string_view text) { return *parse_instant(text); }
WorkTime work(double hours) { return {static_cast<std::int64_t>(hours * kHour)}; }

Week weekdays(DayHours hours) {
    Week week;
    for (int day = 0; day < 5; ++day) week.days[day] = hours;
    return week;
}

// The schedule *office*: Mon-Fri 09:00-12:00 and 13:30-18:00, China's holidays and make-up days.
Schedule office() {
    Definition definition;
    definition.name = "office";
    definition.zone = Zone::fixed(8 * 3600);
    definition.plan.weeks = {weekdays({{9 * 3600, 12 * 3600}, {13 * 3600 + 1800, 18 * 3600}})};
    add_cn_statutory(definition);
    return *Schedule::build(std::move(definition));
}

Instant local(const Schedule& schedule, std::string_view wall) {
    return schedule.zone().to_instant(*LocalTime::parse(wall));
}

std::optional<Zone> system_zone(const std::string& name) {
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    if (!file) return std::nullopt;
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return Zone::parse(name, bytes).value();
}

// A made-up schedule: split and overnight days, holidays, special days, breaks, closures.
Definition random_definition() {
    Definition d;
    d.zone = Zone::fixed(static_cast<std::int32_t>(*rc::gen::inRange(-11, 13)) * 3600);
    const auto hours = [] {
        DayHours out;
        const int count = *rc::gen::inRange(0, 3);
        for (int i = 0; i < count; ++i)
            out.push_back({*rc::gen::inRange(0, 1441) * 60, *rc::gen::inRange(0, 1441) * 60});
        return out;
    };
    Week week;
    for (auto& day : week.days) day = hours();
    week.days[2] = {{8 * 3600, 17 * 3600}};
    d.plan.weeks = {week};
    const auto date = [] { return Date::of(2026, 1, 1).plus_days(*rc::gen::inRange(0, 60)); };
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i) d.holidays.push_back({date(), "h", {}});
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) d.days.push_back({date(), hours()});
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) d.breaks.push_back({date(), hours()});
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
        const auto begin = at("2026-01-01T00:00:00Z") + minutes(*rc::gen::inRange(0, 80'000));
        d.closures.push_back({{begin, begin + minutes(*rc::gen::inRange(1, 5'000))}});
    }
    return d;
}
Schedule random_schedule() { return *Schedule::build(random_definition(), Never::Allow); }
Instant random_instant() {
    return at("2025-12-20T00:00:00Z") + minutes(*rc::gen::inRange(0, 100'000)) +
           Millis{*rc::gen::inRange(0, 60'000)};
}

}  // namespace

TEST_CASE("opened on the eve of a make-up Saturday, the first line is due that Saturday") {
    const auto schedule = office();
    CHECK(schedule.add(local(schedule, "2026-02-13T17:30"), work(1)) ==
          local(schedule, "2026-02-14T09:30"));
    CHECK(schedule.add(local(schedule, "2026-02-14T17:30"), work(1)) ==
          local(schedule, "2026-02-24T09:30"));
}

TEST_CASE("24 work hours of the office are three days and a half hour more") {
    const auto schedule = office();
    const auto first = schedule.add(local(schedule, "2026-03-02T09:00"), work(24));
    CHECK(first == local(schedule, "2026-03-05T10:30"));
    CHECK(schedule.add(*first, work(24)) == local(schedule, "2026-03-10T12:00"));
}

TEST_CASE("十五个工作日内答复：收到的次日起算，第十五个工作日结束前") {
    const auto schedule = office();
    const auto due = [&](std::string_view received) {
        return schedule.add_workdays_at(local(schedule, received), 15, WorkdayStyle::EndOfDay);
    };
    CHECK(due("2026-02-10T10:00") == local(schedule, "2026-03-10T00:00"));
    CHECK(due("2026-02-15T10:00") == local(schedule, "2026-03-14T00:00"));
}

TEST_CASE("a sum that fills the day ends at closing, zero goes to the first open instant") {
    const auto schedule = office();
    CHECK(schedule.add(local(schedule, "2026-03-02T09:00"), work(7.5)) ==
          local(schedule, "2026-03-02T18:00"));
    CHECK(schedule.add(local(schedule, "2026-03-02T18:00"), {0}) ==
          local(schedule, "2026-03-03T09:00"));
    CHECK(schedule.sub(local(schedule, "2026-03-03T09:00"), work(7.5)) ==
          local(schedule, "2026-03-02T09:00"));
    CHECK(schedule.add(local(schedule, "2026-03-03T09:00"), work(-7.5)) ==
          local(schedule, "2026-03-02T09:00"));
}

TEST_CASE("beyond the announced holidays an answer is provisional") {
    const auto schedule = office();
    CHECK(schedule.announced_until() == Date::of(2026, 12, 31));
    CHECK_FALSE(schedule.is_provisional(local(schedule, "2026-12-31T23:59")));
    CHECK(schedule.is_provisional(local(schedule, "2027-01-01T00:00")));
}

TEST_CASE("a schedule that never opens is refused, and so is one that contradicts itself") {
    CHECK(Schedule::build({}).error().code == "never-opens");
    Definition cycle;
    cycle.plan.weeks = {weekdays({{0, 3600}}), Week{}};
    CHECK(Schedule::build(cycle).error().code == "bad-cycle");
    cycle.plan.anchor = Date::of(2026, 1, 6);  // a Tuesday
    CHECK(Schedule::build(cycle).error().code == "bad-cycle");
    Definition hours;
    hours.plan.weeks = {weekdays({{0, 90'000}})};
    CHECK(Schedule::build(hours).error().code == "bad-hours");
}

TEST_CASE("work that never comes is refused, not waited for") {
    Definition once;
    once.days = {{Date::of(2026, 3, 2), {{9 * 3600, 10 * 3600}}}};
    const auto schedule = *Schedule::build(once);
    CHECK(schedule.add(at("2026-03-01T00:00:00Z"), work(1)) == at("2026-03-02T10:00:00Z"));
    CHECK(schedule.add(at("2026-03-01T00:00:00Z"), work(1.5)).error().code == "no-working-time");
    CHECK(schedule.add(at("2001-03-01T00:00:00Z"), work(1)).error().code == "no-working-time");
    CHECK_FALSE(schedule.next_open(at("2026-03-02T10:00:00Z")));
    CHECK(schedule.roll(Date::of(2026, 3, 3), Roll::Forward).error().code == "no-working-time");
}

TEST_CASE("open all the time: real time, across the edges of its tables") {
    const auto schedule = Schedule::always_open(Zone::utc());
    CHECK(schedule.add(at("1980-01-01T00:00:00Z"), work(24 * 365 * 100)) ==
          at("1980-01-01T00:00:00Z") + hours(24 * 365 * 100));
    CHECK(schedule.sub(at("2080-01-01T00:00:00Z"), work(24 * 365 * 100)) ==
          at("2080-01-01T00:00:00Z") - hours(24 * 365 * 100));
    CHECK_FALSE(schedule.next_close(at("2026-01-01T00:00:00Z")));
    CHECK(schedule.periods_after(at("2026-01-01T00:00:00Z"), 3).size() == 1);
    CHECK(schedule.add(Instant::max(), work(1)).error().code == "out-of-range");
}

TEST_CASE("a festival duty roster runs the clock, but is no working day") {
    Definition d;
    d.plan.weeks = {weekdays({{9 * 3600, 17 * 3600}})};
    d.holidays = {{Date::of(2026, 5, 1), "Labour Day", {{9 * 3600, 12 * 3600}}}};
    const auto schedule = *Schedule::build(d);
    CHECK(schedule.add(at("2026-04-30T16:00:00Z"), work(2)) == at("2026-05-01T10:00:00Z"));
    CHECK_FALSE(schedule.is_workday(Date::of(2026, 5, 1)));
    const auto told = schedule.explain(at("2026-05-01T08:00:00Z"), at("2026-05-01T13:00:00Z"));
    REQUIRE(told.size() == 3);
    CHECK(told[0].reason == Reason::Holiday);
    CHECK(told[1].reason == Reason::OpenDuty);
    CHECK(told[1].name == "Labour Day");
}

TEST_CASE("what arrives after the cut-off counts from the next working day") {
    auto definition = office().definition();
    definition.cutoff = 16 * 3600;
    const auto schedule = *Schedule::build(definition);
    CHECK(schedule.counts_from(local(schedule, "2026-03-06T15:59:59")) ==
          local(schedule, "2026-03-06T15:59:59"));
    CHECK(schedule.counts_from(local(schedule, "2026-03-06T16:00:00")) ==
          local(schedule, "2026-03-09T09:00"));
}

TEST_CASE("summer hours hold from their first date to their last") {
    Definition d;
    d.plan.weeks = {weekdays({{9 * 3600, 18 * 3600}})};
    d.versions = {
        {Date::of(2026, 7, 1), Date::of(2026, 8, 31), {{weekdays({{8 * 3600, 14 * 3600}})}, {}}}};
    const auto schedule = *Schedule::build(d);
    CHECK(schedule.next_close(at("2026-06-30T10:00:00Z")) == at("2026-06-30T18:00:00Z"));
    CHECK(schedule.next_close(at("2026-07-01T10:00:00Z")) == at("2026-07-01T14:00:00Z"));
    CHECK(schedule.next_close(at("2026-08-31T10:00:00Z")) == at("2026-08-31T14:00:00Z"));
    CHECK(schedule.next_close(at("2026-09-01T10:00:00Z")) == at("2026-09-01T18:00:00Z"));
}

TEST_CASE("an hour that clocks skip is not worked, one that they repeat is worked twice") {
    const auto zone = system_zone("America/New_York");
    if (!zone) {
        MESSAGE("skipped: no zone files on this machine");
        return;
    }
    Definition d;
    d.zone = *zone;
    for (auto& day : d.plan.weeks.emplace_back().days) day = {{0, 86'400}};
    const auto schedule = *Schedule::build(d);
    const auto day = [&](Date date) {
        return schedule.between(zone->start_of_day(date), zone->start_of_day(date.plus_days(1)));
    };
    CHECK(day(Date::of(2026, 3, 8)) == work(23));
    CHECK(day(Date::of(2026, 11, 1)) == work(25));
    CHECK(day(Date::of(2075, 3, 10)) == work(23));  // by the footer's rule
    CHECK(day(Date::of(2026, 7, 1)) == work(24));
}

TEST_CASE("the day that Apia left out has no hours") {
    const auto zone = system_zone("Pacific/Apia");
    if (!zone) return;
    Definition d;
    d.zone = *zone;
    for (auto& day : d.plan.weeks.emplace_back().days) day = {{9 * 3600, 17 * 3600}};
    const auto schedule = *Schedule::build(d);
    CHECK_FALSE(schedule.is_workday(Date::of(2011, 12, 30)));
    CHECK(schedule.workdays_between(Date::of(2011, 12, 29), Date::of(2011, 12, 31), Bounds::Both) ==
          2);
    CHECK(schedule.between(zone->start_of_day(Date::of(2011, 12, 29)),
                           zone->start_of_day(Date::of(2012, 1, 1))) == work(16));
}

TEST_CASE("equal definitions have equal versions, others don't") {
    CHECK(office().version() == office().version());
    auto other = office().definition();
    other.holidays.pop_back();
    CHECK(Schedule::build(other)->version() != office().version());
}

TEST_CASE("add and between undo each other, sub mirrors add") {
    holds("between(t, add(t, d)) == d", [] {
        const auto schedule = random_schedule();
        const auto t = random_instant();
        const WorkTime d{*rc::gen::inRange<std::int64_t>(1, 400 * kHour)};
        const auto due = schedule.add(t, d);
        RC_ASSERT(due.has_value());
        RC_ASSERT(schedule.between(t, *due) == d);
        RC_ASSERT(schedule.is_open(Instant{due->millis - 1}));  // the smallest such instant
        RC_ASSERT(schedule.between(*due, t).millis == -d.millis);
    });
    holds("between(sub(t, d), t) == d", [] {
        const auto schedule = random_schedule();
        const auto t = random_instant();
        const WorkTime d{*rc::gen::inRange<std::int64_t>(1, 400 * kHour)};
        const auto begin = schedule.sub(t, d);
        RC_ASSERT(begin.has_value());
        RC_ASSERT(schedule.between(*begin, t) == d);
        RC_ASSERT(schedule.is_open(*begin));  // the largest such instant
    });
    holds("add_all and between_all answer as one by one", [] {
        const auto schedule = random_schedule();
        std::vector<Instant> from;
        std::vector<WorkTime> limits;
        for (int i = 0; i < 300; ++i) {
            from.push_back(
                Instant{*rc::gen::inRange<std::int64_t>(900'000'000'000, 1'900'000'000'000)});
            limits.push_back({*rc::gen::inRange<std::int64_t>(-kHour, 900 * kHour)});
        }
        std::vector<Instant> due(from.size());
        std::vector<WorkTime> used(from.size());
        schedule.add_all(from, limits, due);
        schedule.between_all(from, due, used);
        for (std::size_t i = 0; i < from.size(); ++i) {
            RC_ASSERT(due[i] == schedule.add(from[i], limits[i]).value_or(Instant::max()));
            RC_ASSERT(used[i] == schedule.between(from[i], due[i]));
        }
    });
}

TEST_CASE("what is told stretch by stretch sums up to what is measured") {
    holds("explain", [] {
        const auto schedule = random_schedule();
        const auto from = random_instant();
        const auto to = from + minutes(*rc::gen::inRange(0, 30'000));
        std::int64_t sum = 0;
        Instant next = from;
        for (const auto& stretch : schedule.explain(from, to)) {
            RC_ASSERT(stretch.begin == next);
            RC_ASSERT(stretch.begin < stretch.end);
            RC_ASSERT(schedule.is_open(stretch.begin) == stretch.open);
            if (stretch.open) sum += (stretch.end - stretch.begin).count;
            next = stretch.end;
        }
        RC_ASSERT(next == to);
        RC_ASSERT(sum == schedule.between(from, to).millis);
    });
}

TEST_CASE("union and intersection agree with looking at every minute") {
    holds("combine", [] {
        const auto a = random_schedule();
        const auto b = random_schedule();
        Definition any;
        any.combine = Combine::Union;
        any.parts = {a, b};
        Definition all = any;
        all.combine = Combine::Intersection;
        const auto either = *Schedule::build(any, Never::Allow);
        const auto both = *Schedule::build(all, Never::Allow);
        const auto from = at("2026-01-05T00:00:00Z");
        std::int64_t open_either = 0;
        std::int64_t open_both = 0;
        for (auto t = from; t < from + hours(72); t = t + minutes(1)) {
            open_either += a.is_open(t) || b.is_open(t);
            open_both += a.is_open(t) && b.is_open(t);
            RC_ASSERT(either.is_open(t) == (a.is_open(t) || b.is_open(t)));
        }
        RC_ASSERT(either.between(from, from + hours(72)).millis == open_either * 60'000);
        RC_ASSERT(both.between(from, from + hours(72)).millis == open_both * 60'000);
        std::int64_t told = 0;
        for (const auto& stretch : both.explain(from, from + hours(72)))
            if (stretch.open) told += (stretch.end - stretch.begin).count;
        RC_ASSERT(told == open_both * 60'000);
    });
}

TEST_CASE("China's holidays: the Spring Festival of 2026 and its make-up Saturdays") {
    const auto schedule = office();
    for (int day = 15; day <= 23; ++day) CHECK_FALSE(schedule.is_workday(Date::of(2026, 2, day)));
    CHECK(schedule.is_workday(Date::of(2026, 2, 14)));
    CHECK(schedule.is_workday(Date::of(2026, 2, 28)));
    CHECK_FALSE(schedule.is_workday(Date::of(2026, 3, 7)));
    const auto told =
        schedule.explain(local(schedule, "2026-02-14T08:00"), local(schedule, "2026-02-14T10:00"));
    REQUIRE(told.size() == 2);
    CHECK(told[1].reason == Reason::OpenMakeup);
    CHECK(describe(told[1]).zh == "调休上班「春节」");
}
