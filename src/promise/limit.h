// How long a clause allows: a limit with a unit, and the arithmetic from a start to a due instant.
//
// Units never convert into one another: 24 h by the clock, 24 work hours on a schedule, 3 working
// days, 3 days and 1 month are five different promises. Reads no clock; pure arithmetic.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "calendar/schedule.h"
#include "time/instant.h"

namespace yinuo::promise {

enum class Unit : std::uint8_t {
    Clock,        // `amount` in milliseconds of real time
    Work,         // `amount` in milliseconds while the schedule is open
    WorkingDays,  // `amount` days that have hours on the schedule
    Days,         // `amount` calendar days
    Months,       // `amount` calendar months
};

// Where on its last day a limit of days or months ends.
enum class DayEnd : std::uint8_t {
    SameTime,    // at the clock time of the start (30 days)
    EndOfDay,    // at the next local midnight (by the end of the 7th day)
    Closing,     // at the last closing of that day's hours
    NamedStyle,  // working days by one of the calendar's named styles
};

// What a limit of one form allows. `schedule` indexes Promise::schedules; -1: none is needed.
struct Limit {
    Unit unit = Unit::Clock;
    std::int64_t amount = 0;
    DayEnd end = DayEnd::SameTime;
    calendar::WorkdayStyle style = calendar::WorkdayStyle::KeepTime;  // for NamedStyle
    int schedule = -1;
    bool from_opening = false;  // counting begins at the first open instant, not at the start

    bool operator==(const Limit&) const = default;
};

// `24 h`, `1 h 30 min`, `8 work h on office`, `15 working days on cn`, `3 working days on city at
// the same time from opening`, `7 days to end of day`, `end of day`, `1 month`, `2 working days on
// cn by snap_open`. Schedules are looked up in `schedule_names`; `default_schedule` (or -1) is
// taken when working time names none. Refusals say what was expected.
//
// Working days end at the end of their day unless said otherwise; other days keep the clock time.
Result<Limit> parse_limit(std::string_view text, std::span<const std::string> schedule_names,
                          int default_schedule = -1);
// A unit alone, for limits whose amount comes from the data: `h`, `work min on office`, `days`.
// The amount of the result is that of one unit.
Result<Limit> parse_unit(std::string_view text, std::span<const std::string> schedule_names,
                         int default_schedule = -1);

// Written again as parse_limit() reads it.
std::string to_string(const Limit&, std::span<const std::string> schedule_names);
// For people: "24 小时", "8 个工作小时（office）", "15 working days, by the end of the day".
Text describe(const Limit&, std::span<const std::string> schedule_names);

// What arithmetic on limits needs to know: the zone for days, the schedules by index.
struct Calendars {
    const Zone* zone = nullptr;
    std::span<const calendar::Schedule> schedules;
};

// The last instant that is still in time. Refuses with "no-working-time" when the schedule does not
// open long enough: a deadline that cannot come would be a promise that cannot be broken.
Result<Instant> due_after(Instant start, const Limit&, const Calendars&);

// `due` moved later by a pause [begin, end) that began before it: by its working time for Work, by
// the working days or days begun in it for limits that end with a day, by its length otherwise.
// Never earlier, so a pause cannot break a promise.
Result<Instant> due_after_pause(Instant due, Period pause, const Limit&, const Calendars&);

// The instant when `share` (0..1, in thousandths) of the limit is used up, counted back from `due`
// so that pauses have moved it too.
Instant used_up_at(int thousandths, Instant start, Instant due, const Limit&, const Calendars&);

}  // namespace yinuo::promise
