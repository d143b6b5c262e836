// What one remedy comes to for one obligation, if time stood at `until`. Private to the room.
#pragma once

#include <vector>

#include "remedy/remedy.h"

namespace yinuo::remedy {

// Evaluates a remedy's texts for one obligation. Names: those of the breaking (or keeping) fact,
// then of the start fact, and `late`, `overdue`, `elapsed`, `paused`, `breach`, `start`, `payee`.
class Amounts {
public:
    Amounts(const promise::Promise&, const promise::Obligation&, Instant now, promise::Folding&,
            std::span<const promise::Fact* const> facts);

    // Is the remedy about this obligation at all, and due?
    bool applies(const promise::Remedy&);
    // Who gets it: names, or one empty name for the subject's customer.
    std::vector<std::string_view> payees(const promise::Remedy&);
    // An amount for each gift (nullopt: not given), after rungs and cap, as if it were `until`.
    std::vector<std::optional<Decimal>> gifts(const promise::Remedy&, std::string_view payee,
                                              Instant until);
    // How much of what was given is used up by now; 0 if the remedy doesn't say.
    Decimal spent(const promise::Remedy&);
    // From when amounts can grow, and until when.
    Instant begins(const promise::Remedy&) const;
    Instant ends() const;

private:
    feel::Value value(const promise::Formula&, Instant until, std::string_view payee);

    const promise::Promise& promise_;
    const promise::Obligation& o_;
    Instant now_;
    promise::Folding& folding_;
    std::span<const promise::Fact* const> facts_;
    promise::Fact ground_;  // the deciding fact, or the start
    promise::Asker ask_;
};

}  // namespace yinuo::remedy
