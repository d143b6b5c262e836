// 追偿: what of a payout the partners whose legs lost the time answer for, and what has come back.
//
// Shares are remedy::charge_on()'s: in proportion to each leg's excess over its own limit, over all
// legs, our own teams' too; only partners are charged. What came back is the fund's `recover`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/paying.h"
#include "server/json_out.h"
#include "server/records.h"

namespace yinuo::server {

struct Charge {
    store::PayoutId payout = 0;
    store::ObligationId obligation = 0;
    store::StreamId stream = 0;
    std::string subject, promise, clause;
    std::vector<std::string> legs;  // clauses of this partner that exceeded their limits
    std::string partner;            // their owner
    Millis excess{0};               // past their own limits
    Millis delay{0};                // share of the clause's lateness
    Money share;
    std::int64_t recovered = 0;  // minor units
    // The lateness and all legs have ended: the share doesn't change any more.
    bool is_settled = false;
    remedy::PayoutState payout_state = remedy::PayoutState::Reserved;
    Instant owed_at;

    std::int64_t left() const { return std::max<std::int64_t>(share.minor - recovered, 0); }
    bool is_open() const { return left() > 0; }
};

// By payout and partner, from the fund's own entries.
using Recovered = std::map<std::pair<store::PayoutId, std::string>, std::int64_t>;
Recovered recovered_so_far(store::Reading&, store::TenantId);

// Of one payout, in the order of the promise's legs; none where nothing is charged on, or nothing of
// it stands. What was taken back of it is off the whole.
std::vector<Charge> charges_of(store::Reading&, engine::Shelf&, const store::PayoutRow&,
                               const Recovered&, Instant now);

void write_charge(JsonOut&, const Charge&);

}  // namespace yinuo::server
