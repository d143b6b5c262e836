// Warnings and breaches as alerts: each has an addressee who acknowledges it, or it climbs.
#pragma once

#include <string>
#include <vector>

#include "engine/tenants.h"
#include "engine/turns.h"

namespace yinuo::engine {

// An alert's `warning` when it is about the breach itself.
inline constexpr std::int32_t kBreachAlert = -1;

// By its addressee or anyone above (who that is, its caller knows: an Actor has no role here); a
// second time changes nothing. Refuses an unknown alert.
Result<store::Alert> acknowledge(Turns&, const Actor&, std::int64_t alert);

// Moves every alert whose time is over to the next rung; at most `most`. The engine calls it.
// However late it is called, an alert climbs one rung, and whoever is there has their full time.
int climb(Turns&, int most);

// Whom a rung means for an obligation of this clause: "owner" is the clause's, or else the promise's.
std::string addressee_of(const Rung&, const Version*, int clause);
// When an alert that came to rung `level` at `from` climbs on; max: nobody is above.
Instant climbs_at(const std::vector<Rung>& roster, std::int32_t level, Instant from);

}  // namespace yinuo::engine
