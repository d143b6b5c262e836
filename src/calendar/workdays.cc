// Counting in working days: dates first, then the styles in which they are applied to an instant.
#include <algorithm>
#include <array>
#include <utility>

#include "calendar/state.h"

namespace yinuo::calendar {
namespace {

constexpr std::int32_t kFirstDay = static_cast<std::int32_t>(kFirst.millis / LocalTime::kDay);
constexpr std::int32_t kLastDay = static_cast<std::int32_t>(kLast.millis / LocalTime::kDay);
constexpr std::int32_t kNeverDays = static_cast<std::int32_t>(kNever.count / LocalTime::kDay);

constexpr std::array<std::pair<std::string_view, WorkdayStyle>, 10> kStyles = {{
    {"keep_time", WorkdayStyle::KeepTime},
    {"step_only_keep_time", WorkdayStyle::StepOnlyKeepTime},
    {"snap_open", WorkdayStyle::SnapOpen},
    {"snap_open_back", WorkdayStyle::SnapOpenBack},
    {"ruby_after", WorkdayStyle::RubyAfter},
    {"ruby_before", WorkdayStyle::RubyBefore},
    {"last_close", WorkdayStyle::LastClose},
    {"glpi", WorkdayStyle::Glpi},
    {"glpi_eod", WorkdayStyle::GlpiEndOfDay},
    {"end_of_day", WorkdayStyle::EndOfDay},
}};
constexpr std::array<std::pair<std::string_view, Roll>, 4> kRolls = {{
    {"forward", Roll::Forward},
    {"backward", Roll::Backward},
    {"modified_forward", Roll::ModifiedForward},
    {"modified_backward", Roll::ModifiedBackward},
}};
constexpr std::array<std::pair<std::string_view, Bounds>, 3> kBounds = {{
    {"[)", Bounds::FirstOnly},
    {"(]", Bounds::LastOnly},
    {"[]", Bounds::Both},
}};

template <typename Table>
auto value_of(const Table& table, std::string_view name)
    -> std::optional<typename Table::value_type::second_type> {
    for (const auto& [text, value] : table)
        if (text == name) return value;
    return std::nullopt;
}

// The nearest working day from `date` on (included) in direction `step`, +1 or -1.
Result<Date> nearest(const Schedule& schedule, Date date, int step) {
    for (std::int32_t i = 0; i <= kNeverDays; ++i, date = date.plus_days(step)) {
        if (date.days < kFirstDay || date.days > kLastDay) return refuse(out_of_range());
        if (schedule.is_workday(date)) return date;
    }
    return refuse(no_working_time(schedule.definition()));
}

bool same_month(Date a, Date b) { return a.year() == b.year() && a.month() == b.month(); }

// The end of the hours that start on `date`.
std::optional<Instant> last_closing(const Schedule::State& state, const Schedule& schedule,
                                    Date date) {
    if (state.definition.combine != Combine::None)
        return schedule.prev_open(schedule.zone().start_of_day(date.plus_days(1)));
    WallClock clock(state.definition.zone);
    std::vector<Period> hours;
    state.rules.hours_of(state.rules.plan(date), date, clock, hours);
    std::optional<Instant> last;
    for (const auto& period : hours) last = last ? std::max(*last, period.end) : period.end;
    return last;
}

}  // namespace

std::optional<WorkdayStyle> parse_workday_style(std::string_view name) {
    return value_of(kStyles, name);
}
std::optional<Roll> parse_roll(std::string_view name) { return value_of(kRolls, name); }
std::optional<Bounds> parse_bounds(std::string_view text) { return value_of(kBounds, text); }

std::string_view name_of(WorkdayStyle style) {
    for (const auto& [text, value] : kStyles)
        if (value == style) return text;
    return "";
}

bool Schedule::is_workday(Date date) const {
    if (date.days < kFirstDay || date.days > kLastDay) return false;
    const auto& definition = state_->definition;
    const auto works = [date](const Schedule& part) { return part.is_workday(date); };
    switch (definition.combine) {
        case Combine::Union:
            return std::any_of(definition.parts.begin(), definition.parts.end(), works);
        case Combine::Intersection:
            return std::all_of(definition.parts.begin(), definition.parts.end(), works);
        case Combine::None: break;
    }
    return state_->rules.plan(date).workday && WallClock(definition.zone).exists(date);
}

std::int64_t Schedule::workdays_between(Date from, Date to, Bounds bounds) const {
    if (to < from) {
        switch (bounds) {
            case Bounds::FirstOnly: return -workdays_between(to, from, Bounds::LastOnly);
            case Bounds::LastOnly: return -workdays_between(to, from, Bounds::FirstOnly);
            case Bounds::Both: return -workdays_between(to, from, Bounds::Both);
        }
    }
    const std::int64_t first =
        std::max(kFirstDay, from.days) + (bounds == Bounds::LastOnly ? 1 : 0);
    const std::int64_t last = std::min(kLastDay, to.days) - (bounds == Bounds::FirstOnly ? 1 : 0);
    std::int64_t count = 0;
    for (auto day = first; day <= last; ++day)
        count += is_workday({static_cast<std::int32_t>(day)});
    return count;
}

std::vector<Date> Schedule::workdays(Date from, Date to_included) const {
    std::vector<Date> out;
    const auto last = std::min(kLastDay, to_included.days);
    for (Date date{std::max(kFirstDay, from.days)}; date.days <= last; date = date.plus_days(1))
        if (is_workday(date)) out.push_back(date);
    return out;
}

Result<Date> Schedule::roll(Date date, Roll mode) const {
    const bool forward = mode == Roll::Forward || mode == Roll::ModifiedForward;
    const auto found = nearest(*this, date, forward ? 1 : -1);
    const bool modified = mode == Roll::ModifiedForward || mode == Roll::ModifiedBackward;
    if (!found || !modified || same_month(*found, date)) return found;
    return nearest(*this, date, forward ? -1 : 1);
}

Result<Date> Schedule::add_workdays(Date date, std::int64_t n, DayCount count,
                                    std::optional<Roll> first) const {
    const int step = n < 0 ? -1 : 1;
    if (count == DayCount::RollThenStep || n == 0)
        date = TRY(roll(date, first.value_or(n < 0 ? Roll::Backward : Roll::Forward)));
    for (auto left = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
         left > 0; --left)
        date = TRY(nearest(*this, date.plus_days(step), step));
    return date;
}

// Closed start days are left in the direction of travel and take the nominal opening time; an
// arrival outside hours goes to an opening, the next or the last one.
Result<Instant> Schedule::add_workdays_ruby(Instant at, std::int64_t n, bool forward) const {
    const auto& nominal = definition().nominal_day;
    if (!nominal)
        return refuse(
            {.code = "no-nominal-day",
             .what = {"这种算法需要「标准工作日」的起止时间", "this style needs a nominal day"},
             .mend = {"请补充 nominal_day", "say when a nominal day opens and closes"}});
    LocalTime wall = zone().to_local(at);
    std::int64_t time = wall.millis_of_day();
    if (!is_workday(wall.date())) time = std::int64_t{1000} * nominal->from;
    const Roll direction = forward ? Roll::Forward : Roll::Backward;
    const auto date =
        TRY(add_workdays(wall.date(), forward ? n : -n, DayCount::RollThenStep, direction));
    const Instant landed = zone().to_instant(LocalTime::of(date, time));
    if (is_open(landed)) return landed;
    const auto opening = forward ? next_opening(landed) : prev_opening(landed);
    if (!opening) return refuse(no_working_time(definition()));
    return *opening;
}

// The n-th date, the start's own included, that still has open time; due at the end of the first
// stretch that is left of it, or, backwards, at the opening of its last one.
Result<Instant> Schedule::nth_open_day(Instant at, std::int64_t n) const {
    std::optional<Date> last;
    for (std::int64_t left = n < 0 ? -n : n; left > 0;) {
        const auto stretch = n > 0 ? state_->stretch_after(at) : state_->stretch_before(at);
        if (!stretch) return refuse(no_working_time(definition()));
        const Instant begin = n > 0 ? std::max(at, stretch->begin) : stretch->begin;
        const Date date = zone().to_local(begin).date();
        if (last != date && --left == 0) return n > 0 ? stretch->end : stretch->begin;
        last = date;
        at = n > 0 ? stretch->end : stretch->begin;
    }
    return at;
}

Result<Instant> Schedule::add_workdays_at(Instant at, std::int64_t n, WorkdayStyle style) const {
    if (at < kFirst || at > kLast) return refuse(out_of_range());
    const LocalTime wall = zone().to_local(at);
    const auto keep_time = [&](Date date) {
        return zone().to_instant(LocalTime::of(date, wall.millis_of_day()));
    };
    const auto stepped = [&]() -> Result<Date> {
        if (n == 0) return wall.date();
        return add_workdays(wall.date(), n, DayCount::StepOnly);
    };
    const auto found = [&](std::optional<Instant> instant) -> Result<Instant> {
        if (!instant) return refuse(no_working_time(definition()));
        return *instant;
    };
    switch (style) {
        case WorkdayStyle::KeepTime:
            return keep_time(TRY(add_workdays(wall.date(), n, DayCount::RollThenStep)));
        case WorkdayStyle::StepOnlyKeepTime:
        case WorkdayStyle::Glpi: return keep_time(TRY(stepped()));
        case WorkdayStyle::SnapOpen: {
            const Instant landed = keep_time(TRY(stepped()));
            return found(n < 0 ? prev_open(landed) : next_open(landed));
        }
        case WorkdayStyle::SnapOpenBack: return found(prev_open(keep_time(TRY(stepped()))));
        case WorkdayStyle::RubyAfter: return add_workdays_ruby(at, n < 0 ? -n : n, n >= 0);
        case WorkdayStyle::RubyBefore: return add_workdays_ruby(at, n < 0 ? -n : n, n < 0);
        case WorkdayStyle::LastClose: return nth_open_day(at, n);
        case WorkdayStyle::GlpiEndOfDay: return found(last_closing(*state_, *this, TRY(stepped())));
        case WorkdayStyle::EndOfDay:
            return zone().start_of_day(
                TRY(add_workdays(wall.date(), n, DayCount::StepOnly)).plus_days(1));
    }
    return refuse(out_of_range());
}

}  // namespace yinuo::calendar
