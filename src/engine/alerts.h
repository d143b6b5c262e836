// Warnings and breaches as alerts: each has an addressee who acknowledges it, or it climbs.
#pragma once

#include "engine/turns.h"

namespace yinuo::engine {

// By its addressee or anyone above; a second time changes nothing. Refuses an unknown alert.
Result<store::Alert> acknowledge(Turns&, const Actor&, std::int64_t alert);

// Moves every alert whose time is over to the next rung; at most `most`. The engine calls it.
int climb(Turns&, int most);

}  // namespace yinuo::engine
