#include "promise/limit.h"

#include <algorithm>

#include "base/check.h"

namespace yinuo::promise {
namespace {

const calendar::Schedule& schedule_of(const Limit& limit, const Calendars& calendars) {
    check(limit.schedule >= 0 &&
          static_cast<std::size_t>(limit.schedule) < calendars.schedules.size());
    return calendars.schedules[static_cast<std::size_t>(limit.schedule)];
}

// Days are counted in the schedule's zone where there is one, otherwise in the promise's.
const Zone& zone_of(const Limit& limit, const Calendars& calendars) {
    if (limit.schedule >= 0) return schedule_of(limit, calendars).zone();
    check(calendars.zone != nullptr);
    return *calendars.zone;
}

Error too_far() {
    return {.code = "out-of-range",
            .what = {.zh = "截止时间超出可表示的年份",
                     .en = "the deadline lies beyond the years that can be told"},
            .mend = {.zh = "把时限改短", .en = "make the limit shorter"}};
}

// The calendar's own range: year 1 to 9999 with room to spare.
constexpr std::int64_t kDaysMost = 4'000'000;

Result<Instant> on_day(Instant start, Date date, const Limit& limit, const Calendars& calendars) {
    if (date.days > kDaysMost || date.days < -kDaysMost) return refuse(too_far());
    const Zone& zone = zone_of(limit, calendars);
    switch (limit.end) {
        case DayEnd::SameTime:
        case DayEnd::NamedStyle:
            return zone.to_instant(LocalTime::of(date, zone.to_local(start).millis_of_day()));
        case DayEnd::EndOfDay: return zone.start_of_day(date.plus_days(1));
        case DayEnd::Closing: {
            const auto close =
                schedule_of(limit, calendars).prev_open(zone.start_of_day(date.plus_days(1)));
            return close.value_or(zone.start_of_day(date.plus_days(1)));
        }
    }
    check(false);
}

calendar::WorkdayStyle style_of(const Limit& limit) {
    switch (limit.end) {
        case DayEnd::SameTime: return calendar::WorkdayStyle::KeepTime;
        case DayEnd::EndOfDay: return calendar::WorkdayStyle::EndOfDay;
        case DayEnd::Closing: return calendar::WorkdayStyle::GlpiEndOfDay;
        case DayEnd::NamedStyle: return limit.style;
    }
    check(false);
}

bool ends_with_its_day(const Limit& limit) {
    if (limit.unit == Unit::WorkingDays) return true;
    return (limit.unit == Unit::Days || limit.unit == Unit::Months) &&
           limit.end != DayEnd::SameTime;
}

}  // namespace

Result<Instant> due_after(Instant start, const Limit& limit, const Calendars& calendars) {
    if (limit.schedule >= 0) {
        // What arrives after the cut-off, or waits for the opening, begins later.
        const auto& schedule = schedule_of(limit, calendars);
        start = schedule.counts_from(start);
        if (limit.from_opening) start = schedule.next_open(start).value_or(start);
    }
    switch (limit.unit) {
        case Unit::Clock:
            if (limit.amount > Instant::max().millis - start.millis) return refuse(too_far());
            return start + Millis{limit.amount};
        case Unit::Work: return schedule_of(limit, calendars).add(start, WorkTime{limit.amount});
        case Unit::WorkingDays:
            return schedule_of(limit, calendars)
                .add_workdays_at(start, limit.amount, style_of(limit));
        case Unit::Days: {
            if (limit.amount > kDaysMost) return refuse(too_far());
            const Date date = zone_of(limit, calendars).to_local(start).date();
            return on_day(start, date.plus_days(static_cast<int>(limit.amount)), limit, calendars);
        }
        case Unit::Months: {
            if (limit.amount > kDaysMost / 31) return refuse(too_far());
            const Date date = zone_of(limit, calendars).to_local(start).date();
            return on_day(start, date.plus_months(static_cast<int>(limit.amount)), limit,
                          calendars);
        }
    }
    check(false);
}

Result<Instant> due_after_pause(Instant due, Period pause, const Limit& limit,
                                const Calendars& calendars) {
    if (pause.end <= pause.begin) return due;
    if (limit.unit == Unit::Work) {
        const auto& schedule = schedule_of(limit, calendars);
        const WorkTime lost = schedule.between(pause.begin, pause.end);
        if (lost.millis <= 0) return due;
        return schedule.add(due, lost);
    }
    if (!ends_with_its_day(limit)) {
        const std::int64_t lost = pause.length().count;
        if (lost > Instant::max().millis - due.millis) return refuse(too_far());
        return due + Millis{lost};
    }
    // A limit counted in days is lengthened by days: those that began during the pause.
    const Zone& zone = zone_of(limit, calendars);
    const Date from = zone.to_local(pause.begin).date();
    const Date to = zone.to_local(pause.end).date();
    if (limit.unit == Unit::WorkingDays) {
        const auto& schedule = schedule_of(limit, calendars);
        const auto lost = schedule.workdays_between(from, to, calendar::Bounds::LastOnly);
        if (lost <= 0) return due;
        if (limit.end == DayEnd::EndOfDay) {
            // `due` is a midnight: step on from the day that it ends.
            return schedule.add_workdays_at(due - Millis{1}, lost,
                                            calendar::WorkdayStyle::EndOfDay);
        }
        return schedule.add_workdays_at(due, lost, calendar::WorkdayStyle::StepOnlyKeepTime);
    }
    const int lost = to.days - from.days;
    if (lost <= 0) return due;
    const LocalTime wall = zone.to_local(due);
    return zone.to_instant(LocalTime::of(wall.date().plus_days(lost), wall.millis_of_day()));
}

Instant used_up_at(int thousandths, Instant start, Instant due, const Limit& limit,
                   const Calendars& calendars) {
    const std::int64_t rest = 1000 - std::clamp(thousandths, 0, 1000);
    if (limit.unit == Unit::Work) {
        const WorkTime left{limit.amount * rest / 1000};
        if (left.millis == 0) return due;
        return schedule_of(limit, calendars).sub(due, left).value_or(due);
    }
    const std::int64_t whole = limit.unit == Unit::Clock ? limit.amount : (due - start).count;
    return due - Millis{whole / 1000 * rest + whole % 1000 * rest / 1000};
}

}  // namespace yinuo::promise
