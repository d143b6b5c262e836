#include "calendar/schedule.h"

#include <algorithm>

#include "base/check.h"
#include "calendar/state.h"

namespace yinuo::calendar {
namespace {

bool in_range(Instant at) { return kFirst <= at && at <= kLast; }

// Does the definition, rules and all, open at any time at all?
bool may_open(const Definition& definition, const DayRules& rules) {
    if (definition.always_open) return true;
    const auto opens = [](const Plan& plan) {
        return std::any_of(plan.weeks.begin(), plan.weeks.end(), [](const Week& week) {
            return std::any_of(std::begin(week.days), std::end(week.days), has_time);
        });
    };
    if (opens(definition.plan)) return true;
    for (const auto& version : definition.versions)
        if (opens(version.plan)) return true;
    for (const auto& holiday : definition.holidays)
        if (has_time(holiday.hours)) return true;
    for (const auto& day : definition.days)
        if (has_time(*rules.plan(day.date).hours)) return true;
    return false;
}

}  // namespace

Result<Schedule> Schedule::build(Definition definition, Never never) {
    if (auto error = contradiction(definition)) return refuse(std::move(*error));
    auto state = std::make_shared<State>(std::move(definition));
    if (never == Never::Allow) return Schedule(std::move(state));

    const auto& made = state->definition;
    bool opens = false;
    if (made.combine == Combine::None && made.closures.empty()) {
        opens = may_open(made, state->rules);
    } else {
        // 1970 to 2074, in the order in which they will be needed.
        for (const std::int64_t number : {1, 0, 2}) opens = opens || state->era(number).total() > 0;
    }
    if (!opens) {
        const std::string name = made.name.empty() ? "" : "「" + made.name + "」";
        return refuse({.code = "never-opens",
                       .what = {"工作日历" + name + "从不开门，截止时间永远不会到来",
                                "the schedule " + (made.name.empty() ? "" : made.name + " ") +
                                    "never opens, so a deadline on it would never come"},
                       .mend = {"请写出每周的营业时间 weekly，或 always open",
                                "give it weekly hours, or make it open all the time"}});
    }
    return Schedule(std::move(state));
}

Schedule Schedule::always_open(Zone zone) {
    Definition definition;
    definition.zone = std::move(zone);
    definition.always_open = true;
    return Schedule(std::make_shared<State>(std::move(definition)));
}

Result<Instant> Schedule::add(Instant at, WorkTime work) const {
    if (work.millis < 0) return sub(at, {-work.millis});
    if (!in_range(at)) return refuse(out_of_range());
    const Era& era = state_->era(at);
    if (work.millis > 0 && era.gap_max() <= kNever.count) [[likely]] {
        const auto target = era.open_before(at) + work.millis;
        if (target <= era.total()) [[likely]]
            return era.after_open(target);
    }
    return add_by_steps(at, work.millis);
}

Result<Instant> Schedule::sub(Instant at, WorkTime work) const {
    if (work.millis < 0) return add(at, {-work.millis});
    if (!in_range(at)) return refuse(out_of_range());
    const Era& era = state_->era(at);
    if (work.millis > 0 && era.gap_max() <= kNever.count) [[likely]] {
        const auto target = era.open_before(at) - work.millis;
        if (target >= 0) [[likely]]
            return era.before_open(target);
    }
    return sub_by_steps(at, work.millis);
}

// Stretch by stretch, and era by era where one holds no long gap: for sums that cross eras, for
// zero, and for schedules with years of nothing in them.
Result<Instant> Schedule::add_by_steps(Instant at, std::int64_t rest) const {
    const auto& state = *state_;
    for (;;) {
        const auto stretch = state.stretch_after(at);
        if (!stretch) return refuse(no_working_time(state.definition));
        const Instant begin = std::max(at, stretch->begin);
        const auto room = (stretch->end - begin).count;
        if (rest <= room) return Instant{begin.millis + rest};
        const Era& era = state.era(begin);
        const auto left_in_era = era.total() - era.open_before(begin);
        if (era.gap_max() <= kNever.count && rest > left_in_era) {
            rest -= left_in_era;
            at = era.end();
        } else {
            rest -= room;
            at = stretch->end;
        }
        if (at > kLast) return refuse(out_of_range());
    }
}

Result<Instant> Schedule::sub_by_steps(Instant at, std::int64_t rest) const {
    const auto& state = *state_;
    for (;;) {
        const auto stretch = state.stretch_before(at);
        if (!stretch) return refuse(no_working_time(state.definition));
        const Instant end = std::min(at, stretch->end);
        const auto room = (end - stretch->begin).count;
        if (rest <= room) return Instant{end.millis - rest};
        const Era& era = state.era(Instant{end.millis - 1});
        const auto left_in_era = era.open_before(Instant{end.millis - 1}) + 1;
        if (era.gap_max() <= kNever.count && rest > left_in_era) {
            rest -= left_in_era;
            at = era.begin();
        } else {
            rest -= room;
            at = stretch->begin;
        }
        if (at <= kFirst) return refuse(out_of_range());
    }
}

WorkTime Schedule::between(Instant from, Instant to) const {
    if (to < from) return {-between(to, from).millis};
    from = std::clamp(from, kFirst, kLast);
    to = std::clamp(to, kFirst, kLast);
    const auto first = Era::number_of(from);
    const auto last = Era::number_of(to);
    std::int64_t sum = state_->era(last).open_before(to) - state_->era(first).open_before(from);
    for (auto number = first; number < last; ++number) sum += state_->era(number).total();
    return {sum};
}

// In blocks and in two passes: the look-ups of one pass don't wait for each other, so the processor
// has many of them under way at once.
void Schedule::add_all(std::span<const Instant> at, std::span<const WorkTime> work,
                       std::span<Instant> due) const {
    check(at.size() == work.size() && at.size() == due.size());
    if (at.empty()) return;
    const Era& era = state_->era(in_range(at[0]) ? at[0] : Instant{0});
    const auto first = era.begin().millis;
    // With a long gap inside, "none within nine years" must be looked at each time.
    const auto total = era.gap_max() <= kNever.count ? era.total() : 0;
    constexpr std::size_t kBlock = 256;
    constexpr std::int64_t kSlow = -1;
    std::int64_t target[kBlock];
    for (std::size_t begin = 0; begin < at.size(); begin += kBlock) {
        const auto count = std::min(kBlock, at.size() - begin);
        for (std::size_t i = 0; i < count; ++i) {
            const Instant start = at[begin + i];
            const auto more = work[begin + i].millis;
            const bool here = static_cast<std::uint64_t>(start.millis - first) >> Era::kBits == 0;
            target[i] = kSlow;
            if (here && more > 0 && more <= total) [[likely]]
                target[i] = era.open_before(start) + more;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (static_cast<std::uint64_t>(target[i]) <= static_cast<std::uint64_t>(total))
                [[likely]]
                due[begin + i] = era.after_open(target[i]);
            else
                due[begin + i] = add(at[begin + i], work[begin + i]).value_or(Instant::max());
        }
    }
}

void Schedule::between_all(std::span<const Instant> from, std::span<const Instant> to,
                           std::span<WorkTime> work) const {
    check(from.size() == to.size() && from.size() == work.size());
    if (from.empty()) return;
    const Era& era = state_->era(std::clamp(from[0], kFirst, kLast));
    const auto first = era.begin().millis;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto a = static_cast<std::uint64_t>(from[i].millis - first);
        const auto b = static_cast<std::uint64_t>(to[i].millis - first);
        if ((a | b) >> Era::kBits == 0) [[likely]]
            work[i] = {era.open_before(to[i]) - era.open_before(from[i])};
        else
            work[i] = between(from[i], to[i]);
    }
}

bool Schedule::is_open(Instant at) const { return in_range(at) && state_->era(at).is_open(at); }

std::optional<Instant> Schedule::next_open(Instant at) const {
    const auto stretch = state_->stretch_after(at);
    if (!stretch) return std::nullopt;
    return std::max(at, stretch->begin);
}

std::optional<Instant> Schedule::prev_open(Instant at) const {
    const auto stretch = state_->stretch_before(at);
    if (!stretch) return std::nullopt;
    return std::min(at, stretch->end);
}

std::optional<Instant> Schedule::next_close(Instant at) const {
    const auto stretch = state_->stretch_after(at);
    if (!stretch || stretch->end - at > kNever) return std::nullopt;
    return stretch->end;
}

std::optional<Instant> Schedule::next_opening(Instant at) const {
    auto stretch = state_->stretch_after(at);
    if (stretch && stretch->begin < at) stretch = state_->stretch_after(stretch->end);
    if (!stretch || stretch->begin < at || stretch->begin - at > kNever) return std::nullopt;
    return stretch->begin;
}

std::optional<Instant> Schedule::next_opening_after(Instant at) const {
    return next_opening(Instant{at.millis + 1});
}

std::optional<Instant> Schedule::prev_opening(Instant at) const {
    const auto stretch = state_->stretch_before(Instant{at.millis + 1});
    if (!stretch || at - stretch->begin > kNever) return std::nullopt;
    return stretch->begin;
}

std::vector<Period> Schedule::periods_after(Instant at, int n) const {
    std::vector<Period> out;
    while (static_cast<int>(out.size()) < n) {
        const auto stretch = state_->stretch_after(at);
        if (!stretch) break;
        out.push_back({std::max(at, stretch->begin), stretch->end});
        if (stretch->end - at > kNever) break;  // it never closes
        at = stretch->end;
    }
    return out;
}

std::vector<Period> Schedule::periods_before(Instant at, int n) const {
    std::vector<Period> out;
    while (static_cast<int>(out.size()) < n) {
        const auto stretch = state_->stretch_before(at);
        if (!stretch) break;
        out.push_back({stretch->begin, std::min(at, stretch->end)});
        if (at - stretch->begin > kNever) break;
        at = stretch->begin;
    }
    return out;
}

Instant Schedule::counts_from(Instant at) const {
    const auto& definition = state_->definition;
    if (!definition.cutoff || !in_range(at)) return at;
    const LocalTime wall = zone().to_local(at);
    if (!is_workday(wall.date()) || wall.millis_of_day() < std::int64_t{1000} * *definition.cutoff)
        return at;
    return next_open(zone().start_of_day(wall.date().plus_days(1))).value_or(at);
}

const Zone& Schedule::zone() const { return state_->definition.zone; }
std::string_view Schedule::name() const { return state_->definition.name; }
std::string_view Schedule::version() const { return state_->version; }
const Definition& Schedule::definition() const { return state_->definition; }

std::optional<Date> Schedule::announced_until() const { return state_->definition.announced_until; }

bool Schedule::is_provisional(Instant at) const {
    const auto until = announced_until();
    return until && zone().to_local(std::clamp(at, kFirst, kLast)).date() > *until;
}

}  // namespace yinuo::calendar
