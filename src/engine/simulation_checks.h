// What must hold of a simulated installation; see simulation.h for the list. Inside the room.
#pragma once

#include <string>
#include <vector>

#include "engine/shelf.h"
#include "engine/simulation.h"
#include "engine/simulation_network.h"
#include "store/store.h"
#include "time/zone.h"
#include "vault/keyring.h"

namespace yinuo::engine {

// Each answers what doesn't hold; empty: all does.

// 1 and 2: against what was sent, with `all` also that every message has been taken.
std::string check_facts(store::Reading&, store::TenantId, const std::vector<Message>&, bool all);
// 3 to 6, at an instant up to which every timer has fired. Adds to the report's counts.
std::string check_obligations(store::Reading&, store::TenantId, Zones&, Instant now,
                              SimulationReport&);
// 3 to 6 of one subject, as far as clauses look at nobody else; the shelf holds what is published.
std::string check_subject(store::Reading&, Shelf&, const store::Stream&, Instant now);
// 7, and with `with_rows` also 8, as fsck compares them.
std::string check_proofs(store::Reading&, Zones&, const vault::Keyring&, bool with_rows);

// Every projected row as text, in one order, without what rebuilding may change. Timers that are
// due already may stand elsewhere, so they are asked for once everything has fired.
enum class Timers : std::uint8_t { Without, With };
std::string dump_projections(store::Reading&, Timers);

std::string hash_of_log(store::Reading&);

}  // namespace yinuo::engine
