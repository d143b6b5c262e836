// Legs that cannot serve the clause they belong to: allowed longer than the customer was promised.
//
// A leg is held to its own limit; if that may end after the outer clause's, everybody can do their
// part in time and the customer's promise still breaks. Found by trying starts: every half hour of
// a year from the day the promise takes effect, holidays and all.
#pragma once

#include <vector>

#include "promise/promise.h"

namespace yinuo::promise {

struct LegGap {
    int leg = 0;  // clause index
    int outer = 0;
    // The start with the largest gap, if the leg begins together with the outer clause.
    Instant start;
    Instant leg_due;
    Instant outer_due;
    int starts_tried = 0;
    int starts_failing = 0;  // equal: it never can
};

// Rows of limits are compared where a start can reach both; what depends on data that nobody knows
// yet is given the benefit of the doubt.
std::vector<LegGap> legs_that_cannot_serve(const Promise&);

// The same as warnings, code "leg-cannot-serve"; and "legs-too-long" where each leg alone could
// serve, but not one after the other, each using up its limit.
Findings check_legs(const Promise&);

}  // namespace yinuo::promise
