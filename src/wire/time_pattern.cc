#include "wire/time_pattern.h"

#include <algorithm>
#include <array>

namespace yinuo::wire {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 12> kMonthRests = {
    "uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool take_word(std::string_view& text, std::string_view word) {
    if (text.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if (lower(text[i]) != word[i]) return false;
    text.remove_prefix(word.size());
    return true;
}

// Between `least` and `most` digits; -1 when there are fewer.
int take_digits(std::string_view& text, int least, int most) {
    int value = 0;
    int count = 0;
    while (count < most && count < static_cast<int>(text.size()) &&
           is_digit(text[static_cast<std::size_t>(count)]))
        value = value * 10 + (text[static_cast<std::size_t>(count++)] - '0');
    if (count < least) return -1;
    text.remove_prefix(static_cast<std::size_t>(count));
    return value;
}

// Digits of a second, in milliseconds; what is finer is cut. -1 when there is no digit.
int take_millis(std::string_view& text) {
    int value = 0;
    int count = 0;
    while (!text.empty() && is_digit(text.front())) {
        if (count < 3) value = value * 10 + (text.front() - '0');
        ++count;
        text.remove_prefix(1);
    }
    if (count == 0) return -1;
    for (; count < 3; ++count) value *= 10;
    return value;
}

// "Z", "+08:00", "+0800", "+08"
std::optional<std::int32_t> take_offset(std::string_view& text) {
    if (text.empty()) return std::nullopt;
    const char sign = text.front();
    text.remove_prefix(1);
    if (sign == 'Z' || sign == 'z') return 0;
    if (sign != '+' && sign != '-') return std::nullopt;
    const int hours = take_digits(text, 2, 2);
    if (!text.empty() && text.front() == ':') text.remove_prefix(1);
    const int minutes = text.empty() || !is_digit(text.front()) ? 0 : take_digits(text, 2, 2);
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return std::nullopt;
    const int seconds = hours * 3600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
}

struct Reading {
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millis = 0;
    int half = -1;  // 0 AM, 1 PM
    std::optional<std::int32_t> offset;

    std::optional<WallTime> finish() const {
        int hours = hour;
        if (half >= 0) {
            if (hour < 1 || hour > 12) return std::nullopt;
            hours = hour % 12 + 12 * half;
        }
        if (hours > 23 || minute > 59 || second > 59) return std::nullopt;
        const auto date = Date::checked(year, month, day);
        if (!date) return std::nullopt;
        const std::int64_t of_day = ((hours * 60 + minute) * 60 + second) * 1000LL + millis;
        return WallTime{LocalTime::of(*date, of_day), offset};
    }
};

int two_digits(const char* at) {
    const auto tens = static_cast<unsigned>(at[0] - '0');
    const auto ones = static_cast<unsigned>(at[1] - '0');
    return tens < 10 && ones < 10 ? static_cast<int>(tens * 10 + ones) : -1;
}

// "2026-02-28T15:59:59Z", the form that most files have, without searching for its parts.
std::optional<WallTime> read_usual_iso(const char* at) {
    if (at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') || at[13] != ':' ||
        at[16] != ':')
        return std::nullopt;
    const int century = two_digits(at);
    const int year = two_digits(at + 2);
    Reading r;
    r.month = two_digits(at + 5);
    r.day = two_digits(at + 8);
    r.hour = two_digits(at + 11);
    r.minute = two_digits(at + 14);
    r.second = two_digits(at + 17);
    if ((century | year | r.month | r.day | r.hour | r.minute | r.second) < 0) return std::nullopt;
    r.year = century * 100 + year;
    return r.finish();
}

std::optional<WallTime> read_iso(std::string_view text) {
    const bool utc = text.size() == 20 && text.back() == 'Z';
    if (utc || text.size() == 19) {
        if (auto time = read_usual_iso(text.data())) {
            if (utc) time->offset_seconds = 0;
            return time;
        }
    }
    Reading r;
    const auto punctuation = [&](char c) {
        if (text.empty() || text.front() != c) return false;
        text.remove_prefix(1);
        return true;
    };
    if ((r.year = take_digits(text, 4, 4)) < 0 || !punctuation('-')) return std::nullopt;
    if ((r.month = take_digits(text, 2, 2)) < 0 || !punctuation('-')) return std::nullopt;
    if ((r.day = take_digits(text, 2, 2)) < 0) return std::nullopt;
    if (text.empty()) return r.finish();
    if (!punctuation('T') && !punctuation('t') && !punctuation(' ')) return std::nullopt;
    if ((r.hour = take_digits(text, 2, 2)) < 0 || !punctuation(':')) return std::nullopt;
    if ((r.minute = take_digits(text, 2, 2)) < 0) return std::nullopt;
    if (punctuation(':')) {
        if ((r.second = take_digits(text, 2, 2)) < 0) return std::nullopt;
        if ((punctuation('.') || punctuation(',')) && (r.millis = take_millis(text)) < 0)
            return std::nullopt;
    }
    while (text.size() > 1 && text.front() == ' ') text.remove_prefix(1);
    if (!text.empty() && !(r.offset = take_offset(text))) return std::nullopt;
    return text.empty() ? r.finish() : std::nullopt;
}

std::optional<WallTime> read_epoch(std::string_view text, bool in_millis) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    std::int64_t value = 0;
    std::size_t count = 0;
    while (!text.empty() && is_digit(text.front()) && ++count <= 15) {
        value = value * 10 + (text.front() - '0');
        text.remove_prefix(1);
    }
    if (count == 0 || count > 15 || (!in_millis && count > 12)) return std::nullopt;
    if (!in_millis) value *= 1000;
    if (!text.empty()) {
        if (text.front() != '.') return std::nullopt;
        text.remove_prefix(1);
        const int millis = take_millis(text);
        if (millis < 0 || !text.empty()) return std::nullopt;
        if (!in_millis) value += millis;
    }
    if (value > 253'402'300'799'999) return std::nullopt;  // 9999-12-31
    return WallTime{{negative ? -value : value}, 0};
}

int take_month_name(std::string_view& text) {
    for (std::size_t i = 0; i < kMonths.size(); ++i)
        if (take_word(text, kMonths[i])) {
            take_word(text, kMonthRests[i]);
            return static_cast<int>(i) + 1;
        }
    return -1;
}

Error bad_pattern(std::string_view pattern, Text why) {
    return {.code = "bad-time-pattern",
            .what = {"时间格式“" + std::string(pattern) + "”" + why.zh,
                     "the time pattern \"" + std::string(pattern) + "\" " + why.en},
            .mend = {"例如：ISO、d/M/yyyy HH:mm、MM/dd/yyyy hh:mm:ss a、epoch seconds",
                     "for example: ISO, d/M/yyyy HH:mm, MM/dd/yyyy hh:mm:ss a, epoch seconds"},
            .place = {}};
}

}  // namespace

Result<TimePattern> TimePattern::parse(std::string_view pattern) {
    TimePattern made;
    made.text_ = pattern;
    if (pattern == "ISO" || pattern == "epoch seconds" || pattern == "epoch millis") {
        const auto step = pattern == "ISO"             ? Step::Iso
                          : pattern == "epoch seconds" ? Step::EpochSeconds
                                                       : Step::EpochMillis;
        made.parts_.push_back({.step = step});
        return made;
    }
    if (pattern.size() > 100)
        return refuse(bad_pattern(pattern.substr(0, 20), {"过长", "is too long"}));
    for (std::size_t i = 0; i < pattern.size();) {
        const char c = pattern[i];
        if (c == '\'') {
            const auto end = pattern.find('\'', i + 1);
            if (end == std::string_view::npos)
                return refuse(
                    bad_pattern(pattern, {"的引号没有收尾", "has a quote that never closes"}));
            for (const char q : pattern.substr(i + 1, end - i - 1))
                made.parts_.push_back({.step = Step::Literal, .literal = q});
            i = end + 1;
            continue;
        }
        if (!is_letter(c)) {
            made.parts_.push_back({.step = c == ' ' ? Step::Blank : Step::Literal, .literal = c});
            ++i;
            continue;
        }
        std::size_t count = 1;
        while (i + count < pattern.size() && pattern[i + count] == c) ++count;
        std::optional<Step> step;
        switch (c) {
            case 'y':
                if (count == 4)
                    step = Step::Year;
                else if (count == 2)
                    step = Step::ShortYear;
                break;
            case 'M':
                if (count <= 2)
                    step = Step::Month;
                else if (count <= 4)
                    step = Step::MonthName;
                break;
            case 'd':
                if (count <= 2) step = Step::Day;
                break;
            case 'H':
                if (count <= 2) step = Step::Hour;
                break;
            case 'h':
                if (count <= 2) step = Step::Hour12;
                break;
            case 'a':
                if (count == 1) step = Step::Half;
                break;
            case 'm':
                if (count <= 2) step = Step::Minute;
                break;
            case 's':
                if (count <= 2) step = Step::Second;
                break;
            case 'S':
                if (count <= 9) step = Step::Fraction;
                break;
            case 'X':
                if (count <= 3) step = Step::Offset;
                break;
            default: break;
        }
        if (!step)
            return refuse(bad_pattern(
                pattern, {"中的“" + std::string(pattern.substr(i, count)) + "”没有含义",
                          "has no meaning for \"" + std::string(pattern.substr(i, count)) + "\""}));
        const bool touches = i + count < pattern.size() && is_letter(pattern[i + count]);
        const bool touched = i > 0 && is_letter(pattern[i - 1]);
        made.parts_.push_back({.step = *step, .exact = count == 2 && (touches || touched)});
        i += count;
    }
    const auto has = [&](Step step) {
        return std::ranges::any_of(made.parts_,
                                   [&](const Part& part) { return part.step == step; });
    };
    if (!has(Step::Year) && !has(Step::ShortYear))
        return refuse(bad_pattern(pattern, {"缺少年份（yyyy）", "has no year (yyyy)"}));
    if (!has(Step::Month) && !has(Step::MonthName))
        return refuse(bad_pattern(pattern, {"缺少月份（MM）", "has no month (MM)"}));
    if (!has(Step::Day)) return refuse(bad_pattern(pattern, {"缺少日（dd）", "has no day (dd)"}));
    if (has(Step::Hour12) != has(Step::Half))
        return refuse(bad_pattern(
            pattern, {"：12 小时制的 hh 与上下午 a 必须同时出现，24 小时制用 HH",
                      "must have hh (1-12) and a (AM or PM) together; 24 hours are HH"}));
    return made;
}

std::optional<WallTime> TimePattern::read(std::string_view text) const {
    Reading r;
    for (const Part& part : parts_) {
        const int least = part.exact ? 2 : 1;
        int* into = nullptr;
        switch (part.step) {
            case Step::Iso: return read_iso(text);
            case Step::EpochSeconds: return read_epoch(text, false);
            case Step::EpochMillis: return read_epoch(text, true);
            case Step::Literal:
                if (text.empty() || text.front() != part.literal) return std::nullopt;
                text.remove_prefix(1);
                continue;
            case Step::Blank:
                if (text.empty() || text.front() != ' ') return std::nullopt;
                while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
                continue;
            case Step::Year:
                if ((r.year = take_digits(text, 4, 4)) < 0) return std::nullopt;
                continue;
            case Step::ShortYear:
                if ((r.year = take_digits(text, 2, 2)) < 0) return std::nullopt;
                r.year += r.year < 70 ? 2000 : 1900;
                continue;
            case Step::MonthName:
                if ((r.month = take_month_name(text)) < 0) return std::nullopt;
                continue;
            case Step::Half:
                if (take_word(text, "am") || take_word(text, "a.m.") || take_word(text, "上午"))
                    r.half = 0;
                else if (take_word(text, "pm") || take_word(text, "p.m.") ||
                         take_word(text, "下午"))
                    r.half = 1;
                else
                    return std::nullopt;
                continue;
            case Step::Fraction:
                if ((r.millis = take_millis(text)) < 0) return std::nullopt;
                continue;
            case Step::Offset:
                if (!(r.offset = take_offset(text))) return std::nullopt;
                continue;
            case Step::Month: into = &r.month; break;
            case Step::Day: into = &r.day; break;
            case Step::Hour:
            case Step::Hour12: into = &r.hour; break;
            case Step::Minute: into = &r.minute; break;
            case Step::Second: into = &r.second; break;
        }
        if ((*into = take_digits(text, least, 2)) < 0) return std::nullopt;
    }
    return text.empty() ? r.finish() : std::nullopt;
}

}  // namespace yinuo::wire
