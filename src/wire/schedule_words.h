// The words of a schedule's text: days of the week, hours, dates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/schedule.h"

namespace yinuo::wire {

// "09:00", "9:00", "24:00", "13:30:15"; seconds of the day.
std::optional<std::int32_t> parse_clock(std::string_view text);
std::string clock_text(std::int32_t seconds);

// "09:00-12:00, 13:30-18:00", "all day", "closed" (no hours). The dash may be "~", "–" or "至".
std::optional<calendar::DayHours> parse_hours(std::string_view text);
std::string hours_text(const calendar::DayHours& hours);

// "mon", "Monday", "周一", "星期一"; 0 = Monday.
std::optional<int> parse_weekday(std::string_view text);
std::string_view weekday_text(int day);

// "mon-fri", "sat, sun", "周一至周五", "every day"; in rising order, "fri-mon" runs over the weekend.
std::optional<std::vector<int>> parse_weekdays(std::string_view text);

}  // namespace yinuo::wire
