// Which rows of a limit's table a start can reach, as far as its instant alone tells.
//
// `local time(at) < time("16:00:00")` is decided by the clock; `area = "city"` isn't, and then the
// answer is Perhaps. For worked deadlines and findings; the fold asks the condition itself.
#pragma once

#include "promise/clause.h"
#include "time/zone.h"

namespace yinuo::promise {

enum class Applies : std::uint8_t { No, Perhaps, Yes };

// Without a condition: Yes.
Applies applies_at(const OptionalCondition&, Instant start, const Zone&);

// The row takes the start, and no earlier row surely does.
bool may_take(const Within&, std::size_t row, Instant start, const Zone&);

}  // namespace yinuo::promise
