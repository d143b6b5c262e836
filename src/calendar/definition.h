// What a schedule is made of: the plain data that an author writes and Schedule::build() checks.
//
// Times of day are seconds on the local wall clock. The order of rule, from the strongest: holiday,
// then a date's own hours (`days`, `makeup_days`), then the version in force, then the weekly or
// cyclic hours; breaks and closures are cut out of whatever that gives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "time/civil.h"
#include "time/instant.h"
#include "time/zone.h"

namespace yinuo::calendar {

class Schedule;

// Local opening hours [from, to) in seconds of the day, 0..86400 (24:00). An end before its start,
// or 00:00 after a start, runs into the next local day and belongs to the day it starts on.
// 00:00-00:00 is the whole day; otherwise equal times are no hours.
struct Hours {
    std::int32_t from = 0;
    std::int32_t to = 0;
    bool operator==(const Hours&) const = default;
};
using DayHours = std::vector<Hours>;  // empty: closed

// Seven days, Monday first.
struct Week {
    DayHours days[7];
};

// The hours of ordinary days. `weeks` has one week, or several that take turns: then the week
// number since `anchor` (a Monday) modulo their count says which.
struct Plan {
    std::vector<Week> weeks;
    std::optional<Date> anchor;
};

// Hours that hold on the dates `from`..`to`, both included; a missing end is open. Of several that
// cover a date, the last in the list holds; where none does, Definition::plan.
struct Version {
    std::optional<Date> from;
    std::optional<Date> to;
    Plan plan;
};

// Closed, whatever else the date has; or open during `hours` only (a festival duty roster 节日值班).
// Work time runs in a duty roster's hours, but the date is no working day.
struct Holiday {
    Date date;
    std::string name;
    DayHours hours = {};
};

// The same day each year. 02-29 comes in leap years only.
struct YearlyHoliday {
    std::int32_t month = 1;
    std::int32_t day = 1;
    std::string name;
};

// A date with hours of its own, instead of its weekday's; `hours` empty closes it.
struct SpecialDay {
    Date date;
    DayHours hours;
    std::string name = {};
};

// 调休上班日: a date worked like another weekday. Without `like`, its hours are those of the first
// weekday, from Monday on, that is open in the week in force on that date.
struct MakeupDay {
    Date date;
    std::optional<std::int32_t> like;  // 0 = Monday ... 6 = Sunday
    std::string name = {};
};

// Local time cut out of one date's hours, for example 11:30-12:15 on 2026-03-10.
struct Break {
    Date date;
    DayHours hours;
    std::string name = {};
};

// A span of real time cut out (a closure 临时停业, a leave, a pause).
struct Closure {
    Period period;
    std::string name = {};
};

enum class Combine : std::uint8_t { None, Union, Intersection };

struct Definition {
    std::string name;
    Zone zone = Zone::utc();
    bool always_open = false;  // 24 x 7; then there is no plan
    Plan plan;
    std::vector<Version> versions;
    std::vector<Holiday> holidays;
    std::vector<YearlyHoliday> yearly_holidays;
    std::vector<SpecialDay> days;
    std::vector<MakeupDay> makeup_days;
    std::vector<Break> breaks;
    std::vector<Closure> closures;

    // Open when any (Union: follow the sun) or all (Intersection: both sides open) of `parts` are.
    // A combined schedule has no hours or exceptions of its own but closures; dates are in `zone`.
    Combine combine = Combine::None;
    std::vector<Schedule> parts;

    // Local second of the day from which an arrival counts as the next working day's first.
    std::optional<std::int32_t> cutoff;
    // The last date whose holidays are known; what falls later is provisional.
    std::optional<Date> announced_until;
    // [open, close) of a nominal day, in seconds; only the styles RubyAfter and RubyBefore ask.
    std::optional<Hours> nominal_day;
};

}  // namespace yinuo::calendar
