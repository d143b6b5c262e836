// How a report says numbers, lengths, money and instants, in both languages.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "time/zone.h"
#include "twin/report.h"

namespace yinuo::wire {

std::string grouped(std::int64_t number);                            // "1,234,567"
std::string percent(double share, int places = 2);                   // "73.26 %"
std::string money(std::int64_t minor, const std::string& currency);  // "1,234.50 CNY"
std::string payout(const twin::Payout&);  // "12.00 CNY, 3.00 USD"; "–" when empty

// A length in the largest two units that say it: "3 天 4 小时", "2 h 15 min". Negative with "−".
Text length(std::int64_t millis);
// An amount of a dial's unit: a length, "8 h 30 min 工作时间", "15 working days".
Text amount(const twin::Dial&, std::int64_t amount);
// Axis labels and the like, in one language-neutral short form: "36 h", "12", "−5 min".
std::string short_amount(const twin::Dial&, std::int64_t amount);
std::string short_length(std::int64_t millis);
// "工作时间（office）" / "work time (office)"; what `amount` is counted in.
Text unit_of(const twin::Dial&, const std::vector<std::string>& schedule_names);

// "2015-06-30 23:54" on the wall of `zone`, UTC without one; "–" for an instant that never came.
std::string moment(Instant at, const Zone* zone);

}  // namespace yinuo::wire
