#include "twin/legs.h"

#include <algorithm>

namespace yinuo::twin {

Money charged_on(const promise::Promise& promise, std::span<const remedy::Line> lines,
                 std::size_t obligation) {
    Money whole{.minor = 0, .currency = *Currency::parse("CNY")};
    for (const auto& line : lines) {
        const auto& remedy = promise.remedies[static_cast<std::size_t>(line.remedy)];
        if (line.obligation != obligation || !remedy.charged_on || !line.money ||
            line.standing != remedy::Standing::Owed)
            continue;
        whole = {.minor = whole.minor + line.money->minor, .currency = line.money->currency};
    }
    return whole;
}

std::vector<LegPart> leg_parts(const promise::Promise& promise, const promise::Obligation& outer,
                               std::span<const promise::Obligation> same_subject,
                               const Money& charged, std::span<const promise::Fact* const> facts,
                               Instant now, promise::Folding& folding) {
    std::vector<LegPart> parts;
    for (std::size_t c = 0; c < promise.clauses.size(); ++c)
        if (promise.clauses[c].outer == outer.clause)
            parts.push_back({.clause = static_cast<int>(c),
                             .charged = {.minor = 0, .currency = charged.currency}});
    if (parts.empty()) return parts;
    const auto part_of = [&](int clause) {
        return std::ranges::find(parts, clause, &LegPart::clause);
    };
    for (const auto& time : remedy::leg_times(promise, outer, same_subject, facts, now, folding))
        if (const auto part = part_of(time.clause); part != parts.end())
            part->waiting = part->waiting + time.waiting;
    for (const auto& charge : remedy::charge_on(promise, outer, same_subject, charged, now)) {
        const auto part = part_of(charge.clause);
        if (part == parts.end()) continue;
        part->delay = charge.delay;
        part->charged.minor = charge.minor;
    }
    return parts;
}

}  // namespace yinuo::twin
