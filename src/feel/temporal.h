// FEEL's dates, times and durations: reading, writing and the arithmetic on their parts.
//
// Years run from -999'999'999 to 999'999'999, further than std::chrono's calendar, hence our own
// day count. A text that is not in the XML Schema form is null, never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "feel/value.h"

namespace yinuo::feel {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kYearMax = 999'999'999;

struct CivilDay {
    std::int64_t year = 1970;
    int month = 1;
    int day = 1;
};

// Days since 1970-01-01 in the proleptic Gregorian calendar, and back.
std::int64_t days_of(std::int64_t year, int month, int day);
CivilDay civil_of(std::int64_t days);
int days_in_month(std::int64_t year, int month);
std::optional<std::int64_t> checked_days(std::int64_t year, std::int64_t month, std::int64_t day);
int weekday_of(std::int64_t days);    // 1 = Monday ... 7 = Sunday
int week_of_year(std::int64_t days);  // ISO 8601
std::int64_t plus_months(std::int64_t days, std::int64_t months);

std::int64_t floor_divide(std::int64_t a, std::int64_t b);

std::optional<std::int64_t> parse_date(std::string_view text);
std::optional<Moment> parse_time(std::string_view text, Zones* zones);
// Also a date alone, which is its midnight.
std::optional<Moment> parse_date_time(std::string_view text, Zones* zones);
// A Value of either kind of duration, or null.
Value parse_duration(std::string_view text);
// "+02:00", "Z", "@Europe/Paris"; what `time` and `date and time` end with. False: not readable.
bool parse_offset(std::string_view text, Zones* zones, Moment& into);

std::string date_text(std::int64_t days);
std::string time_text(const Moment& time);
std::string date_time_text(const Moment& moment);
std::string duration_text(std::int64_t seconds, std::int32_t nanos);
std::string months_text(std::int64_t months);

// The zone's offset at that wall reading, when the moment names a zone.
Moment resolved(Moment moment);
// Seconds since 1970-01-01T00:00:00Z; nullopt for a local reading.
std::optional<std::int64_t> epoch_seconds(const Moment& moment);
// The reading of that instant on the wall of `zone`.
Moment at_zone(std::int64_t epoch_seconds, std::uint32_t nanos, const Zone* zone);
// Seconds east of UTC of a Time or DateTime; kNoOffset for a local one.
std::int32_t offset_of(const Moment& moment);

// `moment` moved by a span of real time; on a time of day the day's end wraps around.
Value shift_date_time(const Moment& moment, std::int64_t seconds, std::int32_t nanos);
Value shift_time(const Moment& time, std::int64_t seconds, std::int32_t nanos);

}  // namespace yinuo::feel
