#include "time/posix_rule.h"

#include "time/civil.h"

namespace yinuo {
namespace {

struct Reader {
    std::string_view rest;

    bool take(char c) {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }

    // "EST" or "<-03>"; the letters do not matter here.
    bool skip_name() {
        if (take('<')) {
            const auto end = rest.find('>');
            if (end == std::string_view::npos || end == 0) return false;
            rest.remove_prefix(end + 1);
            return true;
        }
        std::size_t length = 0;
        while (length < rest.size() &&
               ((rest[length] | 0x20) >= 'a' && (rest[length] | 0x20) <= 'z'))
            ++length;
        if (length < 3) return false;
        rest.remove_prefix(length);
        return true;
    }

    std::optional<std::int32_t> number(std::int32_t max) {
        std::int32_t value = 0;
        std::size_t length = 0;
        while (length < rest.size() && length < 4 && rest[length] >= '0' && rest[length] <= '9')
            value = value * 10 + (rest[length++] - '0');
        if (length == 0 || value > max) return std::nullopt;
        rest.remove_prefix(length);
        return value;
    }

    // [+-]hh[:mm[:ss]] in seconds
    std::optional<std::int32_t> time(std::int32_t hours_max) {
        const bool negative = take('-');
        if (!negative) take('+');
        const auto hours = number(hours_max);
        if (!hours) return std::nullopt;
        std::int32_t seconds = *hours * 3600;
        for (std::int32_t unit : {60, 1}) {
            if (!take(':')) break;
            const auto part = number(59);
            if (!part) return std::nullopt;
            seconds += *part * unit;
        }
        return negative ? -seconds : seconds;
    }

    std::optional<PosixChange> change() {
        PosixChange out;
        if (!take(',')) return std::nullopt;
        if (take('M')) {
            const auto month = number(12);
            if (!month || *month < 1 || !take('.')) return std::nullopt;
            const auto week = number(5);
            if (!week || *week < 1 || !take('.')) return std::nullopt;
            const auto day = number(6);
            if (!day) return std::nullopt;
            out.month = *month;
            out.week = *week;
            out.day = *day;
        } else {
            out.kind = take('J') ? PosixChange::Kind::JulianNoLeap : PosixChange::Kind::DayOfYear;
            const auto day = number(365);
            if (!day || (out.kind == PosixChange::Kind::JulianNoLeap && *day < 1))
                return std::nullopt;
            out.day = *day;
        }
        if (take('/')) {
            const auto at = time(167);
            if (!at) return std::nullopt;
            out.time = *at;
        }
        return out;
    }
};

}  // namespace

std::int64_t PosixChange::wall_seconds(std::int32_t year) const {
    Date date;
    switch (kind) {
        case Kind::JulianNoLeap: {  // 1..365, and 02-29 is never counted
            date = Date::of(year, 1, 1).plus_days(day - 1);
            const bool leap = Date::checked(year, 2, 29).has_value();
            if (leap && day >= 60) date = date.plus_days(1);
            break;
        }
        case Kind::DayOfYear: date = Date::of(year, 1, 1).plus_days(day); break;
        case Kind::MonthWeekDay: {
            const Date first = Date::of(year, month, 1);
            const int weekday = (day + 6) % 7;  // 0 = Monday
            date = first.plus_days((weekday - first.weekday() + 7) % 7 + (week - 1) * 7);
            if (date >= Date::of(year, month + 1, 1)) date = date.plus_days(-7);
            break;
        }
    }
    return static_cast<std::int64_t>(date.days) * 86400 + time;
}

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
    Reader reader{text};
    PosixRule rule;
    if (!reader.skip_name()) return std::nullopt;
    const auto west = reader.time(24);
    if (!west) return std::nullopt;
    rule.standard_offset = rule.summer_offset = -*west;
    if (reader.rest.empty()) return rule;

    if (!reader.skip_name()) return std::nullopt;
    rule.has_summer = true;
    rule.summer_offset = rule.standard_offset + 3600;
    if (!reader.rest.empty() && reader.rest.front() != ',') {
        const auto summer_west = reader.time(24);
        if (!summer_west) return std::nullopt;
        rule.summer_offset = -*summer_west;
    }
    const auto begins = reader.change();
    if (!begins) return std::nullopt;
    const auto ends = reader.change();
    if (!ends || !reader.rest.empty()) return std::nullopt;
    rule.summer_begins = *begins;
    rule.summer_ends = *ends;
    return rule;
}

}  // namespace yinuo
