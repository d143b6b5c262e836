#include "server/records.h"

#include <algorithm>

#include "engine/resting.h"
#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

constexpr int kPage = 2'000;
constexpr std::string_view kTeam = "team/";

KnownVersion known(const engine::Version& version) {
    const auto& promise = *version.promise;
    KnownVersion made{.position = version.position,
                      .label = version.label,
                      .promise = promise.id,
                      .number = promise.version,
                      .title = promise.title,
                      .clauses = {}};
    for (const auto& clause : promise.clauses)
        made.clauses.push_back({.name = clause.name,
                                .title = clause.title,
                                .owner = clause.owner.empty() ? promise.owner : clause.owner,
                                .outer = clause.outer});
    for (const auto& clause : promise.clauses)
        if (clause.outer >= 0) made.clauses[static_cast<std::size_t>(clause.outer)].has_legs = true;
    return made;
}

}  // namespace

KnownVersions known_versions(const Records& records) {
    return records.shelves.use(records.tenant, [&](engine::Shelf& shelf) {
        KnownVersions all;
        for (const auto* version : shelf.of(records.tenant))
            all.emplace(version->position, known(*version));
        return all;
    });
}

bool is_partner(std::string_view owner) { return !owner.empty() && !owner.starts_with(kTeam); }

bool is_of(const Window& window, const KnownVersion& version) {
    return window.promise.empty() || window.promise == version.promise ||
           window.promise == version.label;
}

Instant counted_at(const store::ObligationRow& row) {
    if (row.due_at < Instant::max()) return row.due_at;
    return std::min(row.broken_at, row.settled_at);
}

Millis lateness(const store::ObligationRow& row, Instant now) {
    const auto until = std::min(row.settled_at, now);
    if (row.broken_at >= Instant::max() || row.due_at >= Instant::max() || until <= row.due_at)
        return {0};
    return row.label.empty() ? until - row.due_at : Millis{0};
}

bool each_due(const Records& records, const KnownVersions& versions, const Window& window,
              std::vector<std::uint8_t> states, int most, const TakeDue& take, Dues dues) {
    int looked_at = 0;
    const auto walk = [&](Instant due_from, Instant due_until) {
        store::ObligationQuery query{.tenant = records.tenant,
                                     .states = states,
                                     .due_from = due_from,
                                     .due_until = due_until,
                                     .limit = kPage};
        while (true) {
            const auto rows = records.reading.obligations(query);
            for (const auto& row : rows) {
                if (looked_at++ >= most) return false;
                const auto at = counted_at(row);
                const auto version = versions.find(row.version);
                if (at < window.from || at >= window.until || version == versions.end() ||
                    !is_of(window, version->second))
                    continue;
                const auto& clauses = version->second.clauses;
                const auto clause = static_cast<std::size_t>(row.clause);
                if (clause >= clauses.size() ||
                    (!window.clause.empty() && window.clause != clauses[clause].name))
                    continue;
                take(row, version->second);
            }
            if (std::ssize(rows) < kPage) return true;
            query.after_due_at = rows.back().due_at;
            query.after_id = rows.back().id;
        }
    };
    const auto last = std::min(window.until, Instant::max() - Millis{1});
    return (dues == Dues::Undated || walk(window.from, last)) &&
           walk(Instant::max(), Instant::max());  // those without a due instant
}

Gathered gather(const Records& records, const KnownVersions& versions, const Window& window,
                std::vector<std::uint8_t> states, int most) {
    Gathered made;
    made.is_cut = !each_due(
        records, versions, window, std::move(states), most,
        [&](const store::ObligationRow& row, const KnownVersion&) { made.rows.push_back(row); });
    return made;
}

const promise::Obligation* Folded::find(const store::ObligationRow& row) const {
    const auto found = std::ranges::find_if(obligations, [&](const promise::Obligation& one) {
        return one.clause == row.clause && one.occurrence == row.occurrence;
    });
    return found == obligations.end() ? nullptr : &*found;
}

bool fold_again(const Records& records, store::StreamId id, store::Position position,
                std::span<const std::string_view> also,
                const std::function<void(const Folded&)>& look) {
    const auto stream = records.reading.stream(id);
    if (!stream || !is_subject(stream->name)) return false;
    return records.shelves.use(records.tenant, [&](engine::Shelf& shelf) {
        const auto* version = shelf.find(position);
        if (version == nullptr) return false;
        for (const auto name : also) shelf.names().intern(name);
        const auto now = std::max(records.now, stream->turned_at);
        Arena memory;
        const auto rests =
            engine::subject_rests_on(records.reading, shelf, *stream, {.now = now}, memory);
        promise::Folding folding(shelf.names(), memory);
        std::vector<promise::Obligation> obligations;
        promise::fold_subject(*version->promise, rests.facts, now, folding, obligations);
        look({.version = *version,
              .obligations = obligations,
              .facts = rests.facts,
              .folding = folding,
              .now = now});
        return true;
    });
}

bool facts_again(
    const Records& records, const store::Stream& stream, std::span<const std::string_view> also,
    const std::function<void(std::span<const promise::Fact* const>, const Names&)>& look) {
    if (!is_subject(stream.name)) return false;
    return records.shelves.use(records.tenant, [&](engine::Shelf& shelf) {
        for (const auto name : also) shelf.names().intern(name);
        Arena memory;
        const auto rests =
            engine::subject_rests_on(records.reading, shelf, stream,
                                     {.now = std::max(records.now, stream.turned_at)}, memory);
        look(rests.facts, shelf.names());
        return true;
    });
}

feel::Value said_last(std::span<const promise::Fact* const> facts, Symbol field, Instant until) {
    feel::Value last;
    for (const auto* fact : facts) {
        if (fact->at > until) break;
        for (const auto& binding : fact->fields)
            if (binding.name == field) last = binding.value;
    }
    return last;
}

}  // namespace yinuo::server
