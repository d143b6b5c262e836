#include "wire/cells.h"

#include <algorithm>
#include <array>
#include <string>

#include "wire/utf8.h"

namespace yinuo::wire {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<bool> read_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 7> kTrue = {"true", "yes", "y", "t", "1", "是", "on"};
    constexpr std::array<std::string_view, 7> kFalse = {"false", "no", "n", "f", "0", "否", "off"};
    std::string word(text.substr(0, 8));
    std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (text.size() > 8) return std::nullopt;
    if (std::ranges::find(kTrue, word) != kTrue.end()) return true;
    if (std::ranges::find(kFalse, word) != kFalse.end()) return false;
    return std::nullopt;
}

std::optional<WallTime> read_time(std::string_view text, std::span<const TimePattern> patterns) {
    for (const auto& pattern : patterns)
        if (auto time = pattern.read(text)) return time;
    return std::nullopt;
}

feel::Value instant_value(const WallTime& time, ZoneClock& clock) {
    const Instant at = time.offset_seconds
                           ? Instant{time.local.millis - *time.offset_seconds * 1000LL}
                           : clock.to_instant(time.local);
    const auto offset = clock.offset_seconds(at);
    const std::int64_t local = at.millis + offset * 1000LL;
    const std::int64_t whole = local >= 0 ? local / 1000 : -((999 - local) / 1000);
    feel::Moment moment;
    moment.local_seconds = whole;
    moment.nanos = static_cast<std::uint32_t>((local - whole * 1000) * 1'000'000);
    moment.offset = offset;
    moment.zone = &clock.zone();
    return feel::Value::date_time(moment);
}

// A number and the letter behind it, such as "26H"; thousandths, so that 0.5 s is exact.
struct Amount {
    std::int64_t thousandths;
    char unit;
};

std::optional<Amount> take_amount(std::string_view& text) {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
        if (digits == 12) return std::nullopt;
        value = value * 10 + (text[digits] - '0');
    }
    if (digits == 0) return std::nullopt;
    value *= 1000;
    text.remove_prefix(digits);
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        std::int64_t place = 100;
        for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), place /= 10)
            value += place * (text.front() - '0');
    }
    const char unit = text.empty() ? '\0' : text.front();
    if (!text.empty()) text.remove_prefix(1);
    return Amount{value, unit};
}

std::optional<Millis> read_iso_duration(std::string_view text) {
    std::int64_t sum = 0;
    bool any = false;
    bool in_time = false;
    while (!text.empty()) {
        if (text.front() == 'T' && !in_time) {
            in_time = true;
            text.remove_prefix(1);
            continue;
        }
        const auto amount = take_amount(text);
        if (!amount) return std::nullopt;
        std::int64_t unit = 0;  // seconds
        if (!in_time && amount->unit == 'W')
            unit = 604'800;
        else if (!in_time && amount->unit == 'D')
            unit = 86'400;
        else if (in_time && amount->unit == 'H')
            unit = 3600;
        else if (in_time && amount->unit == 'M')
            unit = 60;
        else if (in_time && amount->unit == 'S')
            unit = 1;
        if (unit == 0 || amount->thousandths > 1'000'000'000'000'000 / unit) return std::nullopt;
        sum += amount->thousandths * unit;
        any = true;
    }
    if (!any) return std::nullopt;
    return Millis{sum};
}

std::optional<Millis> read_clock_duration(std::string_view text) {
    const auto hours = take_amount(text);
    if (!hours || hours->unit != ':' || hours->thousandths > 1'000'000'000'000) return std::nullopt;
    const auto minutes = take_amount(text);
    if (!minutes || minutes->thousandths >= 60'000 || minutes->thousandths % 1000 != 0)
        return std::nullopt;
    Millis sum{hours->thousandths * 3600 + minutes->thousandths * 60};
    if (minutes->unit == '\0' && text.empty()) return sum;
    const auto seconds = take_amount(text);
    if (minutes->unit != ':' || !seconds || seconds->unit != '\0' || seconds->thousandths >= 60'000)
        return std::nullopt;
    sum.count += seconds->thousandths;
    return sum;
}

}  // namespace

bool is_missing(std::string_view cell, std::span<const std::string> missing) {
    if (cell.data() == nullptr) return true;
    cell = trimmed(cell);
    return std::ranges::any_of(missing, [&](const std::string& word) { return cell == word; });
}

std::optional<Decimal> read_number(std::string_view text, char decimal_mark) {
    // The usual case, up to 18 digits without an exponent, needs no general parser.
    std::int64_t value = 0;
    int places = -1;
    std::size_t digits = 0;
    const bool negative = !text.empty() && text.front() == '-';
    std::size_t i = negative ? 1 : 0;
    for (; i < text.size() && digits <= 18; ++i) {
        if (is_digit(text[i])) {
            value = value * 10 + (text[i] - '0');
            ++digits;
            if (places >= 0) ++places;
        } else if (text[i] == decimal_mark && places < 0 && digits > 0) {
            places = 0;
        } else {
            break;
        }
    }
    if (i == text.size() && digits > 0 && digits <= 18 && places != 0)
        return Decimal::scaled(negative ? -value : value, places > 0 ? -places : 0);
    if (text.size() > 100) return std::nullopt;
    if (decimal_mark == '.') return Decimal::parse(text);
    std::string pointed(text);
    if (pointed.find('.') != std::string::npos) return std::nullopt;
    std::ranges::replace(pointed, decimal_mark, '.');
    return Decimal::parse(pointed);
}

std::optional<Millis> read_duration(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    std::optional<Millis> span;
    if (!text.empty() && text.front() == 'P')
        span = read_iso_duration(text.substr(1));
    else
        span = read_clock_duration(text);
    if (span && negative) span->count = -span->count;
    return span;
}

std::optional<feel::Value> read_cell(std::string_view cell, const FieldRule& field,
                                     char decimal_mark, ZoneClock& clock) {
    using feel::Value;
    if (field.type == FieldType::Text) return Value::string(cell);
    cell = trimmed(cell);
    switch (field.type) {
        case FieldType::Text: break;
        case FieldType::Number:
            if (const auto number = read_number(cell, decimal_mark)) return Value::number(*number);
            break;
        case FieldType::Boolean:
            if (const auto truth = read_boolean(cell)) return Value::boolean(*truth);
            break;
        case FieldType::Instant:
            if (const auto time = read_time(cell, field.times)) return instant_value(*time, clock);
            break;
        case FieldType::Date:
            if (const auto time = read_time(cell, field.times))
                return Value::date(time->local.date());
            break;
        case FieldType::Duration:
            if (const auto span = read_duration(cell)) return Value::duration(*span);
            break;
    }
    return std::nullopt;
}

Text complain_of(std::string_view cell, const FieldRule& field) {
    cell = trimmed(cell);
    std::size_t shown = 0;
    for (int n = 0; n < 40 && shown < cell.size(); ++n)
        shown += std::max<std::size_t>(1, utf8_length(cell.substr(shown)));
    const std::string word(cell.substr(0, shown));
    Text kind;
    switch (field.type) {
        case FieldType::Text: kind = {"文字", "text"}; break;
        case FieldType::Number: kind = {"数", "a number"}; break;
        case FieldType::Boolean:
            kind = {"是与否（true、false、是、否、1、0）", "true or false (yes, no, 1, 0)"};
            break;
        case FieldType::Duration:
            kind = {"时长（例如 PT26H30M 或 26:30）", "a duration (such as PT26H30M or 26:30)"};
            break;
        case FieldType::Instant:
        case FieldType::Date: {
            std::string patterns;
            for (const auto& pattern : field.times)
                patterns += (patterns.empty() ? "" : " | ") + pattern.text();
            kind = {"存在的时间，格式为 " + patterns, "an existing time like " + patterns};
            break;
        }
    }
    return {field.name + "：“" + word + "”不是" + kind.zh,
            field.name + ": \"" + word + "\" is not " + kind.en};
}

Text mend_of(const FieldRule& field) {
    switch (field.type) {
        case FieldType::Text: return {};
        case FieldType::Number:
            return {"写成 12 或 -0.50，千位不分组", "write 12 or -0.50, without grouping digits"};
        case FieldType::Boolean: return {"写 是 或 否", "write yes or no"};
        case FieldType::Duration: return {"写成 PT26H30M 或 26:30", "write PT26H30M or 26:30"};
        case FieldType::Instant:
        case FieldType::Date: {
            const auto pattern = field.times.front().text();
            if (pattern == "ISO")
                return {"写成 2026-03-10 08:30，或在映射的 times 里写这一列的式样",
                        "write 2026-03-10 08:30, or give this column's pattern in `times`"};
            return {"按 " + pattern + " 写，或改映射里的 times",
                    "write it as " + pattern + ", or change `times` in the mapping"};
        }
    }
    return {};
}

}  // namespace yinuo::wire
