// What a back-test has to say: plain data, ready to be written as text, JSON or a page.
//
// Sums close: `obligations` is the sum of its clauses' counts, and each count the sum of its ten
// states. Money is whole minor units; times are milliseconds unless a unit stands beside them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "promise/obligation.h"
#include "twin/needed.h"
#include "twin/statistics.h"

namespace yinuo::twin {

struct Counts {
    std::array<std::int64_t, promise::kStates> of_state{};

    void add(promise::State state) { ++of_state[static_cast<std::size_t>(state)]; }
    void add(const Counts& other) {
        for (std::size_t i = 0; i < of_state.size(); ++i) of_state[i] += other.of_state[i];
    }
    std::int64_t of(promise::State state) const {
        return of_state[static_cast<std::size_t>(state)];
    }
    std::int64_t kept() const { return of(promise::State::Kept); }
    std::int64_t broken() const { return of(promise::State::Broken); }
    std::int64_t open() const;  // pending, running, paused, at risk
    std::int64_t total() const;
    Share kept_share() const { return share(kept(), kept() + broken()); }
    bool operator==(const Counts&) const = default;
};

// Money by currency, in minor units.
using Payout = std::map<std::string, std::int64_t>;

// One row of what is given, over the whole history.
struct GiftTotal {
    std::string promise;
    std::string remedy;
    Text title;
    int row = 0;  // of the remedy's gifts
    std::string kind;
    std::string unit;  // currency, MB...; empty: counted only
    bool is_money = false;
    std::int64_t count = 0;      // lines owed
    Decimal amount;              // exact sum of what isn't money
    std::int64_t minor = 0;      // sum of the money, each line rounded
    std::int64_t withheld = 0;   // lines that wait for a decision about an excuse
    std::int64_t set_aside = 0;  // lines in whose place another is owed
};

struct CurvePoint {
    std::int64_t limit = 0;  // in the dial's unit
    std::int64_t kept = 0;
    std::int64_t broken = 0;
    std::int64_t open = 0;
    std::int64_t others = 0;  // void, waived: neither kept nor broken
    Share rate;
    std::optional<Payout> payout;  // of this clause's remedies; absent where there are none
};
struct Reach {
    int percent = 0;
    std::optional<std::int64_t> limit;  // the smallest that reaches it; absent: none does
};
struct Curve {
    Dial dial;
    std::vector<CurvePoint> points;  // few, round limits, for tables
    std::vector<CurvePoint> line;    // many, for drawing
    std::vector<Reach> reaches;      // 90, 95, 99 %
    std::int64_t open_excluded = 0;  // at the present limit
    // Payouts were folded again for every so-manieth subject and scaled up; 1: for all.
    std::int64_t sampled_every = 1;
};

struct PauseTotal {
    std::string reason;
    Text text;
    std::int64_t count = 0;
    Millis time{0};
    std::int64_t capped = 0;
    bool customers_duty = false;
};

struct ClauseReport {
    std::string promise;
    std::string name;
    Text title;
    Text says;                                // its limit, for people; may be empty
    std::vector<std::string> schedule_names;  // for the dial's unit
    Counts counts;
    Distribution late;  // past the promised instant, broken obligations
    std::optional<Distribution>
        used;  // from start to settling, in the dial's unit; past the instant for `by`
    std::optional<Curve> curve;
    Text no_curve;  // why there is none
    std::vector<PauseTotal> pauses;
    std::int64_t provisional = 0;
};

struct SliceValue {
    std::string value;
    Counts counts;
};
struct Slice {
    std::string by;
    std::vector<SliceValue> values;  // the most frequent first; the last may gather the rest
    std::int64_t gathered = 0;       // how many values the last one gathers
};

struct VersionUsed {
    std::string id;
    int version = 1;
    Text title;
    Instant from = Instant::min();
    Instant until = Instant::max();
    std::string zone;
    std::string zone_version;
    struct Calendar {
        std::string name;
        std::string version;
        std::optional<Date> announced_until;
    };
    std::vector<Calendar> calendars;
    std::int64_t obligations = 0;
};

// Two sets of promises on one history.
struct Comparison {
    Counts counts;
    Payout payout;
    std::vector<GiftTotal> gifts;
    struct Move {
        promise::State from;
        promise::State to;
        std::int64_t count;
    };
    std::vector<Move> moves;       // obligations of the same clause, subject and occurrence
    std::int64_t only_before = 0;  // owed under the first set alone
    std::int64_t only_after = 0;
    // A subject gains if it is owed more money, or, being owed the same, if more breaches of what it
    // was promised are recognised; the other way round it loses.
    std::int64_t gain = 0, lose = 0, same = 0;
    struct Example {
        std::string subject;
        std::string before;  // "install: kept"
        std::string after;
        Payout paid_before, paid_after;
    };
    std::vector<Example> examples;  // at most 20
};

struct Report {
    Instant now;
    const Zone* zone = nullptr;  // of the first promise, for showing instants
    std::uint64_t facts_read = 0;
    std::uint64_t rows_read = 0;
    std::uint64_t rows_rejected = 0;
    std::size_t subjects = 0;
    Instant first_at = Instant::max();
    Instant last_at = Instant::min();
    std::vector<VersionUsed> promises;
    Counts obligations;
    Payout payout;
    Payout withheld;
    std::map<std::string, Decimal> given;  // what isn't money, by unit
    std::vector<GiftTotal> gifts;
    std::vector<ClauseReport> clauses;
    std::vector<Slice> slices;
    std::optional<Comparison> comparison;
    std::int64_t exhausted = 0;  // conditions that ran out of steps
};

}  // namespace yinuo::twin
