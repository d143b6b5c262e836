#include "promise/words.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace yinuo::promise {
namespace {

constexpr std::array<const char*, 7> kDaysZh = {"周一", "周二", "周三", "周四",
                                                "周五", "周六", "周日"};
constexpr std::array<const char*, 7> kDaysEn = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string digits(std::int64_t value, int width) {
    auto text = std::to_string(value);
    while (static_cast<int>(text.size()) < width) text.insert(0, 1, '0');
    return text;
}

std::string clock(std::int64_t millis) {
    auto text = digits(millis / 3'600'000, 2) + ":" + digits(millis / 60'000 % 60, 2);
    if (millis % 60'000 == 0) return text;
    text += ":" + digits(millis / 1000 % 60, 2);
    return millis % 1000 == 0 ? text : text + "." + digits(millis % 1000, 3);
}

}  // namespace

Text tell(Instant at, const Zone& zone) {
    const auto local = zone.to_local(at);
    const auto day = static_cast<std::size_t>(local.date().weekday());
    const auto date = local.date().to_string(), time = clock(local.millis_of_day());
    return {date + "（" + kDaysZh[day] + "）" + time, kDaysEn[day] + (" " + date + " ") + time};
}

Text tell(Date date) {
    const auto day = static_cast<std::size_t>(date.weekday());
    const auto text = digits(date.month(), 2) + "-" + digits(date.day(), 2);
    return {text + "（" + kDaysZh[day] + "）", kDaysEn[day] + (" " + text)};
}

Text tell(Millis span) {
    if (span.count < 0) {
        const auto rest = tell(Millis{-span.count});
        return {"负 " + rest.zh, "minus " + rest.en};
    }
    Text text;
    const auto add = [&](std::int64_t count, const char* zh, const char* en) {
        if (count == 0) return;
        const std::string gap = text.zh.empty() ? "" : " ";
        text.zh += gap + std::to_string(count) + " " + zh;
        text.en += gap + std::to_string(count) + " " + en;
    };
    add(span.count / 3'600'000, "小时", "h");
    add(span.count / 60'000 % 60, "分", "min");
    add(span.count / 1000 % 60, "秒", "s");
    add(span.count % 1000, "毫秒", "ms");
    return text.zh.empty() ? Text{"0 秒", "0 s"} : text;
}

std::string percent(std::int64_t count, std::int64_t of, int places) {
    if (of <= 0) return "-";
    const double share = 100.0 * static_cast<double>(count) / static_cast<double>(of);
    std::array<char, 32> text{};
    if (count == of || count == 0) places = 0;
    for (; places < 6; ++places) {
        std::snprintf(text.data(), text.size(), "%.*f %%", places, share);
        const std::string_view shown = text.data();
        const bool whole =
            shown.starts_with("100") ||
            (share < 1 && shown.find_first_of("123456789") == std::string_view::npos);
        if (count == of || count == 0 || !whole) break;
    }
    return text.data();
}

Date usual_day(const Promise& promise) {
    if (promise.effective_from > Instant::min() && promise.zone != nullptr)
        return promise.zone->to_local(promise.effective_from).date();
    std::optional<Date> first;
    for (const auto& schedule : promise.schedules)
        for (const auto& holiday : schedule.definition().holidays)
            first = first ? std::min(*first, holiday.date) : holiday.date;
    return Date::of(first ? first->year() : 2026, 1, 1);
}

}  // namespace yinuo::promise
