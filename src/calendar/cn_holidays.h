// China's statutory holidays and make-up working days 法定节假日与调休, as the State Council announced
// them for 2007 to 2026. The source and its licence are in data/holidays/cn.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "calendar/definition.h"

namespace yinuo::calendar {

// `days` days from that date on, which are off or else worked.
struct CnHoliday {
    std::int16_t year;
    std::int8_t month;
    std::int8_t day;
    std::int8_t days;
    bool off;
    std::string_view name;
};

std::span<const CnHoliday> cn_holidays();
int cn_holidays_last_year();

// Adds them all; make-up days have the hours of the definition's first open weekday. Sets
// announced_until to the end of the last announced year unless it is set already.
void add_cn_statutory(Definition&);

}  // namespace yinuo::calendar
