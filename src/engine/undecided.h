// 待决: which obligations have a claim or an excuse that people must decide, or have decided.
//
// A document for each, in a collection that says how it stands, put in the commit of the turn that
// changed it. So the lists are right whoever changed it: a person, a fact from outside, or silence.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "promise/obligation.h"
#include "store/store.h"

namespace yinuo::engine {

// Moves the obligation to where its row now belongs. Inside the room.
void note_decisions(store::Writing&, const store::ObligationRow& before,
                    const store::ObligationRow& now);

// By id, after the last one seen. None stands as None.
std::vector<store::ObligationId> claims_that(store::Reading&, store::TenantId, promise::Claim,
                                             store::ObligationId after, int limit);
std::vector<store::ObligationId> excuses_that(store::Reading&, store::TenantId, promise::Excuse,
                                              store::ObligationId after, int limit);

}  // namespace yinuo::engine
