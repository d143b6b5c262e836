// What reports read: obligations that came due in a window, the promises they are of, and, where the
// row alone doesn't tell, the subject's facts folded again.
//
// Reads committed rows only; for worker threads. The shelf is held for one subject at a time, so a
// long report never keeps others waiting.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "promise/fold.h"
#include "server/shelf_desk.h"
#include "store/store.h"

namespace yinuo::server {

struct Records {
    store::Reading& reading;
    ShelfDesk& shelves;
    store::TenantId tenant = 0;
    Instant now;  // the engine's
};

struct KnownClause {
    std::string name;
    Text title;
    std::string owner;  // the clause's, otherwise the promise's
    int outer = -1;     // a leg of this clause
    bool has_legs = false;
};
struct KnownVersion {
    store::Position position = 0;
    std::string label;    // "same-day-install@3"
    std::string promise;  // "same-day-install"
    int number = 1;
    Text title;
    std::vector<KnownClause> clauses;
};
using KnownVersions = std::map<store::Position, KnownVersion>;
KnownVersions known_versions(const Records&);

// "team/field" is ours; whoever else owns a leg is a partner.
bool is_partner(std::string_view owner);

struct Window {
    Instant from, until;       // half-open
    std::string promise = {};  // a name, or one version "name@3"; empty: all
    std::string clause = {};   // empty: all
};
bool is_of(const Window&, const KnownVersion&);

// When it was to be kept: the due instant; where there is none, when it broke or was settled.
Instant counted_at(const store::ObligationRow&);

// Time past the due instant, until settled or `now`; zero for what isn't broken, and for rates.
Millis lateness(const store::ObligationRow&, Instant now);

// Those that were to be kept in the window, in the order of their instants, then id; what had none
// last. Looks at `most` rows at most.
struct Gathered {
    std::vector<store::ObligationRow> rows;
    bool is_cut = false;  // there was more
};
inline constexpr int kRowsMost = 200'000;
// The same, one by one; false: there was more.
using TakeDue = std::function<void(const store::ObligationRow&, const KnownVersion&)>;
enum class Dues : std::uint8_t { All, Undated };  // Undated: only those without a due instant
bool each_due(const Records&, const KnownVersions&, const Window&, std::vector<std::uint8_t> states,
              int most, const TakeDue&, Dues = Dues::All);
Gathered gather(const Records&, const KnownVersions&, const Window&,
                std::vector<std::uint8_t> states = {}, int most = kRowsMost);

// One subject, folded by one version as of now.
struct Folded {
    const engine::Version& version;
    std::span<const promise::Obligation> obligations;
    std::span<const promise::Fact* const> facts;  // in true order, with what the promise reads
    promise::Folding& folding;
    Instant now;

    // nullptr: the fold doesn't have it any more.
    const promise::Obligation* find(const store::ObligationRow&) const;
};
// Calls `look`, under the shelf's lock; nothing of it outlives the call. `also`: fields to be read
// beside those that promises read. False, and not called: the version isn't known, or the stream is
// no subject (counts by key and rates have no facts of their own).
bool fold_again(const Records&, store::StreamId, store::Position version,
                std::span<const std::string_view> also, const std::function<void(const Folded&)>&);

// The facts alone, of any stream of a subject, likewise.
bool facts_again(const Records&, const store::Stream&, std::span<const std::string_view> also,
                 const std::function<void(std::span<const promise::Fact* const>, const Names&)>&);

// The last thing that was said under that name by `until`; null: nothing was.
feel::Value said_last(std::span<const promise::Fact* const>, Symbol field, Instant until);

}  // namespace yinuo::server
