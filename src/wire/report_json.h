// A back-test's report as JSON: `obligations`, `payout`, `clauses`, `slices`, `facts`, `promises`...
#pragma once

#include <string>

#include "twin/report.h"

namespace yinuo::wire {

// One document, indented, ending in a line break. Amounts of money are whole minor units, instants
// RFC 3339 in UTC, lengths milliseconds unless a `unit` stands beside them.
std::string report_json(const twin::Report&);

}  // namespace yinuo::wire
