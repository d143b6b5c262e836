// Adds up what remedies give over a whole history.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "remedy/remedy.h"
#include "twin/report.h"

namespace yinuo::twin {

class Ledger {
public:
    // Everything is borrowed. `facts_of` answers for amounts that look back.
    Ledger(const promise::Promise&, Instant now, promise::Folding&,
           const remedy::FactsOf* facts_of);

    // All obligations of one subject (or of one group that no other shares). They need to live only
    // during the call, unless holds_on().
    void take(std::span<const promise::Obligation> obligations);
    // Once, after the last.
    void finish();

    // Some remedy looks across subjects, so obligations are kept until finish().
    bool holds_on() const { return holds_on_; }

    // Told of each line owed as money, if anyone asks: its subject, and the money.
    std::function<void(std::string_view subject, const Money&)> on_money = {};

    const std::vector<GiftTotal>& gifts() const { return totals_; }
    // Of one clause's obligations alone.
    const Payout& payout_of(int clause) const {
        return of_clause_[static_cast<std::size_t>(clause)];
    }
    void add_payout(Payout& owed, Payout* withheld, std::map<std::string, Decimal>* given) const;

private:
    void settle(std::span<const promise::Obligation> obligations);
    GiftTotal& total_of(const remedy::Line& line);

    const promise::Promise& promise_;
    const Instant now_;
    promise::Folding& folding_;
    const remedy::FactsOf* facts_of_;
    bool holds_on_ = false;
    bool also_if_kept_ = false;
    std::vector<GiftTotal> totals_;             // a row for each gift of each remedy, in order
    std::vector<std::size_t> first_total_;      // of each remedy
    std::vector<std::int64_t> minor_withheld_;  // beside totals_
    std::vector<Payout> of_clause_;
    std::vector<promise::Obligation> held_;
};

}  // namespace yinuo::twin
