// Dates and times of day as people write them, in the proleptic Gregorian calendar, and the
// readings and writings of RFC 3339. No zone here: see time/zone.h.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "time/instant.h"

namespace yinuo {

// Days since 1970-01-01; a plain number so that dates index tables.
struct Date {
    std::int32_t days = 0;
    auto operator<=>(const Date&) const = default;

    static Date of(int year, int month, int day);  // a day past the month's end runs on
    static std::optional<Date> checked(int year, int month, int day);  // nullopt: no such day
    static std::optional<Date> parse(std::string_view text);           // "2026-02-28"

    std::chrono::year_month_day ymd() const {
        return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days)));
    }
    int year() const { return static_cast<int>(ymd().year()); }
    int month() const { return static_cast<int>(static_cast<unsigned>(ymd().month())); }
    int day() const { return static_cast<int>(static_cast<unsigned>(ymd().day())); }
    int weekday() const { return (((days + 3) % 7) + 7) % 7; }  // 0 = Monday ... 6 = Sunday

    Date plus_days(int n) const { return {days + n}; }
    // Months on; a day that the month lacks becomes its last (01-31 + 1 month = 02-28 or 29).
    Date plus_months(int n) const;
    std::string to_string() const;
};

// A reading of a wall clock without a zone, in milliseconds since 1970-01-01T00:00 on that wall.
struct LocalTime {
    std::int64_t millis = 0;
    auto operator<=>(const LocalTime&) const = default;

    static constexpr std::int64_t kDay = 86'400'000;
    static LocalTime of(Date date, std::int64_t millis_of_day) {
        return {date.days * kDay + millis_of_day};
    }
    Date date() const {
        return {
            static_cast<std::int32_t>(millis >= 0 ? millis / kDay : -((kDay - 1 - millis) / kDay))};
    }
    std::int64_t millis_of_day() const { return millis - date().days * kDay; }
    static std::optional<LocalTime> parse(
        std::string_view text);     // "2026-02-28T15:59[:59[.123]]", also with a blank
    std::string to_string() const;  // "2026-02-28T15:59:59" with ".123" only when there are any
};

// "2026-02-28T15:59:59.123Z" or with an offset "+08:00". Digits past the millisecond are cut.
std::optional<Instant> parse_instant(std::string_view text);
std::string to_string(Instant at);  // always UTC with "Z"; ".123" only when there are any
std::string to_string(
    Millis span);  // ISO 8601: "PT26H30M", "-PT0.5S"; hours are not folded into days

}  // namespace yinuo
