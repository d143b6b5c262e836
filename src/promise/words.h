// Instants, shares and days as the promise room tells them to people, in both languages.
#pragma once

#include <string>

#include "base/error.h"
#include "promise/promise.h"
#include "time/zone.h"

namespace yinuo::promise {

// "2026-02-14（周六）17:30" / "Sat 2026-02-14 17:30", in the zone; seconds only when there are any.
Text tell(Instant, const Zone&);
Text tell(Date);  // "02-14（周六）" / "Sat 02-14"
// "1 小时 30 分" / "1 h 30 min".
Text tell(Millis);

// "97.9 %"; more digits than asked for where a share that isn't whole would look as if it were.
std::string percent(std::int64_t count, std::int64_t of, int places = 1);

// A day to begin examples with: the promise's first, or else one in the year of the first holiday
// that any of its schedules knows.
Date usual_day(const Promise&);

}  // namespace yinuo::promise
