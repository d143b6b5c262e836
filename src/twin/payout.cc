#include "twin/payout.h"

#include <algorithm>

namespace yinuo::twin {

using promise::Obligation;

Ledger::Ledger(const promise::Promise& promise, Instant now, promise::Folding& folding,
               const remedy::FactsOf* facts_of)
    : promise_(promise), now_(now), folding_(folding), facts_of_(facts_of) {
    for (const auto& remedy : promise.remedies) {
        holds_on_ |= !remedy.once_per.empty();
        also_if_kept_ |= remedy.also_if_kept;
        first_total_.push_back(totals_.size());
        for (const auto& gift : remedy.gifts)
            totals_.push_back({.promise = promise.id,
                               .remedy = remedy.name,
                               .title = remedy.title,
                               .row = static_cast<int>(&gift - remedy.gifts.data()),
                               .kind = gift.kind,
                               .unit = gift.unit,
                               .is_money = gift.is_money,
                               .amount = 0});
    }
    minor_withheld_.resize(totals_.size());
    of_clause_.resize(promise.clauses.size());
}

void Ledger::take(std::span<const Obligation> obligations) {
    if (totals_.empty()) return;
    const auto matters = [&](const Obligation& o) {
        return o.state == promise::State::Broken ||
               (also_if_kept_ && o.state != promise::State::Void &&
                o.state != promise::State::VoidByUs);
    };
    if (std::ranges::none_of(obligations, matters)) return;
    if (!holds_on_) return settle(obligations);
    std::ranges::copy_if(obligations, std::back_inserter(held_), matters);
}

void Ledger::finish() {
    if (holds_on_) settle(held_);
    held_.clear();
}

GiftTotal& Ledger::total_of(const remedy::Line& line) {
    return totals_[first_total_[static_cast<std::size_t>(line.remedy)] +
                   static_cast<std::size_t>(line.gift)];
}

void Ledger::settle(std::span<const Obligation> obligations) {
    for (const auto& line : remedy::owed(promise_, obligations, now_, folding_, facts_of_)) {
        const Obligation& o = obligations[line.obligation];
        GiftTotal& total = total_of(line);
        if (line.standing == remedy::Standing::SetAside) {
            ++total.set_aside;
        } else if (line.standing == remedy::Standing::Withheld) {
            ++total.withheld;
            if (line.money)
                minor_withheld_[static_cast<std::size_t>(&total - totals_.data())] +=
                    line.money->minor;
        } else {
            ++total.count;
            if (line.money) {
                total.minor += line.money->minor;
                of_clause_[static_cast<std::size_t>(o.clause)][total.unit] += line.money->minor;
                if (on_money) on_money(o.subject, *line.money);
            } else {
                total.amount = total.amount.add(line.amount).value_or(total.amount);
            }
        }
    }
}

void Ledger::add_payout(Payout& owed, Payout* withheld,
                        std::map<std::string, Decimal>* given) const {
    for (std::size_t i = 0; i < totals_.size(); ++i) {
        const GiftTotal& total = totals_[i];
        if (total.is_money) {
            owed[total.unit] += total.minor;
            if (withheld != nullptr && total.withheld > 0)
                (*withheld)[total.unit] += minor_withheld_[i];
        } else if (given != nullptr && !total.unit.empty()) {
            auto& sum = given->try_emplace(total.unit, 0).first->second;
            sum = sum.add(total.amount).value_or(sum);
        }
    }
}

}  // namespace yinuo::twin
