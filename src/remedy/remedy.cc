#include "remedy/remedy.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "remedy/amounts.h"

namespace yinuo::remedy {
namespace {

using promise::Excuse;
using promise::Obligation;
using promise::Promise;
using promise::Remedy;

std::optional<Money> as_money(const Remedy& remedy, const promise::Gift& gift,
                              const Decimal& amount) {
    if (!gift.is_money) return std::nullopt;
    const auto currency = Currency::parse(gift.unit);
    return currency ? round_to_minor(amount, *currency, remedy.rounding) : std::nullopt;
}

// What rules that look across obligations compare: all lines of one remedy for one obligation and
// payee together.
struct Bundle {
    std::size_t first = 0, count = 0;  // lines
    std::size_t obligation = 0;
    int remedy = 0;
    std::string key;  // of `once per`; empty: none
    Decimal total;    // money in its unit, or other units; comparable within a unit
    bool set_aside = false;
};

void set_aside(std::vector<Line>& lines, Bundle& bundle, const Text& why) {
    bundle.set_aside = true;
    for (std::size_t i = bundle.first; i < bundle.first + bundle.count; ++i) {
        lines[i].standing = Standing::SetAside;
        lines[i].why = why;
    }
}

// Among equal keys only the largest single remedy is owed; of equal ones the earlier.
void keep_largest(const Promise& promise, std::vector<Line>& lines, std::vector<Bundle>& bundles) {
    std::map<std::pair<int, std::string>, Bundle*> best;
    for (Bundle& bundle : bundles) {
        if (bundle.key.empty()) continue;
        const auto [place, fresh] = best.try_emplace({bundle.remedy, bundle.key}, &bundle);
        if (fresh) continue;
        Bundle* loser = &bundle;
        const Bundle& other = *place->second;
        const bool earlier = lines[bundle.first].at < lines[other.first].at;
        if (bundle.total > other.total || (bundle.total == other.total && earlier))
            std::swap(loser, place->second);
        const std::string& name = promise.remedies[static_cast<std::size_t>(bundle.remedy)].name;
        set_aside(lines, *loser,
                  {.zh = "同一事由只赔一次，取最高一笔（" + name + "）",
                   .en = "paid once for the same cause, the largest single one (" + name + ")"});
    }
}

// What a bundle is counted in: MB, CNY...; empty for one apology.
std::string_view unit_of(const Promise& promise, const std::vector<Line>& lines, const Bundle& b) {
    const Line& line = lines[b.first];
    const Remedy& remedy = promise.remedies[static_cast<std::size_t>(line.remedy)];
    return remedy.gifts[static_cast<std::size_t>(line.gift)].unit;
}

Text not_on_top(const Remedy& other) {
    return {.zh = "不与「" + other.name + "」叠加", .en = "not on top of " + other.name};
}

// What the statute grants already is taken off ours; in another unit, all of ours.
void set_off(const Promise& promise, std::vector<Line>& lines, Bundle& ours, const Bundle& law,
             bool comparable) {
    const Remedy& statute = promise.remedies[static_cast<std::size_t>(law.remedy)];
    const Remedy& remedy = promise.remedies[static_cast<std::size_t>(ours.remedy)];
    if (!comparable || ours.total <= law.total) return set_aside(lines, ours, not_on_top(statute));
    Decimal left = law.total;
    for (std::size_t i = ours.first; i < ours.first + ours.count; ++i) {
        Line& line = lines[i];
        const Decimal off = std::min(line.amount, left);
        line.amount = line.amount.subtract(off).value_or(line.amount);
        left = left.subtract(off).value_or(Decimal(0));
        line.money =
            as_money(remedy, remedy.gifts[static_cast<std::size_t>(line.gift)], line.amount);
        if (!off.is_zero())
            line.why = {.zh = "已抵扣「" + statute.name + "」", .en = statute.name + " is set off"};
    }
    ours.total = ours.total.subtract(law.total).value_or(ours.total);
}

// The larger of two that don't stack is owed, of two in different units the one written first; from
// what that leaves, what a statute grants (owed in any case) is set off.
void unstack(const Promise& promise, std::vector<Line>& lines, std::vector<Bundle>& bundles,
             std::span<const Obligation> obligations, bool setting_off) {
    const auto names = [](const std::vector<std::string>& list, const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    const auto same_failure = [&](const Bundle& a, const Bundle& b) {
        if (!a.key.empty() && !b.key.empty()) return a.key == b.key;
        return obligations[a.obligation].subject == obligations[b.obligation].subject;
    };
    // Only what is about the same subject or has the same key can be the same failure.
    std::unordered_map<std::string_view, std::vector<Bundle*>> by_subject, by_key;
    for (Bundle& bundle : bundles) {
        by_subject[obligations[bundle.obligation].subject].push_back(&bundle);
        if (!bundle.key.empty()) by_key[bundle.key].push_back(&bundle);
    }
    for (Bundle& one : bundles) {
        const Remedy& remedy = promise.remedies[static_cast<std::size_t>(one.remedy)];
        if (one.set_aside || remedy.stacks_not_with.empty()) continue;
        auto rivals = by_subject[obligations[one.obligation].subject];
        if (!one.key.empty())
            for (Bundle* other : by_key[one.key])
                if (obligations[other->obligation].subject != obligations[one.obligation].subject)
                    rivals.push_back(other);
        for (Bundle* const rival_bundle : rivals) {
            Bundle& other = *rival_bundle;
            if (other.set_aside || &other == &one || one.set_aside) continue;
            const Remedy& rival = promise.remedies[static_cast<std::size_t>(other.remedy)];
            if (!names(remedy.stacks_not_with, rival.name)) continue;
            if (!same_failure(one, other) || (remedy.statutory != rival.statutory) != setting_off)
                continue;
            const bool comparable = unit_of(promise, lines, one) == unit_of(promise, lines, other);
            if (setting_off) {
                // Where both name each other, ours is set off when its own turn comes.
                if (remedy.statutory && names(rival.stacks_not_with, remedy.name)) continue;
                Bundle& law = rival.statutory ? other : one;
                Bundle& ours = rival.statutory ? one : other;
                set_off(promise, lines, ours, law, comparable);
                continue;
            }
            const bool second = comparable ? other.total > one.total : other.remedy < one.remedy;
            set_aside(lines, second ? one : other, not_on_top(second ? rival : remedy));
        }
    }
}

// All amounts as they would be at one instant, by remedy and payee; what doesn't apply isn't there.
struct Sum {
    std::size_t remedy = 0;
    std::string_view payee;
    std::vector<std::optional<Decimal>> gifts;
    bool operator==(const Sum&) const = default;
};

std::vector<Sum> sums_at(const Promise& promise, const Obligation& o, Instant at,
                         promise::Folding& folding, std::span<const promise::Fact* const> facts) {
    std::vector<Sum> sums;
    Amounts amounts(promise, o, at, folding, facts);
    for (std::size_t r = 0; r < promise.remedies.size(); ++r) {
        const Remedy& remedy = promise.remedies[r];
        if (!amounts.applies(remedy)) continue;
        for (const std::string_view payee : amounts.payees(remedy))
            sums.push_back({r, payee, amounts.gifts(remedy, payee, amounts.ends())});
    }
    return sums;
}

}  // namespace

std::string key_of(const Promise& promise, const Remedy& remedy, const Obligation& o,
                   std::string_view payee, promise::Folding& folding,
                   std::span<const promise::Fact* const> facts) {
    if (remedy.once_per.empty()) return {};
    promise::Asker ask(promise, folding, facts);
    ask.start_from(o.start);
    std::string key;
    for (const promise::Formula& formula : remedy.once_per) {
        if (o.start == nullptr) return {};
        // The start says what it is about; a deciding fact may say more.
        ask.look_at(*o.start);
        feel::Value value = ask.value(formula);
        if (value.is_null() && o.decided_by != nullptr) {
            ask.look_at(*o.decided_by);
            value = ask.value(formula);
        }
        if (value.is_null()) return {};  // no key, nothing to share
        key += feel::to_text(value);
        key += '\x1f';
    }
    key += payee;
    return key;
}

bool may_be_owed(const Promise& promise, const Obligation& o) {
    const bool broken = o.state == promise::State::Broken;
    if (!broken && o.state != promise::State::Kept && !promise::is_open(o.state)) return false;
    return std::any_of(promise.remedies.begin(), promise.remedies.end(), [&](const Remedy& r) {
        return (broken || r.also_if_kept) &&
               std::find(r.clauses.begin(), r.clauses.end(), o.clause) != r.clauses.end();
    });
}

std::vector<Line> owed(const Promise& promise, std::span<const Obligation> obligations, Instant now,
                       promise::Folding& folding, const FactsOf* facts_of) {
    std::vector<Line> lines;
    std::vector<Bundle> bundles;
    for (std::size_t i = 0; i < obligations.size(); ++i) {
        const Obligation& o = obligations[i];
        if (!may_be_owed(promise, o)) continue;
        for (std::size_t r = 0; r < promise.remedies.size(); ++r) {
            const Remedy& remedy = promise.remedies[r];
            if (o.state != promise::State::Broken && !remedy.also_if_kept) continue;
            if (std::find(remedy.clauses.begin(), remedy.clauses.end(), o.clause) ==
                remedy.clauses.end())
                continue;
            const auto facts = facts_of != nullptr ? facts_of->of(o.subject)
                                                   : std::span<const promise::Fact* const>();
            Amounts amounts(promise, o, now, folding, facts);
            if (!amounts.applies(remedy)) continue;
            for (const std::string_view payee : amounts.payees(remedy)) {
                Bundle bundle{.first = lines.size(),
                              .obligation = i,
                              .remedy = static_cast<int>(r),
                              .key = {},
                              .total = 0};
                const auto gifts = amounts.gifts(remedy, payee, amounts.ends());
                for (std::size_t g = 0; g < gifts.size(); ++g) {
                    if (!gifts[g]) continue;
                    Line line{.obligation = i,
                              .remedy = static_cast<int>(r),
                              .gift = static_cast<int>(g),
                              .payee = payee,
                              .amount = *gifts[g],
                              .money = {},
                              .at = amounts.begins(remedy)};
                    line.money = as_money(remedy, remedy.gifts[g], line.amount);
                    if (o.excuse == Excuse::Withheld) {
                        line.standing = Standing::Withheld;
                        line.why = {.zh = "免责原因核实中，暂缓赔付",
                                    .en = "withheld while a cause that may excuse it is looked at"};
                    }
                    if (remedy.gifts[g].amount)
                        bundle.total = bundle.total.add(line.amount).value_or(bundle.total);
                    lines.push_back(line);
                    ++bundle.count;
                }
                if (bundle.count == 0) continue;
                bundle.key = key_of(promise, remedy, o, payee, folding, facts);
                bundles.push_back(std::move(bundle));
            }
        }
    }
    const bool across = std::any_of(
        promise.remedies.begin(), promise.remedies.end(),
        [](const Remedy& r) { return !r.once_per.empty() || !r.stacks_not_with.empty(); });
    if (across) {
        keep_largest(promise, lines, bundles);
        unstack(promise, lines, bundles, obligations, false);
        unstack(promise, lines, bundles, obligations, true);
    }
    return lines;
}

std::vector<Line> installments(const Promise& promise, const Obligation& o, Instant now,
                               promise::Folding& folding,
                               std::span<const promise::Fact* const> facts) {
    std::vector<Line> lines;
    if (!may_be_owed(promise, o)) return lines;
    Amounts amounts(promise, o, now, folding, facts);
    for (std::size_t r = 0; r < promise.remedies.size(); ++r) {
        const Remedy& remedy = promise.remedies[r];
        if (!amounts.applies(remedy)) continue;
        const auto payees = amounts.payees(remedy);
        for (const std::string_view payee : payees) {
            using Sums = std::vector<std::optional<Decimal>>;
            const auto at = [&](Instant until) { return amounts.gifts(remedy, payee, until); };
            // What changes between two sums is told once, as the increase of each unit.
            const auto tell = [&](const Sums& before, const Sums& after, Instant when) {
                for (std::size_t g = 0; g < after.size(); ++g) {
                    if (!after[g]) continue;
                    Decimal had = before[g].value_or(Decimal(0));
                    if (!before[g] && remedy.gifts[g].is_total) {
                        for (std::size_t j = 0; j < before.size(); ++j)
                            if (before[j] && remedy.gifts[j].is_total &&
                                remedy.gifts[j].unit == remedy.gifts[g].unit)
                                had = *before[j];
                    }
                    const auto more = after[g]->subtract(had);
                    if (!more || more->is_zero() || more->is_negative()) continue;
                    if (before[g] && !remedy.gifts[g].amount) continue;
                    Line line{.remedy = static_cast<int>(r),
                              .gift = static_cast<int>(g),
                              .payee = payee,
                              .amount = *more,
                              .money = {},
                              .at = when};
                    line.money = as_money(remedy, remedy.gifts[g], *more);
                    if (o.excuse == Excuse::Withheld) line.standing = Standing::Withheld;
                    lines.push_back(line);
                }
            };
            const auto split = [&](const auto& self, Instant low, const Sums& at_low, Instant high,
                                   const Sums& at_high) -> void {
                if (at_low == at_high || lines.size() > 10'000) return;
                if (high.millis - low.millis <= 1) return tell(at_low, at_high, high);
                const Instant middle{low.millis + (high.millis - low.millis) / 2};
                const Sums at_middle = at(middle);
                self(self, low, at_low, middle, at_middle);
                self(self, middle, at_middle, high, at_high);
            };
            const Instant first = amounts.begins(remedy);
            const Instant last = std::max(first, amounts.ends());
            const Sums at_first = at(first);
            const Sums at_last = at(last);
            tell(Sums(at_first.size()), at_first, first);
            split(split, first, at_first, last, at_last);
        }
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.at < b.at; });
    return lines;
}

Instant next_increase(const Promise& promise, const Obligation& o, Instant now, Instant horizon,
                      promise::Folding& folding, std::span<const promise::Fact* const> facts) {
    if (!may_be_owed(promise, o) || o.settled_at <= now) return Instant::max();
    Instant low = now;
    Instant high = std::min(horizon, o.settled_at);
    if (high <= low) return Instant::max();
    const auto had = sums_at(promise, o, now, folding, facts);
    if (sums_at(promise, o, high, folding, facts) == had) return Instant::max();
    while (high.millis - low.millis > 1) {
        const Instant middle{low.millis + (high.millis - low.millis) / 2};
        (sums_at(promise, o, middle, folding, facts) == had ? low : high) = middle;
    }
    return high;
}

}  // namespace yinuo::remedy
