// What the clock of an obligation shows: its warnings, and why and since when it stands still.
//
// Listened off the same fold that judges (fold.h), which gives the obligations with and without.
// Nothing here decides; it is for whoever draws a clock or says what is left.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "promise/fold.h"
#include "promise/limit.h"

namespace yinuo::promise {

struct ClockFace {
    bool has_clock = false;  // Within, By, Window, Every, with a due instant
    Limit limit = {};        // what it counts by; of By and Window: time by the clock
    // The last instant in time. While paused: as if the pause were over this instant.
    Instant due_at = Instant::max();
    std::vector<Instant> warnings = {};  // by Clause::warns, pauses so far counted in
    // While paused:
    Instant paused_since = Instant::max();
    int pause = -1;                         // index in Clause::pauses: the one that came first
    const Fact* paused_by = nullptr;        // what began it
    Instant paused_until = Instant::max();  // when its cap ends it, if no fact does
};

// fold_subject() and fold_key(), with a face for each obligation that they append, in their order.
void fold_subject_clocks(const Promise&, std::span<const Fact* const> facts, Instant now, Folding&,
                         std::vector<Obligation>& out, std::vector<ClockFace>& faces);
void fold_key_clocks(const Promise&, int clause, std::string_view key,
                     std::span<const Fact* const> facts, Instant now, Folding&,
                     std::vector<Obligation>& out, std::vector<ClockFace>& faces);

}  // namespace yinuo::promise
