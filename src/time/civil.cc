#include "time/civil.h"

#include <algorithm>
#include <cstdio>

namespace yinuo {
namespace {

// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, with years counted from
// March so that the leap day is the last of its year (H. Hinnant, "chrono-Compatible Low-Level
// Date Algorithms", days_from_civil).
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// Reads fixed-width fields off the front of a text; once one fails, all later ones do.
struct Reader {
    std::string_view rest;
    bool good = true;

    int digits(std::size_t count) {
        if (rest.size() < count) return fail();
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest[i] < '0' || rest[i] > '9') return fail();
            value = value * 10 + (rest[i] - '0');
        }
        rest.remove_prefix(count);
        return value;
    }
    void expect(char c) {
        if (!take(c)) good = false;
    }
    bool take(char c) {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    int fail() {
        good = false;
        return 0;
    }

    std::optional<Date> date() {
        const int year = digits(4);
        expect('-');
        const int month = digits(2);
        expect('-');
        const int day = digits(2);
        return good ? Date::checked(year, month, day) : std::nullopt;
    }

    // "15:59", "15:59:59", "15:59:59.123…"; milliseconds of the day. 23:59:60 is 24:00:00.
    std::optional<std::int64_t> time_of_day() {
        const int hour = digits(2);
        expect(':');
        const int minute = digits(2);
        int second = 0;
        int millis = 0;
        if (good && take(':')) {
            second = digits(2);
            if (good && take('.')) millis = fraction();
        }
        if (!good || minute > 59 || second > 60) return std::nullopt;
        if (hour > 23 && !(hour == 24 && minute == 0 && second == 0 && millis == 0))
            return std::nullopt;
        return ((hour * 60 + minute) * 60 + second) * std::int64_t{1000} + millis;
    }

    int fraction() {
        int millis = 0;
        int count = 0;
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
            if (count < 3) millis = millis * 10 + (rest.front() - '0');
            ++count;
            rest.remove_prefix(1);
        }
        if (count == 0) return fail();
        for (; count < 3; ++count) millis *= 10;
        return millis;
    }

    std::optional<LocalTime> local_time() {
        const auto day = date();
        if (!day || !(take('T') || take('t') || take(' '))) return std::nullopt;
        const auto millis = time_of_day();
        if (!millis) return std::nullopt;
        return LocalTime::of(*day, *millis);
    }
};

std::string clock_text(std::int64_t millis_of_day) {
    const auto seconds = millis_of_day / 1000;
    const auto millis = millis_of_day % 1000;
    char text[32];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    std::string out = text;
    if (millis != 0) {
        std::snprintf(text, sizeof text, ".%03d", static_cast<int>(millis));
        out += text;
    }
    return out;
}

}  // namespace

Date Date::of(int year, int month, int day) {
    const int months = month - 1;
    const int carry = months >= 0 ? months / 12 : -((11 - months) / 12);
    return {static_cast<std::int32_t>(days_from_civil(year + carry, months - carry * 12 + 1, 1) +
                                      day - 1)};
}

std::optional<Date> Date::checked(int year, int month, int day) {
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
    return of(year, month, day);
}

std::optional<Date> Date::parse(std::string_view text) {
    Reader reader{text};
    const auto date = reader.date();
    return reader.rest.empty() ? date : std::nullopt;
}

Date Date::plus_months(int n) const {
    const auto civil = ymd();
    const std::int64_t months = static_cast<std::int64_t>(static_cast<int>(civil.year())) * 12 +
                                static_cast<int>(static_cast<unsigned>(civil.month())) - 1 + n;
    const auto year = static_cast<int>(months >= 0 ? months / 12 : -((11 - months) / 12));
    const auto month = static_cast<int>(months - static_cast<std::int64_t>(year) * 12) + 1;
    const int day = static_cast<int>(static_cast<unsigned>(civil.day()));
    return of(year, month, std::min(day, days_in_month(year, month)));
}

std::string Date::to_string() const {
    const auto civil = ymd();
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(civil.year()),
                  static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()));
    return text;
}

std::optional<LocalTime> LocalTime::parse(std::string_view text) {
    Reader reader{text};
    const auto wall = reader.local_time();
    return reader.rest.empty() ? wall : std::nullopt;
}

std::string LocalTime::to_string() const {
    return date().to_string() + "T" + clock_text(millis_of_day());
}

std::optional<Instant> parse_instant(std::string_view text) {
    Reader reader{text};
    const auto wall = reader.local_time();
    if (!wall) return std::nullopt;
    std::int64_t offset = 0;
    if (!reader.take('Z') && !reader.take('z')) {
        const bool west = reader.take('-');
        if (!west) reader.expect('+');
        const int hour = reader.digits(2);
        reader.take(':');
        const int minute = reader.digits(2);
        if (!reader.good || hour > 23 || minute > 59) return std::nullopt;
        offset = (hour * 60 + minute) * std::int64_t{60'000} * (west ? -1 : 1);
    }
    if (!reader.rest.empty()) return std::nullopt;
    return Instant{wall->millis - offset};
}

std::string to_string(Instant at) { return LocalTime{at.millis}.to_string() + "Z"; }

std::string to_string(Millis span) {
    const bool negative = span.count < 0;
    const auto size = negative ? 0 - static_cast<std::uint64_t>(span.count)
                               : static_cast<std::uint64_t>(span.count);
    std::string out = negative ? "-PT" : "PT";
    if (const auto hours = size / 3'600'000) out += std::to_string(hours) + "H";
    if (const auto minutes = size / 60'000 % 60) out += std::to_string(minutes) + "M";
    const auto seconds = size / 1000 % 60;
    const auto millis = size % 1000;
    if (millis != 0) {
        std::string digits = std::to_string(1000 + millis).substr(1);
        while (digits.back() == '0') digits.pop_back();
        out += std::to_string(seconds) + "." + digits + "S";
    } else if (seconds != 0 || size < 1000) {
        out += std::to_string(seconds) + "S";
    }
    return out;
}

}  // namespace yinuo
