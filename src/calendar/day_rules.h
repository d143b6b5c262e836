// Which hours hold on a date, and why: the rules of definition.h made quick to ask.
//
// Both the tables and explain() ask here, so that the reasons told are the record of the sum.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "calendar/definition.h"
#include "calendar/schedule.h"

namespace yinuo::calendar {

// One date's verdict. `hours` and `name` borrow from the Definition.
struct DayPlan {
    const DayHours* hours = nullptr;    // never null once made
    Reason open = Reason::Open;         // why it is open in its hours
    Reason closed = Reason::NoHours;    // why it is closed outside them
    const std::string* name = nullptr;  // of the holiday or special day, or null
    bool workday = false;
};

// Turns wall times into instants, and remembers the offset while clocks don't change: most of a
// table's cost would be looking it up again.
class WallClock {
public:
    explicit WallClock(const Zone& zone) : zone_(zone) {}
    Instant instant(Date date, std::int64_t second_of_day);
    // Local dates that a change of clocks leaves out (Pacific/Apia 2011-12-30) have no hours.
    bool exists(Date date);

private:
    bool remember(std::int64_t wall_millis);
    const Zone& zone_;
    std::int64_t from_ = 0;  // wall milliseconds for which offset_ is known to hold
    std::int64_t to_ = 0;
    std::int64_t offset_millis_ = 0;
};

class DayRules {
public:
    explicit DayRules(const Definition& definition);  // borrows it

    DayPlan plan(Date date) const;
    // The date's open periods in order of `hours`, not merged, breaks not yet cut out.
    void hours_of(const DayPlan&, Date, WallClock&, std::vector<Period>& out) const;
    const std::vector<const Break*>* breaks_of(Date date) const;

private:
    const Week* week_of(Date date) const;

    const Definition& definition_;
    std::unordered_map<std::int32_t, const Holiday*> holidays_;
    std::unordered_map<std::int32_t, const YearlyHoliday*> yearly_;  // month * 100 + day
    std::unordered_map<std::int32_t, const SpecialDay*> days_;
    std::unordered_map<std::int32_t, const MakeupDay*> makeup_days_;
    std::unordered_map<std::int32_t, std::vector<const Break*>> breaks_;
};

// True when the hours name any time at all (equal times other than 00:00-00:00 name none).
bool has_time(const DayHours&);
Period to_period(const Hours&, Date, WallClock&);

// All open time inside [begin, end): sorted, merged, breaks and closures cut out, clipped.
std::vector<Period> open_periods(const Definition&, const DayRules&, Period window);

// Helpers on sorted, merged lists.
std::vector<Period> merged(std::vector<Period>);
std::vector<Period> intersection(const std::vector<Period>&, const std::vector<Period>&);
std::vector<Period> without(const std::vector<Period>&, const std::vector<Period>& holes);

}  // namespace yinuo::calendar
