// What must hold in a mapping beyond its spelling: formulas that compile and only read what is
// declared (a computed field: what is declared above it), times that are times, ids where facts
// are corrected, subjects for everybody. Adds to `findings`.
#pragma once

#include "wire/mapping.h"

namespace yinuo::wire {

void check_mapping(const Mapping& mapping, Zones& zones, Findings& findings);

}  // namespace yinuo::wire
