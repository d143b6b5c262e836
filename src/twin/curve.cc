#include "twin/curve.h"

#include <algorithm>

namespace yinuo::twin {
namespace {

using End = Sample::End;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

std::int64_t within(std::span<const std::int64_t> sorted, std::int64_t limit) {
    return std::upper_bound(sorted.begin(), sorted.end(), limit) - sorted.begin();
}

bool counts_millis(const Dial& dial) {
    return dial.what == Dial::What::Tolerance || dial.pattern.unit == promise::Unit::Clock ||
           dial.pattern.unit == promise::Unit::Work;
}

// The limit rounded to what people would write.
std::int64_t rounded(const Dial& dial, std::int64_t limit) {
    if (!counts_millis(dial)) return limit;
    const std::int64_t size = limit < 0 ? -limit : limit;
    const std::int64_t grain = size >= 10 * kDay      ? kDay
                               : size >= 10 * kHour   ? kHour
                               : size >= kHour        ? kHour / 4
                               : size >= 10 * kMinute ? kMinute
                               : size >= kMinute      ? 10'000
                                                      : 1000;
    return (size + grain / 2) / grain * grain * (limit < 0 ? -1 : 1);
}

}  // namespace

Needs::Needs(std::span<const Sample> samples) {
    for (const Sample& sample : samples) {
        switch (sample.end) {
            case End::Kept: kept_.push_back(sample.needed); break;
            case End::Open: open_.push_back(sample.needed); break;
            case End::Cancelled: cancelled_.push_back(sample.needed); break;
            case End::Broken: ++(sample.waived ? always_waived_ : never_); break;
        }
        if (sample.waived && sample.end != End::Broken) waived_.push_back(sample.needed);
    }
    for (auto* values : {&kept_, &open_, &cancelled_, &waived_}) sort_values(*values);
}

CurvePoint Needs::at(std::int64_t limit) const {
    const auto size = [](const auto& values) { return static_cast<std::int64_t>(values.size()); };
    CurvePoint point;
    point.limit = limit;
    point.kept = within(kept_, limit);
    point.open = within(open_, limit);
    const std::int64_t voids = within(cancelled_, limit);
    const std::int64_t waived = size(waived_) - within(waived_, limit);
    const std::int64_t all = size(kept_) + size(open_) + size(cancelled_);
    point.broken = all - point.kept - point.open - voids - waived + never_;
    point.others = voids + waived + always_waived_;
    point.rate = share(point.kept, point.kept + point.broken);
    return point;
}

std::optional<std::int64_t> Needs::reach(int percent) const {
    const auto reaches = [&](std::int64_t limit) {
        const CurvePoint point = at(limit);
        return point.rate.of > 0 && point.kept * 100 >= percent * point.rate.of;
    };
    std::vector<std::int64_t> steps;
    steps.insert(steps.end(), kept_.begin(), kept_.end());
    steps.insert(steps.end(), open_.begin(), open_.end());
    steps.insert(steps.end(), cancelled_.begin(), cancelled_.end());
    sort_values(steps);
    const auto first = std::partition_point(steps.begin(), steps.end(),
                                            [&](auto limit) { return !reaches(limit); });
    if (first == steps.end()) return std::nullopt;
    return *first;
}

std::int64_t grain_of(const Dial& dial, std::int64_t range) {
    if (!counts_millis(dial)) return 1;
    return range > 24 * kHour    ? kHour
           : range > 2 * kHour   ? kMinute * 10
           : range > 2 * kMinute ? kMinute
                                 : 1000;
}

Curve curve_of(const Dial& dial, const Needs& needs) {
    Curve curve;
    curve.dial = dial;
    for (const int percent : {90, 95, 99}) curve.reaches.push_back({percent, needs.reach(percent)});
    const auto kept = needs.kept();
    if (kept.empty()) return curve;
    if (dial.present) curve.open_excluded = needs.at(*dial.present).open;

    std::vector<std::int64_t> limits;
    const bool scales = dial.present && *dial.present > 0 && dial.what == Dial::What::Limit;
    if (scales) {
        const std::int64_t now = *dial.present;
        for (const auto& [times, over] : {std::pair{1, 4},
                                          {1, 2},
                                          {3, 4},
                                          {1, 1},
                                          {5, 4},
                                          {3, 2},
                                          {2, 1},
                                          {3, 1},
                                          {4, 1},
                                          {6, 1}})
            limits.push_back(now / over * times + now % over * times / over);
    } else {
        for (const int percent : {10, 25, 50, 75, 90, 95, 99})
            limits.push_back(rounded(dial, percentile(kept, percent)));
        if (dial.present) limits.push_back(*dial.present);
    }
    for (const auto& reach : curve.reaches)
        if (reach.limit) limits.push_back(*reach.limit);
    std::ranges::sort(limits);
    limits.erase(std::ranges::unique(limits).begin(), limits.end());
    if (dial.what == Dial::What::Limit) std::erase_if(limits, [](auto limit) { return limit < 0; });
    for (const auto limit : limits) curve.points.push_back(needs.at(limit));

    // The line ends where hardly anything happens any more.
    std::int64_t from =
        dial.what == Dial::What::Limit ? 0 : std::min<std::int64_t>(0, percentile(kept, 10));
    std::int64_t to = percentile(kept, 97);
    if (dial.present)
        to = std::max(to, *dial.present * 3 / 2), from = std::min(from, *dial.present);
    if (to <= from) to = from + 1;
    constexpr int kSteps = 120;
    for (int i = 0; i <= kSteps; ++i) {
        const std::int64_t limit =
            from + (to - from) / kSteps * i + (to - from) % kSteps * i / kSteps;
        if (curve.line.empty() || curve.line.back().limit != limit)
            curve.line.push_back(needs.at(limit));
    }
    return curve;
}

}  // namespace yinuo::twin
