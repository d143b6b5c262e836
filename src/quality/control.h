// Control charts 控制图: does a figure move by chance, or has something happened?
//
// Pure arithmetic on points in the order of time. Two charts: of shares (p-chart; W. A. Shewhart,
// "Economic Control of Quality of Manufactured Product", 1931), and of single values with the
// moving range (XmR). Where shares scatter more than chance alone would let them, the limits are
// Laney's (D. B. Laney, "Improved Control Charts for Attributes", Quality Engineering 14, 2002):
// with thousands a day a plain p-chart would call every day a special one.
//
// The rules are the eight of L. S. Nelson, "The Shewhart Control Chart: Tests for Special Causes",
// Journal of Quality Technology 16 (1984); the 1st, 5th and 6th are those of Western Electric's
// "Statistical Quality Control Handbook" (1956) too.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace yinuo::quality {

// So many of so many. Where `of` is 0 there is nothing to say: leave such a one out.
struct Counted {
    std::int64_t count = 0;
    std::int64_t of = 0;
};

struct Point {
    double value = 0;
    double low = 0, high = 0;  // limits, three sigma from the centre; a share's within 0..1
    double sigmas = 0;         // from the centre; 0 where nothing varies
};

enum class Rule : std::uint8_t {
    Beyond = 1,   // one beyond three sigma
    Shift,        // nine in a row on one side
    Trend,        // six in a row rising, or falling
    Alternating,  // fourteen in a row up and down by turns
    TwoOfThree,   // beyond two sigma on one side
    FourOfFive,   // beyond one sigma on one side
    Hugging,      // fifteen in a row within one sigma
    Avoiding,     // eight in a row beyond one sigma, on either side
};
constexpr int kRules = 8;
std::string_view name_of(Rule);  // "beyond", "shift"...
Text describe(Rule);             // what fired, in a sentence
Text hint(Rule);                 // where to look

// A rule fired on the points [first, last], both included. Windows that overlap are one signal.
struct Signal {
    Rule rule = Rule::Beyond;
    std::size_t first = 0, last = 0;
    int side = 0;  // 1: high or rising; -1: low or falling; 0: neither
};

struct Chart {
    double centre = 0;
    double sigma = 0;  // XmR: of single values; that of a share differs from point to point
    double overdispersion = 1;  // shares: Laney's sigma Z, how much wider than chance they scatter
    bool is_laney = false;      // shares: the limits are Laney's
    double range_mean = 0, range_high = 0;  // XmR: of the moving ranges
    std::vector<Point> points;
    std::vector<Signal> signals;  // by rule, then first
};

// Fewer points than these say little: limits still move with every new one.
constexpr std::size_t kPointsEnough = 20;

// Limits from the points themselves. Laney's are taken where sigma Z exceeds 1 by more than chance
// would let it: its standard error is sqrt(0.826 / (k - 1)) of k points (P. G. Hoel, Annals of
// Mathematical Statistics 17, 1946), one-sided at 5 %.
Chart share_chart(std::span<const Counted>);
// Limits: mean and 2.66 mean moving ranges to both sides; `least` is as low as they may go.
Chart value_chart(std::span<const double>, double least);

// The eight rules on their own. `sigmas[i]` and `values[i]` belong together.
std::vector<Signal> signals(std::span<const double> values, std::span<const double> sigmas);

}  // namespace yinuo::quality
