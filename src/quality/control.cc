#include "quality/control.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/check.h"

namespace yinuo::quality {
namespace {

constexpr double kRangeToSigma = 1.128;  // d2 of ranges of two
constexpr double kRangeHigh = 3.267;     // D4 of ranges of two
constexpr double kOneSided = 1.645;
constexpr double kSigmaZVariance = 0.826;

int sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

double mean_range(std::span<const double> values) {
    if (values.size() < 2) return 0;
    double sum = 0;
    for (std::size_t i = 1; i < values.size(); ++i) sum += std::abs(values[i] - values[i - 1]);
    return sum / static_cast<double>(values.size() - 1);
}

// Does the rule hold of the window that ends at `last`? 0: no; otherwise the side, or 2 of neither.
constexpr int kNeither = 2;
using Holds = std::function<int(std::size_t last)>;

void collect(Rule rule, std::size_t window, std::size_t size, const Holds& holds,
             std::vector<Signal>& out) {
    for (std::size_t last = window - 1; last < size; ++last) {
        const int said = holds(last);
        if (said == 0) continue;
        const int side = said == kNeither ? 0 : said;
        const auto first = last + 1 - window;
        auto* before = out.empty() ? nullptr : &out.back();
        if (before != nullptr && before->rule == rule && before->side == side &&
            first <= before->last && window > 1)
            before->last = last;
        else
            out.push_back({.rule = rule, .first = first, .last = last, .side = side});
    }
}

// At least `least` of the last `window` lie beyond `limit` sigma on one side, the last one with them.
Holds most_beyond(std::span<const double> sigmas, std::size_t window, int least, double limit) {
    return [=](std::size_t last) {
        for (const int side : {1, -1}) {
            if (side * sigmas[last] <= limit) continue;
            int count = 0;
            for (std::size_t i = last + 1 - window; i <= last; ++i)
                if (side * sigmas[i] > limit) ++count;
            if (count >= least) return side;
        }
        return 0;
    };
}

bool all(std::size_t first, std::size_t last, const std::function<bool(std::size_t)>& holds) {
    for (std::size_t i = first; i <= last; ++i)
        if (!holds(i)) return false;
    return true;
}

}  // namespace

std::string_view name_of(Rule rule) {
    switch (rule) {
        case Rule::Beyond: return "beyond";
        case Rule::Shift: return "shift";
        case Rule::Trend: return "trend";
        case Rule::Alternating: return "alternating";
        case Rule::TwoOfThree: return "two-of-three";
        case Rule::FourOfFive: return "four-of-five";
        case Rule::Hugging: return "hugging";
        case Rule::Avoiding: return "avoiding";
    }
    return {};
}

Text describe(Rule rule) {
    switch (rule) {
        case Rule::Beyond: return {"1 点超出 3σ 控制限", "One point beyond the 3σ limits"};
        case Rule::Shift:
            return {"连续 9 点在中心线同一侧", "Nine points in a row on one side of the centre"};
        case Rule::Trend:
            return {"连续 6 点一直上升或一直下降", "Six points in a row rising or falling"};
        case Rule::Alternating:
            return {"连续 14 点一上一下交替", "Fourteen points in a row up and down by turns"};
        case Rule::TwoOfThree:
            return {"连续 3 点中有 2 点在同侧 2σ 以外",
                    "Two of three points beyond 2σ on one side"};
        case Rule::FourOfFive:
            return {"连续 5 点中有 4 点在同侧 1σ 以外",
                    "Four of five points beyond 1σ on one side"};
        case Rule::Hugging: return {"连续 15 点都在 1σ 以内", "Fifteen points in a row within 1σ"};
        case Rule::Avoiding:
            return {"连续 8 点都在 1σ 以外", "Eight points in a row beyond 1σ, on either side"};
    }
    return {};
}

Text hint(Rule rule) {
    switch (rule) {
        case Rule::Beyond:
            return {"这一点有特别的原因：看当天的违约和事件。",
                    "Something particular happened here: look at its breaches and incidents."};
        case Rule::Shift:
            return {"水平变了：找一找开始时换了什么（人手、流程、承诺版本）。",
                    "The level has moved: what changed when it began (staff, process, version)?"};
        case Rule::Trend:
            return {"在缓慢变化：趁还没有越过控制限，先找原因。",
                    "It is drifting: find out why before it crosses a limit."};
        case Rule::Alternating:
            return {"两种情形在轮换（班次、系统、供应商）：分开画。",
                    "Two things take turns (shifts, systems, suppliers): chart them apart."};
        case Rule::TwoOfThree:
        case Rule::FourOfFive:
            return {"多半正在偏离：提前查看最近的变化。",
                    "It is probably on the move: look at what changed lately."};
        case Rule::Hugging:
            return {"比预期更平：可能把不同来源混在一起，或控制限过宽。",
                    "Calmer than it should be: mixed sources, or limits that are too wide."};
        case Rule::Avoiding:
            return {"两头多中间少：多半混了两类业务，分开画。",
                    "Few near the centre: probably two kinds of work; chart them apart."};
    }
    return {};
}

std::vector<Signal> signals(std::span<const double> values, std::span<const double> sigmas) {
    check(values.size() == sigmas.size());
    const auto size = values.size();
    std::vector<Signal> out;
    collect(Rule::Beyond, 1, size, most_beyond(sigmas, 1, 1, 3), out);
    collect(
        Rule::Shift, 9, size,
        [&](std::size_t last) {
            const int side = sign(sigmas[last]);
            return side != 0 && all(last - 8, last, [&](auto i) { return sign(sigmas[i]) == side; })
                       ? side
                       : 0;
        },
        out);
    const auto step = [&](std::size_t i) { return sign(values[i] - values[i - 1]); };
    collect(
        Rule::Trend, 6, size,
        [&](std::size_t last) {
            const int side = step(last);
            return side != 0 && all(last - 4, last, [&](auto i) { return step(i) == side; }) ? side
                                                                                             : 0;
        },
        out);
    collect(
        Rule::Alternating, 14, size,
        [&](std::size_t last) {
            return step(last) != 0 &&
                           all(last - 11, last, [&](auto i) { return step(i) == -step(i - 1); })
                       ? kNeither
                       : 0;
        },
        out);
    collect(Rule::TwoOfThree, 3, size, most_beyond(sigmas, 3, 2, 2), out);
    collect(Rule::FourOfFive, 5, size, most_beyond(sigmas, 5, 4, 1), out);
    const bool varies = std::ranges::any_of(sigmas, [](double one) { return one != 0; });
    collect(
        Rule::Hugging, 15, size,
        [&](std::size_t last) {
            return varies && all(last - 14, last, [&](auto i) { return std::abs(sigmas[i]) < 1; })
                       ? kNeither
                       : 0;
        },
        out);
    collect(
        Rule::Avoiding, 8, size,
        [&](std::size_t last) {
            return all(last - 7, last, [&](auto i) { return std::abs(sigmas[i]) > 1; }) ? kNeither
                                                                                        : 0;
        },
        out);
    return out;
}

Chart share_chart(std::span<const Counted> counted) {
    Chart chart;
    Counted sum;
    for (const auto& one : counted) {
        check(one.of > 0 && one.count >= 0 && one.count <= one.of);
        sum.count += one.count;
        sum.of += one.of;
    }
    if (sum.of == 0) return chart;
    const double p = static_cast<double>(sum.count) / static_cast<double>(sum.of);
    chart.centre = p;
    std::vector<double> values, sigmas, spread;
    for (const auto& one : counted) {
        const auto n = static_cast<double>(one.of);
        spread.push_back(std::sqrt(p * (1 - p) / n));
        values.push_back(static_cast<double>(one.count) / n);
        sigmas.push_back(spread.back() > 0 ? (values.back() - p) / spread.back() : 0);
    }
    if (counted.size() > 1) {
        chart.overdispersion = mean_range(sigmas) / kRangeToSigma;
        const auto steps = static_cast<double>(counted.size() - 1);
        chart.is_laney = chart.overdispersion > 1 + kOneSided * std::sqrt(kSigmaZVariance / steps);
    }
    const double wider = chart.is_laney ? chart.overdispersion : 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sigmas[i] /= wider;
        const double reach = 3 * spread[i] * wider;
        chart.points.push_back({.value = values[i],
                                .low = std::max(0.0, p - reach),
                                .high = std::min(1.0, p + reach),
                                .sigmas = sigmas[i]});
    }
    chart.signals = signals(values, sigmas);
    return chart;
}

Chart value_chart(std::span<const double> values, double least) {
    Chart chart;
    if (values.empty()) return chart;
    for (const double value : values) chart.centre += value / static_cast<double>(values.size());
    chart.range_mean = mean_range(values);
    chart.range_high = kRangeHigh * chart.range_mean;
    chart.sigma = chart.range_mean / kRangeToSigma;
    std::vector<double> sigmas;
    for (const double value : values) {
        sigmas.push_back(chart.sigma > 0 ? (value - chart.centre) / chart.sigma : 0);
        chart.points.push_back({.value = value,
                                .low = std::max(least, chart.centre - 3 * chart.sigma),
                                .high = chart.centre + 3 * chart.sigma,
                                .sigmas = sigmas.back()});
    }
    chart.signals = signals(values, sigmas);
    return chart;
}

}  // namespace yinuo::quality
