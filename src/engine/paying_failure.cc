#include "engine/paying_failure.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/damage.h"
#include "engine/entry.h"
#include "tlog/hash.h"

namespace yinuo::engine {
namespace {

using remedy::PayoutState;
using remedy::PayoutStep;

const promise::Remedy* remedy_of(const Version* version, std::string_view name) {
    if (version == nullptr) return nullptr;
    const auto& all = version->promise->remedies;
    const auto found = std::ranges::find(all, name, &promise::Remedy::name);
    return found == all.end() ? nullptr : &*found;
}

bool is_out(PayoutState state) {
    return state == PayoutState::Refused || state == PayoutState::Cancelled ||
           state == PayoutState::Expired;
}

// Somebody's word, or silence: nobody else gets in its place what it was about.
bool is_declined(const PayoutEntry& one) {
    const auto state = one.view.payout.state;
    return !one.view.payout.back &&
           (state == PayoutState::Refused || state == PayoutState::Expired ||
            (state == PayoutState::Cancelled && one.step == PayoutStep::Abandon));
}

Decimal amount_of(const remedy::Payout& payout) {
    return payout.money ? payout.money->amount() : payout.amount;
}

Decimal plus(const Decimal& a, const Decimal& b) { return a.add(b).value_or(a); }
Decimal minus(const Decimal& a, const Decimal& b) { return a.subtract(b).value_or(a); }
Decimal at_least_none(const Decimal& a) { return a.is_negative() ? Decimal(0) : a; }

// Does this remedy say that it isn't given on top of that one? Names of its own promise's remedies
// mean those; others mean another promise, or a remedy of one.
bool excludes(const promise::Promise& own, const promise::Remedy& remedy,
              const promise::Promise& other, std::string_view other_remedy) {
    return std::ranges::any_of(remedy.stacks_not_with, [&](const std::string& name) {
        if (own.id == other.id) return name == other_remedy;
        if (name == other.id) return true;
        return name == other_remedy &&
               std::ranges::find(own.remedies, name, &promise::Remedy::name) == own.remedies.end();
    });
}

}  // namespace

std::vector<Standing> standing_in(store::Reading& rows, const Shelf& shelf,
                                  store::StreamId stream) {
    std::vector<Standing> all;
    std::map<std::tuple<store::ObligationId, std::string, std::int32_t, std::string, Instant>,
             store::Position>
        backs;
    Arena memory;
    rows.entries_of(stream, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto turn = readable(read_turn(entry.body, memory));
        for (const auto& change : turn.remedies) {
            const Version* version = shelf.find(change.version);
            if (version == nullptr) continue;
            const auto& remedy =
                version->promise->remedies[static_cast<std::size_t>(change.remedy)];
            const auto currency = Currency::parse(change.currency);
            Standing one{
                .obligation = change.obligation,
                .remedy = remedy.name,
                .gift = change.gift,
                .payee = std::string(change.payee),
                .unit = remedy.gifts[static_cast<std::size_t>(change.gift)].unit,
                .amount = currency ? Money{.minor = change.minor, .currency = *currency}.amount()
                                   : change.amount,
                .at = change.at};
            auto& back_at = backs[{one.obligation, one.remedy, one.gift, one.payee, one.at}];
            if (!change.back) {
                one.back_at = back_at;
                all.push_back(std::move(one));
                continue;
            }
            back_at = entry.position;
            const auto given = std::ranges::find_if(all, [&](const Standing& other) {
                return other.obligation == one.obligation && other.remedy == one.remedy &&
                       other.gift == one.gift && other.payee == one.payee && other.at == one.at;
            });
            if (given == all.end()) continue;
            given->amount = minus(given->amount, one.amount);
            if (given->amount.is_zero() || given->amount.is_negative()) all.erase(given);
        }
        memory.reset();
        return true;
    });
    return all;
}

const promise::Remedy& Bundle::rule() const { return *remedy_of(version, remedy); }

bool Bundle::is_of(const PayoutView& view) const {
    return view.row.obligation == obligation && view.remedy == remedy && view.payee == payee &&
           view.unit == unit;
}

Failure Failure::of(store::Reading& rows, const Shelf& shelf, Standings& known,
                    const PayoutView& about) {
    Failure all;
    std::set<store::PayoutId> seen;
    std::map<store::ObligationId, const Version*> versions;
    const auto bundle_of = [&](const PayoutView& view) -> Bundle* {
        if (view.remedy_index < 0) return nullptr;  // an incident's gift comes on top of anything
        if (Bundle* bundle = all.of(view)) return bundle;
        const auto [version, fresh] = versions.try_emplace(view.row.obligation);
        if (fresh)
            if (const auto obligation = rows.obligation(view.row.obligation))
                version->second = shelf.find(obligation->version);
        if (remedy_of(version->second, view.remedy) == nullptr) return nullptr;
        return &all.bundles.emplace_back(Bundle{.obligation = view.row.obligation,
                                                .stream = view.row.stream,
                                                .version = version->second,
                                                .remedy = view.remedy,
                                                .payee = view.payee,
                                                .unit = view.unit,
                                                .key = view.row.key});
    };
    const auto take = [&](const store::PayoutRow& row) {
        if (!seen.insert(row.id).second) return;
        PayoutEntry one = readable(read_payout(row.body));
        one.view.row = row;
        if (Bundle* bundle = bundle_of(one.view)) bundle->payouts.push_back(std::move(one));
    };
    bundle_of(about);
    for (const auto& obligation : rows.obligations_of(about.row.stream))
        for (const auto& row : rows.payouts_of(obligation.id)) take(row);
    for (const auto& row : rows.payouts_of_key(about.row.tenant, about.row.key)) take(row);

    for (auto& bundle : all.bundles) {
        std::ranges::sort(bundle.payouts, {}, [](const auto& one) { return one.view.row.id; });
        const auto [place, fresh] = known.try_emplace(bundle.stream);
        if (fresh) place->second = standing_in(rows, shelf, bundle.stream);
        std::map<std::pair<std::int32_t, Instant>, store::Position> backs;
        for (const auto& one : place->second) {
            if (one.obligation != bundle.obligation || one.remedy != bundle.remedy ||
                one.payee != bundle.payee || one.unit != bundle.unit)
                continue;
            bundle.meant = plus(bundle.meant, one.amount);
            backs[{one.gift, one.at}] = one.back_at;
            if (one.at >= bundle.at) bundle.at = one.at, bundle.gift = one.gift;
        }
        for (const auto& one : bundle.payouts) {
            const auto& view = one.view;
            const auto amount = amount_of(view.payout);
            if (!view.payout.back) bundle.key = view.row.key;
            if (!is_out(view.payout.state)) {
                bundle.given =
                    view.payout.back ? minus(bundle.given, amount) : plus(bundle.given, amount);
                continue;
            }
            // What was declined before it was taken back and given anew is another matter.
            const auto stands = backs.find({view.gift_index, view.owed_at});
            if (is_declined(one) && stands != backs.end() && view.row.position > stands->second)
                bundle.declined = plus(bundle.declined, amount);
        }
    }
    if (Bundle* own = all.of(about)) own->key = about.row.key;
    return all;
}

Bundle* Failure::of(const PayoutView& view) {
    const auto found =
        std::ranges::find_if(bundles, [&](const Bundle& one) { return one.is_of(view); });
    return found == bundles.end() ? nullptr : &*found;
}

bool Failure::are_related(const Bundle& a, const Bundle& b) {
    if (a.payee != b.payee || (a.obligation == b.obligation && a.remedy == b.remedy)) return false;
    const bool keyed = !a.key.empty() && !b.key.empty();
    if (keyed ? a.key != b.key : a.stream != b.stream) return false;
    const auto& one = *a.version->promise;
    const auto& other = *b.version->promise;
    return (keyed && a.remedy == b.remedy && one.id == other.id) ||
           excludes(one, a.rule(), other, b.remedy) || excludes(other, b.rule(), one, a.remedy);
}

Decimal Failure::cover(const Bundle& own) const {
    Decimal sum = own.given;
    for (const auto& other : bundles)
        if (other.unit == own.unit && are_related(own, other)) sum = plus(sum, other.given);
    return sum;
}

Decimal Failure::lack(const Bundle& own) const {
    const Decimal wanted = minus(own.meant, own.declined);
    Decimal most = wanted;  // of the whole failure
    for (const auto& other : bundles) {
        if (!are_related(own, other)) continue;
        const bool is_law = own.rule().statutory && !other.rule().statutory;
        if (other.unit != own.unit) {
            const bool countable = !own.unit.empty() && !other.unit.empty();
            if (!is_law && countable && !other.given.is_zero()) return 0;
        } else if (is_law) {
            most = std::max(most, minus(other.meant, other.declined));
        }
    }
    return at_least_none(std::min(minus(wanted, own.given), minus(most, cover(own))));
}

Decimal Failure::excess(const Bundle& own) const {
    const auto over = [&](const Bundle& one) {
        return minus(cover(one), minus(one.meant, one.declined));
    };
    Decimal least = std::min(own.given, over(own));
    for (const auto& other : bundles)
        if (other.unit == own.unit && are_related(own, other)) least = std::min(least, over(other));
    return at_least_none(std::max(least, minus(own.given, own.meant)));
}

const Bundle* Failure::outdone_by(const Bundle& own) const {
    const Bundle* best = nullptr;
    for (const auto& other : bundles) {
        if (other.meant.is_zero() || other.payouts.empty() || own.payouts.empty() ||
            !are_related(own, other))
            continue;
        const bool law = own.rule().statutory, their_law = other.rule().statutory;
        if (law && !their_law) continue;
        const bool first = other.payouts.front().view.row.id < own.payouts.front().view.row.id;
        const bool larger = other.unit == own.unit && other.meant != own.meant
                                ? other.meant > own.meant
                                : first || their_law != law;
        if (larger && (best == nullptr || other.meant > best->meant)) best = &other;
    }
    return best;
}

std::vector<Outdone> outdone(store::Reading& rows, const Shelf& shelf,
                             store::ObligationId obligation) {
    std::vector<Outdone> all;
    Standings standings;
    for (const auto& row : rows.payouts_of(obligation)) {
        const auto view = readable(open_payout(row));
        if (view.payout.back || std::ranges::any_of(all, [&](const Outdone& one) {
                return one.remedy == view.remedy && one.payee == view.payee &&
                       one.unit == view.unit;
            }))
            continue;
        auto failure = Failure::of(rows, shelf, standings, view);
        const Bundle* own = failure.of(view);
        const Bundle* other = own == nullptr ? nullptr : failure.outdone_by(*own);
        if (other == nullptr) continue;
        const auto name = other->remedy + "@" + other->version->promise->id;
        all.push_back(
            {.remedy = view.remedy,
             .payee = view.payee,
             .unit = view.unit,
             .why = {"同一事由已由 " + name + " 赔", name + " is owed for the same cause"}});
    }
    return all;
}

bool may_be_shared(const Shelf& shelf, const Version& version, const promise::Remedy& remedy,
                   std::string_view stream) {
    if (!remedy.once_per.empty()) return true;
    const auto& own = *version.promise;
    const auto names_it = [&](const Version* other) {
        return std::ranges::any_of(other->promise->remedies, [&](const promise::Remedy& rival) {
            return excludes(own, remedy, *other->promise, rival.name) ||
                   excludes(*other->promise, rival, own, remedy.name);
        });
    };
    return std::ranges::any_of(shelf.about(version.tenant, stream), names_it) || names_it(&version);
}

std::string key_of_failure(std::string_view text) {
    return text.empty() ? std::string() : tlog::to_text(tlog::sha256(text));
}

}  // namespace yinuo::engine
