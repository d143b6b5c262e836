#include "calendar/cn_holidays.h"

namespace yinuo::calendar {

void add_cn_statutory(Definition& definition) {
    for (const auto& run : cn_holidays()) {
        for (int i = 0; i < run.days; ++i) {
            const Date date = Date::of(run.year, run.month, run.day).plus_days(i);
            const std::string name(run.name);
            if (run.off)
                definition.holidays.push_back({date, name, {}});
            else
                definition.makeup_days.push_back({date, std::nullopt, name});
        }
    }
    if (!definition.announced_until)
        definition.announced_until = Date::of(cn_holidays_last_year(), 12, 31);
}

}  // namespace yinuo::calendar
