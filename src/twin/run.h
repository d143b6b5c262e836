// One set of promises on its way through a history. Inside the room.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "twin/backtest.h"
#include "twin/curve.h"
#include "twin/payout.h"

namespace yinuo::twin {

// What is gathered about one clause, over all versions of its promise that have it.
struct ClauseTally {
    Counts counts;
    std::vector<std::int64_t> late;
    std::vector<Sample> samples;
    std::vector<PauseTotal> pauses;
    std::int64_t provisional = 0;
};

// One version of a promise.
struct VersionRun {
    promise::Promise* promise = nullptr;
    std::unique_ptr<Ledger> ledger;
    std::vector<std::size_t> tally_of;       // of each clause
    std::vector<std::optional<Dial>> dials;  // of each clause
    bool pauses = false;                     // some clause can pause
    bool across = false;                     // some clause looks beyond one subject
    bool hands_verdicts_across = false;      // ... at verdicts
    bool lifted_folds = false;               // some clause needs a fold without its limit
    std::int64_t obligations = 0;
    std::vector<const promise::Fact*> verdicts;  // kept for clauses that look across
};

class Run {
public:
    // With `lists`, obligations() has what the last fold() gave.
    Run(std::vector<promise::Promise>& promises, const History&, const Question&, Names&,
        bool curves, bool lists);

    // Folds one subject's facts (in true order) under every version.
    void fold(std::span<const promise::Fact* const> facts);
    // Clauses that look across subjects; `all` are all facts in true order.
    void fold_across(const std::vector<const promise::Fact*>& all);
    bool looks_across() const;
    void finish();

    struct Owed {
        const VersionRun* version;
        promise::Obligation obligation;
    };
    std::span<const Owed> obligations() const { return obligations_; }
    std::vector<VersionRun>& versions() { return versions_; }
    const std::vector<VersionRun>& versions() const { return versions_; }

    void write(Report&);
    // Payouts along a clause's curve, by folding again with its limit set to each point.
    void add_payouts(Curve&, std::size_t tally);
    std::int64_t exhausted() const { return folding_.exhausted; }
    Counts counts() const;

private:
    Payout payout_of(VersionRun&, int clause, std::size_t every,
                     std::vector<const promise::Fact*>& facts);
    void tally(VersionRun&, const promise::Obligation&);
    void tally_slices(const VersionRun&, const promise::Obligation&);
    void tally_pauses(const VersionRun&);
    void sample(VersionRun&, std::span<const promise::Fact* const> facts);
    void write_clause(ClauseReport&, std::size_t tally);

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    using Cut = std::unordered_map<std::string, Counts, Hash, std::equal_to<>>;

    const History& history_;
    const Question& question_;
    Names& names_;
    Arena kept_;
    promise::Folding folding_;
    FactsOfHistory facts_of_;
    const bool lists_;
    bool forgets_ = false;  // nothing outlives its subject
    std::vector<VersionRun> versions_;
    std::vector<ClauseTally> tallies_;
    std::vector<std::pair<std::string, std::string>> tally_names_;  // promise, clause
    std::vector<Cut> cuts_;
    PauseStory story_;

    std::vector<Owed> obligations_;
    std::vector<promise::Obligation> out_;
    std::vector<const promise::Fact*> verdicts_, with_;
    std::vector<Period> periods_;
};

}  // namespace yinuo::twin
