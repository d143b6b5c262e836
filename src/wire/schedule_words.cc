#include "wire/schedule_words.h"

#include <algorithm>
#include <cstdio>

namespace yinuo::wire {
namespace {

constexpr std::string_view kShort[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::string_view kLong[] = {"monday", "tuesday",  "wednesday", "thursday",
                                      "friday", "saturday", "sunday"};
constexpr std::string_view kChinese[] = {"一", "二", "三", "四", "五", "六", "日"};

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> out;
    for (;;) {
        std::size_t at = text.find(',');
        std::size_t length = 1;
        for (const std::string_view comma : {"，", "、"}) {
            const auto other = text.find(comma);
            if (other < at) at = other, length = comma.size();
        }
        out.push_back(trim(text.substr(0, at)));
        if (at == std::string_view::npos) return out;
        text.remove_prefix(at + length);
    }
}

// The two sides of the first dash of any kind.
std::optional<std::pair<std::string_view, std::string_view>> cut(std::string_view text) {
    for (const std::string_view dash : {"-", "~", "–", "—", "至", "到"}) {
        const auto at = text.find(dash);
        if (at != std::string_view::npos)
            return std::pair{trim(text.substr(0, at)), trim(text.substr(at + dash.size()))};
    }
    return std::nullopt;
}

std::string number_text(const char* format, int a, int b, int c) {
    char text[48];
    std::snprintf(text, sizeof text, format, a, b, c);
    return text;
}

}  // namespace

std::optional<std::int32_t> parse_clock(std::string_view text) {
    std::int32_t parts[3] = {0, 0, 0};
    int count = 0;
    for (std::size_t i = 0; count < 3; ++count) {
        std::size_t digits = 0;
        while (i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 2) {
            parts[count] = parts[count] * 10 + (text[i] - '0');
            ++i, ++digits;
        }
        if (digits == 0 || (count > 0 && digits != 2)) return std::nullopt;
        if (i == text.size()) {
            ++count;
            break;
        }
        if (text[i++] != ':' || count == 2) return std::nullopt;
    }
    if (count < 2 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
    const auto seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (seconds > 86'400) return std::nullopt;
    return seconds;
}

std::string clock_text(std::int32_t s) {
    return s % 60 == 0 ? number_text("%02d:%02d", s / 3600, s / 60 % 60, 0)
                       : number_text("%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}

std::optional<calendar::DayHours> parse_hours(std::string_view text) {
    text = trim(text);
    const auto word = lower(text);
    if (word == "closed" || word == "off" || word == "none" || word == "休息")
        return calendar::DayHours{};
    if (word == "all day" || word == "全天") return calendar::DayHours{{0, 86'400}};
    calendar::DayHours out;
    for (const auto part : split(text)) {
        const auto sides = cut(part);
        if (!sides) return std::nullopt;
        const auto from = parse_clock(sides->first);
        const auto to = parse_clock(sides->second);
        if (!from || !to) return std::nullopt;
        out.push_back({*from, *to});
    }
    return out;
}

std::string hours_text(const calendar::DayHours& hours) {
    if (hours.empty()) return "closed";
    std::string out;
    for (const auto& part : hours) {
        if (!out.empty()) out += ", ";
        out += clock_text(part.from) + "-" + clock_text(part.to);
    }
    return out;
}

std::optional<int> parse_weekday(std::string_view text) {
    text = trim(text);
    const auto word = lower(text);
    for (int day = 0; day < 7; ++day)
        if (word == kShort[day] || word == kLong[day]) return day;
    for (const std::string_view week : {"周", "星期", "礼拜"}) {
        if (!text.starts_with(week)) continue;
        const auto rest = text.substr(week.size());
        if (rest == "天") return 6;
        for (int day = 0; day < 7; ++day)
            if (rest == kChinese[day]) return day;
    }
    return std::nullopt;
}

std::string_view weekday_text(int day) { return kShort[day]; }

std::optional<std::vector<int>> parse_weekdays(std::string_view text) {
    const auto word = lower(trim(text));
    if (word == "every day" || word == "daily" || word == "每天")
        return std::vector<int>{0, 1, 2, 3, 4, 5, 6};
    std::vector<int> out;
    for (const auto part : split(text)) {
        if (const auto day = parse_weekday(part)) {
            out.push_back(*day);
            continue;
        }
        const auto sides = cut(part);
        if (!sides) return std::nullopt;
        const auto first = parse_weekday(sides->first);
        const auto last = parse_weekday(sides->second);
        if (!first || !last) return std::nullopt;
        for (int day = *first;; day = (day + 1) % 7) {
            out.push_back(day);
            if (day == *last) break;
        }
    }
    std::sort(out.begin(), out.end());
    if (std::adjacent_find(out.begin(), out.end()) != out.end()) return std::nullopt;
    return out;
}

}  // namespace yinuo::wire
