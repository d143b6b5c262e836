// The one true order of facts: own time, then the source's sequence, then id. Invariant 5.
//
// Repetitions (same id, same subject) count once, the first received; a correction replaces the
// fact of its id, a retraction removes it, the last received holds. So the order in which facts
// arrive never matters.
#pragma once

#include <span>
#include <vector>

#include "promise/fact.h"

namespace yinuo::promise {

bool comes_before(const Fact& a, const Fact& b);

// Puts pointers to one subject's facts into true order and drops what is repeated, replaced,
// retracted, received after `known_until`, or of a time after `now`.
void put_in_order(std::vector<const Fact*>& facts, Instant now,
                  Instant known_until = Instant::max());

}  // namespace yinuo::promise
