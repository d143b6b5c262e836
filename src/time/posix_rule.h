// The footer of a TZif file: a POSIX TZ string such as "EST5EDT,M3.2.0,M11.1.0", which says how
// clocks change in the years after the file's last transition (RFC 9636, section 3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace yinuo {

// A day of the year on which clocks change, and the wall time of the change in seconds (it may be
// negative or beyond a day: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0").
struct PosixChange {
    enum class Kind : std::uint8_t { JulianNoLeap /* Jn */, DayOfYear /* n */, MonthWeekDay };
    Kind kind = Kind::MonthWeekDay;
    std::int32_t month = 0;
    std::int32_t week = 0;  // 5: the last one
    std::int32_t day = 0;   // weekday with 0 = Sunday, or the day of the year
    std::int32_t time = 7200;

    // Seconds since 1970-01-01T00:00 on the wall, before the change.
    std::int64_t wall_seconds(std::int32_t year) const;
};

struct PosixRule {
    std::int32_t standard_offset = 0;  // seconds east of UTC
    std::int32_t summer_offset = 0;
    bool has_summer = false;
    PosixChange summer_begins;
    PosixChange summer_ends;

    static std::optional<PosixRule> parse(std::string_view text);
};

}  // namespace yinuo
