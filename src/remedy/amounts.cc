#include "remedy/amounts.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace yinuo::remedy {
namespace {

using feel::Value;
using promise::Gift;
using promise::Obligation;
using promise::Remedy;
using promise::State;

}  // namespace

Amounts::Amounts(const promise::Promise& promise, const Obligation& o, Instant now,
                 promise::Folding& folding, std::span<const promise::Fact* const> facts)
    : promise_(promise),
      o_(o),
      now_(now),
      folding_(folding),
      facts_(facts),
      ask_(promise, folding, facts_) {
    if (const promise::Fact* by = o.decided_by != nullptr ? o.decided_by : o.start) ground_ = *by;
    // Nothing but time decided: amounts look back from the breach, not from the start.
    const bool by_time = o.decided_by == nullptr || o.decided_by->at < o.broken_at;
    if (by_time && o.broken_at != Instant::max()) ground_.at = o.broken_at;
    ask_.start_from(o.start);
}

Instant Amounts::begins(const Remedy& remedy) const {
    return remedy.also_if_kept ? o_.started_at : o_.broken_at;
}

Instant Amounts::ends() const { return std::min(now_, o_.settled_at); }

bool Amounts::applies(const Remedy& remedy) {
    if (std::find(remedy.clauses.begin(), remedy.clauses.end(), o_.clause) == remedy.clauses.end())
        return false;
    const bool broken = o_.state == State::Broken;
    const bool running = promise::is_open(o_.state) && o_.state != State::Pending;
    if (!broken && !(remedy.also_if_kept && (o_.state == State::Kept || running))) return false;
    return !remedy.when || value(*remedy.when, ends(), {}).is_true();
}

std::vector<std::string_view> Amounts::payees(const Remedy& remedy) {
    if (!remedy.payees) return {{}};
    const Value who = value(*remedy.payees, ends(), {});
    std::vector<std::string_view> names;
    const auto add = [&](const Value& one) {
        if (one.type() == feel::Type::Null) return;
        const auto name = one.type() == feel::Type::String ? folding_.kept.copy(one.as_string())
                                                           : folding_.kept.copy(feel::to_text(one));
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    if (who.type() == feel::Type::List) {
        for (const Value& one : who.as_list()) add(one);
    } else {
        add(who);
    }
    return names;
}

std::vector<std::optional<Decimal>> Amounts::gifts(const Remedy& remedy, std::string_view payee,
                                                   Instant until) {
    std::vector<std::optional<Decimal>> amounts(remedy.gifts.size());
    for (std::size_t i = 0; i < remedy.gifts.size(); ++i) {
        const Gift& gift = remedy.gifts[i];
        if (gift.when && !value(*gift.when, until, payee).is_true()) continue;
        Decimal amount = 1;
        if (gift.amount) {
            const Value said = value(*gift.amount, until, payee);
            if (said.type() != feel::Type::Number)
                continue;  // a missing field: nothing can be reckoned
            amount = said.as_number();
            if (amount.is_negative() || amount.is_zero()) continue;
        }
        if (gift.is_total) {
            // A ladder: a higher rung takes the place of the lower ones of its unit.
            for (std::size_t j = 0; j < i; ++j)
                if (remedy.gifts[j].is_total && remedy.gifts[j].unit == gift.unit)
                    amounts[j].reset();
        }
        amounts[i] = amount;
    }
    if (!remedy.cap) return amounts;
    const Value cap = value(*remedy.cap, until, payee);
    if (cap.type() != feel::Type::Number) return amounts;
    Decimal left = cap.as_number();
    for (auto& amount : amounts) {
        if (!amount) continue;
        if (*amount > left) *amount = left;
        left = left.subtract(*amount).value_or(Decimal(0));
        if (amount->is_zero()) amount.reset();
    }
    return amounts;
}

Decimal Amounts::spent(const Remedy& remedy) {
    if (!remedy.spent) return 0;
    const Instant at = ground_.at;
    ground_.at = now_;  // whatever was used until now counts
    const Value said = value(*remedy.spent, ends(), {});
    ground_.at = at;
    return said.type() == feel::Type::Number && !said.as_number().is_negative() ? said.as_number()
                                                                                : Decimal(0);
}

feel::Value Amounts::value(const promise::Formula& formula, Instant until, std::string_view payee) {
    const promise::Vocabulary& words = folding_.words;
    const auto span = [](Millis length) { return Value::duration(length); };
    ask_.look_at(ground_);
    // Extra names first, then the deciding fact's fields, then the start fact's.
    Arena& memory = folding_.scratch;
    const auto start_fields =
        o_.start != nullptr ? o_.start->fields : std::span<const feel::Binding>();
    auto fields = memory.array<feel::Binding>(6 + ground_.fields.size() + start_fields.size());
    std::size_t n = 0;
    fields[n++] = {words.late, span(o_.late(until))};
    fields[n++] = {words.overdue, span(o_.overdue(until))};
    fields[n++] = {words.elapsed, span(o_.elapsed(until))};
    fields[n++] = {words.paused, span(o_.paused)};
    fields[n++] = {words.payee, Value::string(payee)};
    fields[n++] = {words.breach,
                   o_.broken_at == Instant::max()
                       ? Value::null()
                       : promise::as_context(ground_, folding_.names, ask_.zone(), memory)};
    for (const auto& field : ground_.fields) fields[n++] = field;
    for (const auto& field : start_fields) fields[n++] = field;
    promise::Fact seen = ground_;
    seen.fields = fields;
    return ask_.value_over(formula, seen);
}

}  // namespace yinuo::remedy
