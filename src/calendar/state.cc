#include "calendar/state.h"

#include "base/check.h"

namespace yinuo::calendar {

Schedule::State::State(Definition given)
    : definition(std::move(given)), rules(definition), version(version_of(definition)) {}

Schedule::State::~State() {
    for (auto& slot : eras_) delete slot.load(std::memory_order_relaxed);
}

const Era& Schedule::State::build_era(std::int64_t number) const {
    check(number >= kFirstEra && number <= kLastEra);
    auto& slot = eras_[static_cast<std::size_t>(number - kFirstEra)];
    const std::lock_guard lock(building_);
    if (const Era* built = slot.load(std::memory_order_acquire)) return *built;
    const std::int64_t begin = number * (std::int64_t{1} << Era::kBits);
    auto era = std::make_unique<const Era>(
        number, open_in({{begin}, {begin + (std::int64_t{1} << Era::kBits)}}));
    slot.store(era.get(), std::memory_order_release);
    return *era.release();
}

std::vector<Period> Schedule::State::open_in(Period window) const {
    if (definition.combine == Combine::None) return open_periods(definition, rules, window);
    // Parts have the same eras, so theirs are the whole of what is needed here.
    std::vector<Period> open;
    bool first = true;
    for (const auto& part : definition.parts) {
        const Era& era = part.state_->era(window.begin);
        std::vector<Period> theirs;
        theirs.reserve(era.count());
        for (std::size_t row = 1; row <= era.count(); ++row) theirs.push_back(era.stretch(row));
        if (first) {
            open = std::move(theirs);
        } else if (definition.combine == Combine::Union) {
            open.insert(open.end(), theirs.begin(), theirs.end());
            open = merged(std::move(open));
        } else {
            open = intersection(open, theirs);
        }
        first = false;
    }
    std::vector<Period> closures;
    for (const auto& closure : definition.closures) closures.push_back(closure.period);
    return without(open, merged(std::move(closures)));
}

std::optional<Period> Schedule::State::stretch_after(Instant at) const {
    if (at > kLast) return std::nullopt;
    const Instant from = std::max(at, kFirst);
    for (auto number = Era::number_of(from); number <= kLastEra; ++number) {
        const Era& here = era(number);
        if (here.begin() - from > kNever) return std::nullopt;
        std::size_t row = 1;
        if (from >= here.begin()) {
            row = std::max<std::size_t>(1, here.row_at(from));
            if (row <= here.count() && here.stretch(row).end <= from) ++row;
        }
        if (row > here.count()) continue;
        Period found = here.stretch(row);
        if (found.begin - from > kNever) return std::nullopt;
        if (found.begin == here.begin() && number > kFirstEra) {
            const Era& earlier = era(number - 1);
            if (earlier.count() > 0 && earlier.stretch(earlier.count()).end == found.begin)
                found.begin = earlier.stretch(earlier.count()).begin;
        }
        if (found.end == here.end() && number < kLastEra) {
            const Era& later = era(number + 1);
            if (later.count() > 0 && later.stretch(1).begin == found.end)
                found.end = later.stretch(1).end;
        }
        return found;
    }
    return std::nullopt;
}

std::optional<Period> Schedule::State::stretch_before(Instant at) const {
    if (at <= kFirst) return std::nullopt;
    const Instant from{std::min(at, kLast).millis - 1};  // the last instant that may be inside
    for (auto number = Era::number_of(from); number >= kFirstEra; --number) {
        const Era& here = era(number);
        if (from - here.end() > kNever) return std::nullopt;
        const std::size_t row = from < here.end() ? here.row_at(from) : here.count();
        if (row == 0) continue;
        const Period found = here.stretch(row);
        if (from - found.end > kNever) return std::nullopt;
        return stretch_after(found.begin);
    }
    return std::nullopt;
}

Error no_working_time(const Definition& definition) {
    const std::string name = definition.name.empty() ? "" : "「" + definition.name + "」";
    const std::string name_en = definition.name.empty() ? "" : " " + definition.name;
    return {.code = "no-working-time",
            .what = {"工作日历" + name + "在约九年内没有足够的工作时间",
                     "the schedule" + name_en + " has no working time within about nine years"},
            .mend = {"请检查营业时间、节假日和临时停业的设置",
                     "check its opening hours, holidays and closures"}};
}

Error out_of_range() {
    return {
        .code = "out-of-range",
        .what = {"时间超出公元 1 年至 9999 年", "the instant lies outside the years 1 to 9999"}};
}

}  // namespace yinuo::calendar
