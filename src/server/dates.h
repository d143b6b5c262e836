// 改约: a new date that was put to the customer, until they agree, decline, or the old one passes.
//
// A document for each obligation, with its latest proposal. Only their consent becomes a fact; what
// the promise makes of that is the fold's to say.
#pragma once

#include <optional>
#include <string>

#include "engine/turns.h"
#include "server/json_out.h"
#include "store/store.h"

namespace yinuo::server {

struct Proposal {
    Instant to, at;
    std::string by, by_id, reason;
    std::string state = "proposed";  // "agreed", "declined"
};
std::optional<Proposal> find_proposal(store::Reading&, store::TenantId, store::ObligationId);
void put_proposal(engine::Turns&, store::TenantId, store::ObligationId, const Proposal&);

// One that nobody answered lapses with the breach, or when the obligation is over.
bool is_open(const Proposal&, const store::ObligationRow&);
void write_proposal(JsonOut&, const Proposal&, const store::ObligationRow&);

}  // namespace yinuo::server
