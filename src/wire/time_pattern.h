// How a column writes its times: "MM/dd/yyyy hh:mm:ss a", "d/M/yyyy HH:mm", "ISO".
//
// Letters have their usual meaning (Unicode TR 35): yyyy year, yy year of 1970-2069, M or MM month,
// MMM English month name, d or dd day, H or HH hour 0-23, h or hh hour 1-12, a AM or PM, m or mm
// minute, s or ss second, S digits of a second (cut at the millisecond), X offset such as +08:00,
// +0800 or Z. Doubled letters ask for two digits when they touch another number ("yyyyMMdd");
// otherwise one or two digits are read. Text in '...' and every other character stands for itself;
// a blank matches one or more blanks.
// Words: "ISO" (RFC 3339, also with a blank, without seconds or without offset, or a date alone),
// "epoch seconds", "epoch millis".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "time/civil.h"

namespace yinuo::wire {

// What was read: a wall time, and its offset if one was written.
struct WallTime {
    LocalTime local;
    std::optional<std::int32_t> offset_seconds;  // east of UTC
};

class TimePattern {
public:
    // Refuses patterns that lack a year, month or day, or have letters without a meaning here.
    static Result<TimePattern> parse(std::string_view pattern);

    // nullopt unless all of `text` is such a time, and one that exists (no 31 April, no 24:30).
    std::optional<WallTime> read(std::string_view text) const;

    const std::string& text() const { return text_; }

private:
    enum class Step : std::uint8_t {
        Literal,
        Blank,
        Year,
        ShortYear,
        Month,
        MonthName,
        Day,
        Hour,
        Hour12,
        Half,
        Minute,
        Second,
        Fraction,
        Offset,
        Iso,
        EpochSeconds,
        EpochMillis,
    };
    struct Part {
        Step step;
        char literal = 0;
        bool exact = false;  // exactly as many digits as letters, for numbers that touch
    };

    std::string text_;
    std::vector<Part> parts_;
};

}  // namespace yinuo::wire
