// Recurrence rules of RFC 5545, section 3.3.10, down to the day: what repeats within a day is no
// business of a calendar of holidays.
#include <algorithm>
#include <array>
#include <charconv>

#include "wire/schedule_ical.h"

namespace yinuo::wire {
namespace {

enum class Frequency { Daily, Weekly, Monthly, Yearly };

struct Weekday {
    int nth = 0;  // 0: every one; negative counts from the end
    int day = 0;  // 0 = Monday
};

struct Rule {
    Frequency frequency = Frequency::Daily;
    std::int64_t interval = 1;
    std::optional<std::int64_t> count;
    std::optional<LocalTime> until;
    int week_start = 0;
    std::vector<int> months, month_days, year_days, positions;
    std::vector<Weekday> weekdays;
};

Error bad(std::string_view part) {
    return {.code = "bad-rule",
            .what = {"重复规则有误：" + std::string(part),
                     "the recurrence rule is wrong at " + std::string(part)}};
}
Error unsupported(std::string_view part) {
    return {.code = "unsupported-rule",
            .what = {"暂不支持重复规则中的 " + std::string(part),
                     std::string(part) + " in a recurrence rule is not supported"},
            .mend = {"请把日期逐个写出", "write its dates out"}};
}

std::optional<std::int64_t> number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

std::optional<int> weekday(std::string_view text) {
    static constexpr std::string_view kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    const auto* found = std::find(std::begin(kDays), std::end(kDays), text);
    if (found == std::end(kDays)) return std::nullopt;
    return static_cast<int>(found - std::begin(kDays));
}

template <typename Each>
bool split(std::string_view text, char by, Each each) {
    for (;;) {
        const auto at = text.find(by);
        if (!each(text.substr(0, at))) return false;
        if (at == std::string_view::npos) return true;
        text.remove_prefix(at + 1);
    }
}

// Numbers within -most..-1 and (unless `from_end` is false) 1..most.
bool read_numbers(std::string_view text, int most, bool from_end, std::vector<int>& out) {
    return split(text, ',', [&](std::string_view part) {
        const auto value = number(part);
        if (!value || *value == 0 || *value > most || *value < (from_end ? -most : 1)) return false;
        out.push_back(static_cast<int>(*value));
        return out.size() <= 400;
    });
}

bool read_weekdays(std::string_view text, std::vector<Weekday>& out) {
    return split(text, ',', [&](std::string_view part) {
        if (part.size() < 2) return false;
        const auto day = weekday(part.substr(part.size() - 2));
        const auto digits = part.substr(0, part.size() - 2);
        const auto nth = digits.empty() ? std::optional<std::int64_t>(0) : number(digits);
        if (!day || !nth || *nth > 53 || *nth < -53 || (*nth == 0 && !digits.empty())) return false;
        out.push_back({static_cast<int>(*nth), *day});
        return out.size() <= 400;
    });
}

// "20260131", "20260131T090000", "20260131T090000Z"; a date means until its end.
std::optional<LocalTime> read_until(std::string_view text, const Zone& zone) {
    const bool utc = text.ends_with('Z');
    if (utc) text.remove_suffix(1);
    std::string iso;
    if (text.size() != 8 && (text.size() != 15 || text[8] != 'T')) return std::nullopt;
    iso.append(text.substr(0, 4))
        .append("-")
        .append(text.substr(4, 2))
        .append("-")
        .append(text.substr(6, 2));
    if (text.size() == 8) {
        const auto date = Date::parse(iso);
        if (!date) return std::nullopt;
        return LocalTime{LocalTime::of(*date, LocalTime::kDay).millis - 1};
    }
    iso.append("T")
        .append(text.substr(9, 2))
        .append(":")
        .append(text.substr(11, 2))
        .append(":")
        .append(text.substr(13, 2));
    const auto wall = LocalTime::parse(iso);
    if (!wall) return std::nullopt;
    return utc ? zone.to_local(Instant{wall->millis}) : *wall;
}

Result<Rule> parse_rule(std::string_view text, const Zone& zone) {
    Rule rule;
    bool has_frequency = false;
    std::optional<Error> error;
    const auto part_good = [&](std::string_view part) -> std::optional<Error> {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) return bad(part);
        const auto key = part.substr(0, equals);
        const auto value = part.substr(equals + 1);
        if (key == "FREQ") {
            static constexpr std::string_view kNames[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
            const auto* found = std::find(std::begin(kNames), std::end(kNames), value);
            if (found == std::end(kNames)) return unsupported(part);
            rule.frequency = static_cast<Frequency>(found - std::begin(kNames));
            has_frequency = true;
            return std::nullopt;
        }
        if (key == "INTERVAL" || key == "COUNT") {
            const auto count = number(value);
            if (!count || *count < 1 || *count > 1'000'000) return bad(part);
            if (key == "INTERVAL")
                rule.interval = *count;
            else
                rule.count = *count;
            return std::nullopt;
        }
        if (key == "UNTIL") {
            rule.until = read_until(value, zone);
            return rule.until ? std::nullopt : std::optional(bad(part));
        }
        if (key == "WKST") {
            const auto day = weekday(value);
            rule.week_start = day.value_or(0);
            return day ? std::nullopt : std::optional(bad(part));
        }
        bool good = false;
        if (key == "BYMONTH")
            good = read_numbers(value, 12, false, rule.months);
        else if (key == "BYMONTHDAY")
            good = read_numbers(value, 31, true, rule.month_days);
        else if (key == "BYYEARDAY")
            good = read_numbers(value, 366, true, rule.year_days);
        else if (key == "BYSETPOS")
            good = read_numbers(value, 366, true, rule.positions);
        else if (key == "BYDAY")
            good = read_weekdays(value, rule.weekdays);
        else
            return unsupported(part);
        return good ? std::nullopt : std::optional(bad(part));
    };
    split(text, ';', [&](std::string_view part) {
        if (!part.empty()) error = part_good(part);
        return !error.has_value();
    });
    if (error) return refuse(std::move(*error));
    if (!has_frequency) return refuse(bad("FREQ"));
    if (rule.count && rule.until) return refuse(bad("COUNT and UNTIL"));
    const bool numbered = std::any_of(rule.weekdays.begin(), rule.weekdays.end(),
                                      [](Weekday w) { return w.nth != 0; });
    const auto f = rule.frequency;
    if (numbered && (f == Frequency::Daily || f == Frequency::Weekly)) return refuse(bad("BYDAY"));
    if (!rule.year_days.empty() && f != Frequency::Yearly) return refuse(bad("BYYEARDAY"));
    if (!rule.month_days.empty() && f == Frequency::Weekly) return refuse(bad("BYMONTHDAY"));
    return rule;
}

bool holds(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

int month_length(Date date) {
    return Date::of(date.year(), date.month() + 1, 1).days -
           Date::of(date.year(), date.month(), 1).days;
}
int year_length(int year) { return Date::of(year + 1, 1, 1).days - Date::of(year, 1, 1).days; }

// Is it the nth such weekday of first..last (both of the month or the year)?
bool is_nth(Date date, Weekday wanted, Date first, Date last) {
    if (date.weekday() != wanted.day) return false;
    if (wanted.nth > 0) return (date.days - first.days) / 7 + 1 == wanted.nth;
    if (wanted.nth < 0) return (last.days - date.days) / 7 + 1 == -wanted.nth;
    return true;
}

// A day belongs to a rule when every part that is there allows it. What a part leaves unsaid, the
// start says: the weekday of a weekly rule, the day of a monthly one, day and month of a yearly one.
class Days {
public:
    Days(const Rule& rule, Date start) : rule_(rule), start_(start) {}

    bool contains(Date date) const {
        const auto& r = rule_;
        const int month = date.month();
        const int day = date.day();
        if (!r.months.empty() && !holds(r.months, month)) return false;
        if (!r.month_days.empty() && !holds(r.month_days, day) &&
            !holds(r.month_days, day - month_length(date) - 1))
            return false;
        if (!r.year_days.empty()) {
            const int in_year = date.days - Date::of(date.year(), 1, 1).days + 1;
            if (!holds(r.year_days, in_year) &&
                !holds(r.year_days, in_year - year_length(date.year()) - 1))
                return false;
        }
        if (!r.weekdays.empty()) return on_weekday(date);
        switch (r.frequency) {
            case Frequency::Daily: return true;
            case Frequency::Weekly: return date.weekday() == start_.weekday();
            case Frequency::Monthly: return !r.month_days.empty() || day == start_.day();
            case Frequency::Yearly:
                if (!r.year_days.empty()) return true;
                return (!r.month_days.empty() || day == start_.day()) &&
                       (!r.months.empty() || month == start_.month());
        }
        return false;
    }

private:
    // "2MO" counts within the month, or, in a yearly rule without months, within the year.
    bool on_weekday(Date date) const {
        const bool in_month = rule_.frequency != Frequency::Yearly || !rule_.months.empty() ||
                              !rule_.month_days.empty();
        const Date first =
            in_month ? Date::of(date.year(), date.month(), 1) : Date::of(date.year(), 1, 1);
        const Date last{first.days + (in_month ? month_length(date) : year_length(date.year())) -
                        1};
        return std::any_of(rule_.weekdays.begin(), rule_.weekdays.end(),
                           [&](Weekday w) { return is_nth(date, w, first, last); });
    }

    const Rule& rule_;
    Date start_;
};

// [begin, end) of the period that is `steps` intervals after the one of `start`.
std::pair<Date, Date> period(const Rule& rule, Date start, std::int64_t steps) {
    const auto n = static_cast<int>(steps * rule.interval);
    switch (rule.frequency) {
        case Frequency::Daily: return {start.plus_days(n), start.plus_days(n + 1)};
        case Frequency::Weekly: {
            const Date monday = start.plus_days(-((start.weekday() - rule.week_start + 7) % 7));
            return {monday.plus_days(7 * n), monday.plus_days(7 * n + 7)};
        }
        case Frequency::Monthly: {
            const Date first = Date::of(start.year(), start.month(), 1).plus_months(n);
            return {first, first.plus_months(1)};
        }
        case Frequency::Yearly: break;
    }
    return {Date::of(start.year() + n, 1, 1), Date::of(start.year() + n + 1, 1, 1)};
}

std::vector<Date> at_positions(const std::vector<Date>& all, const std::vector<int>& positions) {
    if (positions.empty()) return all;
    std::vector<Date> out;
    const int count = static_cast<int>(all.size());
    for (int i = 0; i < count; ++i)
        if (holds(positions, i + 1) || holds(positions, i - count))
            out.push_back(all[static_cast<std::size_t>(i)]);
    return out;
}

}  // namespace

Result<std::vector<LocalTime>> expand_rule(std::string_view text, LocalTime start, LocalTime until,
                                           std::size_t count_most, const Zone& zone) {
    const Rule rule = TRY(parse_rule(text, zone));
    const LocalTime last = rule.until ? std::min(*rule.until, until) : until;
    const Days days(rule, start.date());
    std::vector<LocalTime> out;
    std::int64_t left = rule.count.value_or(std::int64_t{1} << 40);
    constexpr std::int64_t kFarthest = 4'000'000;  // steps; daily from year 1 to 9999 has fewer
    for (std::int64_t step = 0; step * rule.interval < kFarthest; ++step) {
        const auto [begin, end] = period(rule, start.date(), step);
        if (LocalTime::of(begin, 0) > last || begin.year() > 9999) break;
        std::vector<Date> all;
        for (Date date = begin; date < end; date = date.plus_days(1))
            if (days.contains(date)) all.push_back(date);
        for (const Date date : at_positions(all, rule.positions)) {
            const LocalTime at = LocalTime::of(date, start.millis_of_day());
            if (at < start) continue;
            if (at > last || left-- == 0 || out.size() == count_most) return out;
            out.push_back(at);
        }
    }
    return out;
}

}  // namespace yinuo::wire
