// 责任追究: who lost the time of each broken promise, and why; how those who hold a leg of one keep
// their part (二线承诺).
//
// The lateness of each breach is shared out whole: over its clause's legs in proportion to what each
// took beyond its own limit (remedy::charge_on); where no leg did, over what lay offered and not
// accepted (remedy::leg_times); otherwise it is its owner's. A leg's own breach is counted in what
// it is a leg of. Pauses of the customer are no lateness, and are shown apart.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "server/json_out.h"
#include "server/reason_codes.h"
#include "twin/statistics.h"

namespace yinuo::server {

enum class Side : std::uint8_t { Team, Partner, Clause, Cause };

// One piece of one breach's lateness.
struct LostTime {
    store::ObligationId obligation = 0;
    std::string clause;  // "repair-chain/repair"
    std::string leg;     // "repair-chain/repair.parts"; empty: the clause itself
    std::string owner;
    std::string cause;
    Millis lost{0};
    Millis own{0};      // in hand, of a leg
    Millis waiting{0};  // offered to it and not yet accepted, of a leg
};

struct BrokenOne {
    store::ObligationId obligation = 0;
    Millis lateness{0};  // the whole
    Millis paused{0};
};

// All parts of one key.
struct LostShare {
    std::string key;
    std::int64_t obligations = 0;  // in which it has a part
    Millis lost{0}, own{0}, waiting{0};
};

// How a leg was kept in the window.
struct LegRecord {
    std::string clause, owner;
    bool is_partner = false;
    twin::Share kept;                // of those decided
    std::vector<std::int64_t> late;  // of the broken ones, milliseconds
};

// What the legs of one clause may take, beside what it may.
struct Budget {
    std::string clause;
    Text limit;
    struct Leg {
        std::string clause, owner;
        Text limit;
    };
    std::vector<Leg> legs;
    Text sum;           // of the legs' limits; empty: they are of different kinds
    Findings findings;  // why it can't be served
};

struct Responsibility {
    std::vector<BrokenOne> broken;
    std::vector<LostTime> parts;
    std::vector<LegRecord> legs;
    std::vector<Budget> budgets;  // of the latest version of each promise
    bool is_cut = false;
};
Responsibility responsibility(const Records&, const Window&);

// Largest first.
std::vector<LostShare> summed_by(const Responsibility&, Side);
// The legs' records of one owner taken together.
std::vector<LegRecord> records_by_owner(const Responsibility&);

// What becomes better first: causes at the top of the tree with all below them, the largest first,
// until four fifths are reached (Pareto's vital few).
struct CauseCount {
    std::string code;  // empty: not coded
    Text title;
    std::int64_t own = 0;    // breaches of that very code
    std::int64_t total = 0;  // with all below it
    Millis lost{0};          // of the total
    double share = 0;        // of all breaches
    double running = 0;      // with those before it
    bool is_vital = false;
};
struct CausePareto {
    std::int64_t breaches = 0;
    std::vector<CauseCount> top;
    std::vector<CauseCount> codes;  // all that have any, in the order of the list; share of all
};
CausePareto pareto(const Responsibility&, const ReasonCodes&);

// responsibility_out.cc
std::string responsibility_json(const Responsibility&, const ReasonCodes&, const Window&, Side,
                                Instant as_of);
std::string responsibility_csv(const Responsibility&, const ReasonCodes&, Side, bool chinese);
std::string pareto_json(const CausePareto&, const Window&, Instant as_of, bool is_cut);
std::string pareto_csv(const CausePareto&, bool chinese);
void write_cause(JsonOut&, const CauseCount&);

}  // namespace yinuo::server
