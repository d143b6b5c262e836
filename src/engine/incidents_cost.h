// What a decision on an incident asks of the fund's policy: budgets, approvals, customers' caps.
//
// As things stand now: of what members are held or wait for, and of a gift for each of those who have
// none yet. An estimate only where other payouts come in between.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/incidents.h"
#include "engine/paying.h"
#include "time/civil.h"
#include "time/zone.h"

namespace yinuo::engine {

struct IncidentBudget {
    FundPolicy::Budget budget;
    Date from, until;         // the period in hand, [from, until)
    std::int64_t left = 0;    // minor units, before; below 0: more than it is used up
    std::int64_t needed = 0;  // what was held or waits, and the gifts
};
struct IncidentApproval {
    FundPolicy::Approval line;
    std::int64_t payouts = 0;  // held ones and gifts that this role must agree to one by one
};
struct IncidentCut {
    FundPolicy::Cap cap;
    std::int64_t customers = 0;  // whose gift it makes smaller
    std::int64_t minor = 0;      // by how much in all
};
struct IncidentCost {
    std::vector<IncidentBudget> budgets;  // of the policy, in its order, where something is needed
    std::vector<IncidentApproval> approvals;  // those that are asked
    std::vector<IncidentCut> cuts;            // those that cut
};
// Whole members, one by one; for a worker thread. `now`: the engine's.
IncidentCost incident_cost(store::Reading&, Zones&, const Incident&,
                           const std::optional<IncidentGift>&, Instant now);

}  // namespace yinuo::engine
