// Figures over time, for people who manage: kept-rates, when promises break, how late, control
// charts, and what is done after a breach.
//
// All read committed rows of obligations that came due in a window; for worker threads. A leg is its
// owner's promise to us, so it counts only where the window names its clause. What can be counted
// by the index is; the rest is walked, so many rows and no more, and says when that was not all.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "quality/control.h"
#include "server/records.h"
#include "time/zone.h"
#include "twin/statistics.h"

namespace yinuo::server {

// Rows that one figure walks at most.
inline constexpr int kWalkMost = 1'000'000;

enum class Step : std::uint8_t { Hour, Day, Week };  // weeks begin on Monday
std::string_view name_of(Step);
// [from, until) cut where hours, days or weeks of the zone begin; the outer ones may be shorter.
std::vector<Period> pieces_of(const Window&, const Zone&, Step);

// What was owed in each piece and how much of it was kept, by index where nothing narrows it.
struct Tally {
    std::vector<quality::Counted> pieces;  // count: kept
    bool is_cut = false;
    quality::Counted total() const;
};
Tally tally(const Records&, const Window&, const std::vector<Period>&);

// What a promise says of its own rate: the bound of a clause that watches a share of the asked one.
// nullopt: it names none, or more than one.
struct Target {
    double share = 0;
    std::string clause;
    Text title;
};
std::optional<Target> target_of(const Records&, const Window&);

// By the hour of the week in which the due instants lie: [weekday, 0 = Monday][hour].
struct ByHour {
    std::array<std::array<quality::Counted, 24>, 7> cells{};  // count: broken
    bool is_cut = false;
};
ByHour broken_by_hour(const Records&, const Window&, const Zone&);

struct LatenessBin {
    Millis from, to;  // half-open; the last has no end: Millis::max
    std::int64_t count = 0;
};
struct LatenessFigures {
    std::vector<std::int64_t> late;  // milliseconds, sorted, of broken ones with a due instant
    std::int64_t still_late = 0;     // of those, not settled yet: late until now
    std::vector<LatenessBin> bins;
    std::vector<std::int64_t> used;  // of kept ones: hundredths of a per cent of the limit, sorted
    std::array<std::int64_t, 10> tenths{};  // of them: 0..10 % ... 90..100 %
    bool is_cut = false;
};
LatenessFigures lateness_figures(const Records&, const Window&);

// Of kept-rates (p-chart) or of the median time from start to end (XmR), piece by piece; pieces in
// which nothing came due are left out.
enum class Charted : std::uint8_t { Kept, Duration };
struct ControlFigures {
    std::vector<Period> pieces;  // as many as the chart has points
    std::vector<std::int64_t> n;
    quality::Chart chart;  // durations in milliseconds
    bool is_cut = false;
};
ControlFigures control_figures(const Records&, const Window&, const Zone&, Step, Charted);

// What became of each breach. `Recovering`: the house promise `recovery` holds for it.
enum class Stage : std::uint8_t {
    Broken,
    Verified,  // nobody needs to decide about it any more
    Recovering,
    Told,
    Contacted,
    Planned,
    MadeGood,  // said so, or all that was owed has arrived
    FollowedUp,
};
constexpr int kStages = 8;
std::string_view name_of(Stage);
Text describe(Stage);
inline constexpr int kFunnelMost = 20'000;  // breaches
struct Funnel {
    std::array<std::int64_t, kStages> reached{};
    bool is_cut = false;
};
Funnel recovery_funnel(const Records&, const Window&);

}  // namespace yinuo::server
