// What each leg of a chain answers for, when its outer clause is looked at.
#pragma once

#include <span>
#include <vector>

#include "promise/fold.h"
#include "remedy/remedy.h"

namespace yinuo::twin {

struct LegPart {
    int clause = 0;     // the leg
    Millis waiting{0};  // offered to it, and not yet accepted
    Millis delay{0};    // its share of the outer clause's lateness
    Money charged;      // its share of what is charged on
};

// What of the lines is owed for that obligation and charged on. `lines` are owed()'s; in yuan where
// there are none.
Money charged_on(const promise::Promise&, std::span<const remedy::Line> lines,
                 std::size_t obligation);

// One part for each leg of `outer`'s clause, in the promise's order; none where it has no legs.
// `facts` are the subject's in true order.
std::vector<LegPart> leg_parts(const promise::Promise&, const promise::Obligation& outer,
                               std::span<const promise::Obligation> same_subject,
                               const Money& charged, std::span<const promise::Fact* const> facts,
                               Instant now, promise::Folding&);

}  // namespace yinuo::twin
