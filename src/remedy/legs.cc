// Chains: which leg lost the time, and what it is charged.
#include <algorithm>

#include "remedy/remedy.h"

namespace yinuo::remedy {
namespace {

bool is_leg_of(const promise::Promise& promise, const promise::Obligation& o, int outer) {
    return promise.clauses[static_cast<std::size_t>(o.clause)].outer == outer;
}

}  // namespace

std::vector<Charge> charge_on(const promise::Promise& promise, const promise::Obligation& outer,
                              std::span<const promise::Obligation> same_subject, const Money& money,
                              Instant now) {
    std::vector<Charge> charges;
    std::vector<std::int64_t> weights;
    for (const promise::Obligation& o : same_subject) {
        if (!is_leg_of(promise, o, outer.clause) || o.subject != outer.subject) continue;
        const Millis excess = o.overdue(now);
        if (excess.count <= 0) continue;
        const auto known = std::find_if(charges.begin(), charges.end(),
                                        [&](const Charge& c) { return c.clause == o.clause; });
        if (known == charges.end()) {
            charges.push_back({.clause = o.clause, .excess = excess});
        } else {
            known->excess = known->excess + excess;
        }
    }
    if (charges.empty()) return charges;
    for (const Charge& charge : charges) weights.push_back(charge.excess.count);
    const auto delays = share_out(outer.overdue(now).count, weights);
    const auto minors = share_out(money.minor, weights);
    for (std::size_t i = 0; i < charges.size(); ++i) {
        charges[i].delay = Millis{delays[i]};
        charges[i].minor = minors[i];
    }
    return charges;
}

std::vector<LegTime> leg_times(const promise::Promise& promise, const promise::Obligation& outer,
                               std::span<const promise::Obligation> same_subject,
                               std::span<const promise::Fact* const> facts, Instant now,
                               promise::Folding& folding) {
    std::vector<LegTime> times;
    promise::Asker ask(promise, folding, facts);
    for (const promise::Obligation& o : same_subject) {
        if (!is_leg_of(promise, o, outer.clause) || o.subject != outer.subject) continue;
        if (o.started_at == Instant::max()) continue;
        LegTime time{.clause = o.clause, .own = o.elapsed(now)};
        const auto& offered = promise.clauses[static_cast<std::size_t>(o.clause)].offered;
        if (offered) {
            // The last offer before it was accepted.
            for (std::size_t i = 0; i < facts.size() && facts[i]->at <= o.started_at; ++i) {
                ask.look_at(i);
                if (ask.holds(*offered)) time.waiting = o.started_at - facts[i]->at;
            }
        }
        times.push_back(time);
    }
    // Offered, and nobody has accepted yet: the time is the receiver's already.
    for (std::size_t c = 0; c < promise.clauses.size(); ++c) {
        const promise::Clause& clause = promise.clauses[c];
        if (clause.outer != outer.clause || !clause.offered) continue;
        const bool accepted = std::any_of(times.begin(), times.end(), [&](const LegTime& t) {
            return t.clause == static_cast<int>(c);
        });
        if (accepted) continue;
        for (std::size_t i = 0; i < facts.size() && facts[i]->at <= now; ++i) {
            ask.look_at(i);
            if (!ask.holds(*clause.offered)) continue;
            times.push_back({.clause = static_cast<int>(c),
                             .waiting = std::min(now, outer.settled_at) - facts[i]->at});
            break;
        }
    }
    return times;
}

}  // namespace yinuo::remedy
