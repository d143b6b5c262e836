// An obligation as its customer is told it: what was promised and what a miss means, how far it is
// and by whom, when it may be done, and what they can do about it.
//
// Nothing here is reckoned anew: sentences are those of the promise, steps those of the log
// (telling.h), what may be done is what the rules for doing it say. Staff are named by what they do,
// never by name. For worker threads.
#pragma once

#include <optional>

#include "server/api.h"
#include "server/obligation_out.h"

namespace yinuo::server {

// What ended about as this will, told from history alone: of the same clause, what was due lately
// and took at least as long as this has taken.
struct LikelyEnd {
    Instant at;              // the median of those
    Instant nine_in_ten_by;  // and when nine in ten of them were done
    std::int64_t n = 0;      // how many there are; fewer than kForecastLeast tell nothing
    Text why;
};
inline constexpr std::int64_t kForecastLeast = 20;
// nullopt: it is over, or too few are known.
std::optional<LikelyEnd> forecast_of(const Things&, store::Reading&, const store::ObligationRow&,
                                     Instant now);

// The whole of it, as JSON.
std::string told_json(const Call&, store::Reading&, const SeenObligation&);

}  // namespace yinuo::server
