// How long a limit one obligation would have needed: the bridge from one fold to every limit.
//
// Asking what would have been at 8, 16, 24 hours doesn't take three folds. Fold once with the limit
// lifted, so that pauses and cancellations come as they came; each obligation then says the
// smallest limit under which it would have been kept, and counting does the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "promise/fold.h"
#include "promise/promise.h"

namespace yinuo::twin {

// What of a clause is varied: the limit of `within` (all its rows at once), the tolerance of `by`,
// the late edge of `window`.
struct Dial {
    enum class What : std::uint8_t { Limit, Tolerance };
    What what = What::Limit;
    promise::Limit pattern;               // the unit; its amount is what is varied
    std::optional<std::int64_t> present;  // what the promise says now, if it is one number
    bool needs_own_fold = false;          // cancellations and pauses look different under the limit
};
// nullopt with the reason: counting clauses, limits in several units, clauses whose due instant
// moves by consent or reopening.
struct NoDial {
    Text why;
};
std::optional<Dial> dial_of(const promise::Clause&, NoDial* why = nullptr);

// What became of an obligation when no limit ended it.
struct Sample {
    enum class End : std::uint8_t {
        Kept,       // settled by a keeping fact, which a limit of `needed` or more admits
        Cancelled,  // void, if it was not broken before: at limits of `needed` or more
        Open,       // still open at `now`; below `needed` it would be broken already
        Broken,     // by something that no limit mends
    };
    std::int64_t needed = 0;  // in the unit of the dial (milliseconds for clock and work time)
    End end = End::Kept;
    bool waived = false;
};

// Periods that did not count, in order and without overlaps.
using Pauses = std::span<const Period>;

// The sample of an obligation that was folded with the dial's limit lifted (or whose clause has
// nothing that a limit would change). nullopt: it never had a due instant.
std::optional<Sample> sample_of(const promise::Promise&, const Dial&, const promise::Obligation&,
                                Pauses, Instant now);

// Sets the dial while it lives, and puts back what was there. `amount`: nullopt lifts the limit.
class DialTurned {
public:
    DialTurned(promise::Clause& clause, const Dial& dial, std::optional<std::int64_t> amount);
    ~DialTurned();
    DialTurned(const DialTurned&) = delete;
    DialTurned& operator=(const DialTurned&) = delete;

private:
    promise::Clause& clause_;
    std::vector<promise::Limit> limits_;
    std::vector<std::optional<promise::Formula>> amounts_;
    Millis tolerance_{0};
};

// Listens to a fold and keeps when each obligation's clock stood still.
class PauseStory final : public promise::Story {
public:
    struct Stop {
        int clause;
        int occurrence;
        int reason;
        Period period;
        bool capped;
    };
    void tell(const promise::Obligation& of, const promise::Step& step) override;
    void clear() { stops_.clear(); }
    std::span<const Stop> stops() const { return stops_; }
    // Of one obligation, joined; `into` is emptied first. An open pause lasts until `until`.
    void pauses_of(const promise::Obligation&, Instant until, std::vector<Period>& into) const;

private:
    std::vector<Stop> stops_;  // open ones end at Instant::max()
};

}  // namespace yinuo::twin
