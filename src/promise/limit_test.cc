#include "promise/limit.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace yinuo::promise {
namespace {

const Zone kShanghai = Zone::fixed(8 * 3600);

Instant at(std::string_view wall) { return kShanghai.to_instant(*LocalTime::parse(wall)); }
std::string told(const Result<Instant>& instant) {
    return instant ? kShanghai.to_local(*instant).to_string() : instant.error().code;
}

// Monday to Friday 09:00-12:00 and 13:30-18:00; a holiday on Thursday 2026-03-12.
calendar::Definition office() {
    calendar::Definition definition;
    definition.zone = kShanghai;
    definition.plan.weeks.resize(1);
    for (int day = 0; day < 5; ++day)
        definition.plan.weeks[0].days[day] = {{9 * 3600, 12 * 3600}, {13 * 3600 + 1800, 18 * 3600}};
    definition.holidays = {{.date = Date::of(2026, 3, 12), .name = "植树节"}};
    return definition;
}

struct Desk {
    std::vector<calendar::Schedule> schedules = {*calendar::Schedule::build(office())};
    Calendars calendars{&kShanghai, schedules};
};

Limit work_hours(std::int64_t n) {
    return {.unit = Unit::Work, .amount = n * 3'600'000, .schedule = 0};
}
Limit working_days(std::int64_t n) {
    return {.unit = Unit::WorkingDays, .amount = n, .end = DayEnd::EndOfDay, .schedule = 0};
}

}  // namespace

TEST_CASE("the same number in different units is due at different times") {
    const Desk desk;
    const Instant start = at("2026-03-10T17:00");  // a Tuesday
    const auto due = [&](const Limit& limit) {
        return told(due_after(start, limit, desk.calendars));
    };
    CHECK(due({.unit = Unit::Clock, .amount = 3 * 86'400'000}) == "2026-03-13T17:00:00");
    CHECK(due(work_hours(3)) == "2026-03-11T11:00:00");
    CHECK(due(working_days(3)) == "2026-03-17T00:00:00");  // Wed, Fri (Thu is a holiday), Mon
    CHECK(due({.unit = Unit::Days, .amount = 3}) == "2026-03-13T17:00:00");
    CHECK(due({.unit = Unit::Days, .amount = 3, .end = DayEnd::EndOfDay}) == "2026-03-14T00:00:00");
    CHECK(due({.unit = Unit::Months, .amount = 3}) == "2026-06-10T17:00:00");
}

TEST_CASE("a month's end stays in its month") {
    const Desk desk;
    const Limit month{.unit = Unit::Months, .amount = 1};
    CHECK(told(due_after(at("2026-01-31T10:00"), month, desk.calendars)) == "2026-02-28T10:00:00");
    CHECK(told(due_after(at("2024-01-31T10:00"), month, desk.calendars)) == "2024-02-29T10:00:00");
}

TEST_CASE("a pause lengthens a limit in the limit's own unit") {
    const Desk desk;
    const auto moved = [&](const Limit& limit, std::string_view start, Period pause) {
        const auto due = due_after(at(start), limit, desk.calendars);
        return told(due_after_pause(*due, pause, limit, desk.calendars));
    };
    const Period lunch{at("2026-03-10T12:00"), at("2026-03-10T13:30")};
    const Period overnight{at("2026-03-10T17:00"), at("2026-03-11T10:00")};
    CHECK(moved(work_hours(3), "2026-03-10T10:00", lunch) == "2026-03-10T14:30:00");
    CHECK(moved(work_hours(8), "2026-03-10T10:00", overnight) == "2026-03-11T14:00:00");
    CHECK(moved({.unit = Unit::Clock, .amount = 86'400'000}, "2026-03-10T10:00", overnight) ==
          "2026-03-12T03:00:00");
    // Within one day a pause takes no day away; over night it takes one.
    CHECK(moved(working_days(2), "2026-03-09T10:00", lunch) == "2026-03-12T00:00:00");
    CHECK(moved(working_days(2), "2026-03-09T10:00", overnight) == "2026-03-14T00:00:00");
    CHECK(moved({.unit = Unit::Days, .amount = 0, .end = DayEnd::EndOfDay}, "2026-03-10T10:00",
                overnight) == "2026-03-12T00:00:00");
}

TEST_CASE("a paused work limit ends as if the pause had been a closure") {
    const Desk desk;
    CHECK(rc::check([&] {
        const Instant start = at("2026-03-02T00:00") + minutes(*rc::gen::inRange(0, 20'000));
        const Instant from = start + minutes(*rc::gen::inRange(0, 20'000));
        const Instant to = from + minutes(*rc::gen::inRange(1, 20'000));
        const Limit limit = work_hours(*rc::gen::inRange(1, 100));
        const Instant due = *due_after(start, limit, desk.calendars);
        if (from > due) return;
        auto holed = office();
        holed.closures.push_back({.period = {from, to}});
        const auto with_hole = calendar::Schedule::build(holed);
        RC_ASSERT(due_after_pause(due, {from, to}, limit, desk.calendars).value() ==
                  with_hole->add(start, WorkTime{limit.amount}).value());
    }));
}

TEST_CASE("a share of the limit is counted back from where it ends now") {
    const Desk desk;
    const Instant start = at("2026-03-10T10:00");
    const Limit day{.unit = Unit::Clock, .amount = 86'400'000};
    const Instant due = *due_after(start, day, desk.calendars);
    CHECK(told(used_up_at(800, start, due, day, desk.calendars)) == "2026-03-11T05:12:00");
    CHECK(told(used_up_at(500, start, *due_after(start, work_hours(4), desk.calendars),
                          work_hours(4), desk.calendars)) ==
          "2026-03-10T13:30:00");  // not in the lunch break
    CHECK(used_up_at(1000, start, due, day, desk.calendars) == due);
}

TEST_CASE("what lies beyond the calendar is refused, not told wrongly") {
    const Desk desk;
    CHECK(told(due_after(at("2026-03-10T10:00"), work_hours(1'000'000'000), desk.calendars)) ==
          "out-of-range");
    CHECK(told(due_after(at("2026-03-10T10:00"), {.unit = Unit::Days, .amount = 1'000'000'000},
                         desk.calendars)) == "out-of-range");
}

}  // namespace yinuo::promise
