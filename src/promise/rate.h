// Rates: service levels over a period, a share of a population, a mean or a percentile.
//
// What a subject adds to a rate depends on that subject's facts alone, so a live system measures a
// subject when something about it is learned and adds up: nothing else is folded again. A back-test
// measures all of them and judges once; it is the same measuring and the same judging.
// Nothing is rounded: shares and means are compared by cross-multiplying.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promise/fold.h"

namespace yinuo::promise {

// What one fact adds to the rate of its group.
struct Measured {
    std::string_view group;  // of `per`, as text; empty without
    Instant at;              // puts it into a period
    // False: the fact is not in the population; it only says since when there is such a group.
    bool counted = true;
    bool good = false;  // of a share
    Decimal value = 0;  // of a mean or percentile; durations in seconds
};

// Appends what the facts add, in order of the facts. They are one subject's with its verdict facts
// (see fold_subject), in true order; facts of several subjects may lie among each other if the
// clause asks none for its past. Groups live in Folding::kept.
void measure_rate(const Promise&, int clause, std::span<const Fact* const> facts, Instant now,
                  Folding&, std::vector<Measured>& out);

// A period as a local calendar has it, half-open.
struct RatePeriod {
    Span span = Span::Month;
    std::string label;  // "2026-02", "week of 2026-02-09", "2026-Q1"
    Instant begin = Instant::min();
    Instant end = Instant::max();
};
// The periods into which an instant falls, one for each of the clause's `over`, in their order.
// `Whole` is the promise's time in force.
std::vector<RatePeriod> rate_periods_at(const Promise&, int clause, Instant);

// What judging needs to know of a period: sums, which may be added up subject by subject. Of a
// percentile `value` is not a sum but the nearest-rank value; see sum_of().
struct RateSum {
    std::int64_t counted = 0;
    std::int64_t good = 0;
    Decimal value = 0;
};
RateSum sum_of(const Rate&, std::span<const Measured>);
// Can the sums of two subjects be added up? Those of percentiles can't.
bool adds_up(const Rate&);

// The obligation of one period: running until its end, then decided by its sum. Its subject is the
// group and the label; occurrence is 1. Tells Folding's story.
Obligation judge_period(const Promise&, int clause, std::string_view group, const RatePeriod&,
                        const RateSum&, Instant now, Folding&);

// Appends the obligations of one group: one for each period from that of `first_at` to now's, but
// none from before or after the promise's time in force. `measured` is that group's, sorted by
// `at`; nothing after `now` among it. `Whole` is judged as it stands at `now`.
void judge_rate(const Promise&, int clause, std::string_view group, Instant first_at,
                std::span<const Measured> measured, Instant now, Folding&,
                std::vector<Obligation>& out);

// Measures and judges a rate clause from everybody's facts, in true order, verdict facts among them.
void fold_rate(const Promise&, int clause, std::span<const Fact* const> facts, Instant now,
               Folding&, std::vector<Obligation>& out);

}  // namespace yinuo::promise
