#include "promise/rows.h"

#include <algorithm>
#include <cstdio>

#include "promise/comparisons.h"

namespace yinuo::promise {
namespace {

// "time(16:00:00)" in milliseconds of the day.
std::optional<std::int64_t> millis_of_day(const std::string& value) {
    int hour = 0, minute = 0, second = 0;
    if (std::sscanf(value.c_str(), "time(%2d:%2d:%2d)", &hour, &minute, &second) < 2)
        return std::nullopt;
    return ((hour * 60ll + minute) * 60 + second) * 1000;
}

bool holds(std::int64_t left, const std::string& sign, std::int64_t right) {
    if (sign == "<") return left < right;
    if (sign == "<=") return left <= right;
    if (sign == ">") return left > right;
    if (sign == ">=") return left >= right;
    if (sign == "!=") return left != right;
    return left == right;
}

Applies one(const Comparison& comparison, std::int64_t clock) {
    if (comparison.name != "local time(at)" || comparison.values.size() != 1)
        return Applies::Perhaps;
    const auto bound = millis_of_day(comparison.values.front());
    if (!bound) return Applies::Perhaps;
    return holds(clock, comparison.sign, *bound) ? Applies::Yes : Applies::No;
}

}  // namespace

Applies applies_at(const OptionalCondition& condition, Instant start, const Zone& zone) {
    if (!condition) return Applies::Yes;
    const auto rows = alternatives(condition->formula.text());
    if (!rows) return Applies::Perhaps;
    const auto clock = zone.to_local(start).millis_of_day();
    auto any = Applies::No;
    for (const auto& row : *rows) {
        auto all = Applies::Yes;
        for (const auto& comparison : row) all = std::min(all, one(comparison, clock));
        any = std::max(any, all);
    }
    return any;
}

bool may_take(const Within& within, std::size_t row, Instant start, const Zone& zone) {
    for (std::size_t i = 0; i < row; ++i)
        if (applies_at(within.rows[i].when, start, zone) == Applies::Yes) return false;
    return applies_at(within.rows[row].when, start, zone) != Applies::No;
}

}  // namespace yinuo::promise
