// Holidays and closures from an iCalendar file (RFC 5545).
//
// Of each VEVENT: DTSTART, DTEND or DURATION, SUMMARY, RRULE, RDATE, EXDATE. An all-day event is a
// holiday on each of its days, a timed one a closure. CANCELLED and TRANSPARENT events are left out.
// Other components are skipped. What is not understood is a finding that names it, and its event is
// left out: a wrong holiday is worse than a missing one that was pointed out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "calendar/schedule.h"
#include "time/zone.h"

namespace yinuo::wire {

// Recurrences without an end are followed this far.
struct IcalWindow {
    Date until = Date::of(2040, 12, 31);
};

// `zone` is for wall times and dates; a TZID is looked up in `zones`. The definition has no weekly
// hours: they aren't in such a file. nullopt when the text is no iCalendar at all.
std::optional<calendar::Definition> import_ical(std::string_view text, std::string_view path,
                                                const Zone& zone, Zones& zones, IcalWindow window,
                                                Findings& findings);

// A recurrence rule, expanded: wall times from `start` on, `start` included only if the rule says
// so, at most `count_most`, none after `until`. Supported: FREQ=DAILY, WEEKLY, MONTHLY, YEARLY with
// INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYMONTHDAY, BYDAY (with numbers), BYYEARDAY, BYSETPOS.
// Refuses anything else by name ("unsupported-rule"), and nonsense ("bad-rule").
Result<std::vector<LocalTime>> expand_rule(std::string_view rule, LocalTime start, LocalTime until,
                                           std::size_t count_most, const Zone& zone);

}  // namespace yinuo::wire
