// A company's year in seconds: the engine on a clock moved by hand, a store in memory that fails, a
// network that delays, repeats, reorders and loses answers, and crashes at any step. Everything is
// drawn from one seed, so a run can be played again exactly.
//
// What must hold, along the way where it can be asked cheaply, and at the end of every run:
//  1. Every acknowledged fact is in the log exactly once, at the position that was acknowledged and
//     with its own content; nothing is in the log that nobody sent.
//  2. Positions have no holes, and instants of the log never go back.
//  3. Obligations equal those of promise::fold_all over the tidy list of the accepted facts, for
//     each version; what else has a row is void or a rate's period in which nothing came.
//  4. Of the verdicts in the log those that stand are the ones that deciding anew would tell: none
//     is missing, none is there twice.
//  5. What was given and not taken back is what remedy::owed says.
//  6. Whatever is at risk, or broken and not settled, has an alert that somebody still must see or
//     has seen.
//  7. The leaves of the log's entries follow one another, are as many as the checkpoint's size, and
//     each is the commitment to its content; every tile leads to the signed root (fsck.h).
//  8. Rows equal what rebuild() makes of the log (rebuild.h says what may differ).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace yinuo::engine {

struct SimulationOptions {
    std::uint64_t seed = 1;
    std::int64_t steps = 2'000;
};

struct SimulationReport {
    std::string failure;   // what didn't hold, and at which step; empty: all did
    std::string log_hash;  // SHA-256 over every byte of the log, hex
    std::int64_t facts = 0;
    std::int64_t entries = 0;
    std::int64_t obligations = 0;
    std::int64_t broken = 0;
    std::int64_t reversals = 0;
    std::int64_t remedies = 0;
    std::int64_t crashes = 0;  // of the program, and commits that failed
    std::int64_t retries = 0;  // messages that were sent again
    std::int64_t duplicates = 0;
    std::int64_t versions = 0;
    std::int64_t erased = 0;
    std::int64_t rebuilds = 0;
};

SimulationReport simulate(const SimulationOptions&);

}  // namespace yinuo::engine
