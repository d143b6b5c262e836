#include "calendar/day_rules.h"

#include <algorithm>

namespace yinuo::calendar {
namespace {

constexpr std::int32_t kDaySeconds = 86'400;
constexpr std::int64_t kReach = std::int64_t{26} * 3'600'000;  // no offset, no change is larger

const DayHours kNoHours;
const DayHours kWholeDay = {{0, kDaySeconds}};

const DayHours& first_open_day(const Week& week) {
    for (const auto& day : week.days)
        if (has_time(day)) return day;
    return kNoHours;
}

}  // namespace

Instant WallClock::instant(Date date, std::int64_t second_of_day) {
    const std::int64_t wall = date.days * LocalTime::kDay + second_of_day * 1000;
    if ((from_ <= wall && wall < to_) || remember(wall)) return {wall - offset_millis_};
    return zone_.to_instant({wall});
}

// If no clock changes within a day or so of `wall`, there is one offset from here to the next change.
bool WallClock::remember(std::int64_t wall) {
    const Instant safely_before{wall - kReach};
    const auto change = zone_.next_change(safely_before);
    if (change.millis - kReach <= wall) return false;
    from_ = wall;
    to_ = change.millis - kReach;
    offset_millis_ = std::int64_t{1000} * zone_.offset_seconds(safely_before);
    return true;
}

bool WallClock::exists(Date date) {
    const std::int64_t wall = date.days * LocalTime::kDay;
    if (from_ <= wall && wall + LocalTime::kDay < to_) return true;
    return zone_.to_local(zone_.start_of_day(date)).date() == date;
}

DayRules::DayRules(const Definition& definition) : definition_(definition) {
    for (const auto& holiday : definition.holidays) holidays_.emplace(holiday.date.days, &holiday);
    for (const auto& holiday : definition.yearly_holidays)
        yearly_.emplace(holiday.month * 100 + holiday.day, &holiday);
    for (const auto& day : definition.days) days_.emplace(day.date.days, &day);
    for (const auto& day : definition.makeup_days) makeup_days_.emplace(day.date.days, &day);
    for (const auto& pause : definition.breaks) breaks_[pause.date.days].push_back(&pause);
}

const Week* DayRules::week_of(Date date) const {
    const Plan* plan = &definition_.plan;
    for (const auto& version : definition_.versions)
        if ((!version.from || *version.from <= date) && (!version.to || date <= *version.to))
            plan = &version.plan;
    if (plan->weeks.empty()) return nullptr;
    if (plan->weeks.size() == 1 || !plan->anchor) return &plan->weeks.front();
    const auto count = static_cast<std::int64_t>(plan->weeks.size());
    const std::int64_t days = std::int64_t{date.days} - plan->anchor->days;
    const std::int64_t weeks = days >= 0 ? days / 7 : -((6 - days) / 7);
    return &plan->weeks[static_cast<std::size_t>(((weeks % count) + count) % count)];
}

DayPlan DayRules::plan(Date date) const {
    if (const auto it = holidays_.find(date.days); it != holidays_.end())
        return {&it->second->hours, Reason::OpenDuty, Reason::Holiday, &it->second->name, false};
    if (!yearly_.empty()) {
        const auto civil = date.ymd();
        const auto key = static_cast<std::int32_t>(static_cast<unsigned>(civil.month()) * 100 +
                                                   static_cast<unsigned>(civil.day()));
        if (const auto it = yearly_.find(key); it != yearly_.end())
            return {&kNoHours, Reason::OpenDuty, Reason::Holiday, &it->second->name, false};
    }
    if (const auto it = days_.find(date.days); it != days_.end()) {
        const auto& day = *it->second;
        const bool open = has_time(day.hours);
        return {&day.hours, Reason::OpenSpecial, open ? Reason::OutsideHours : Reason::ClosedDay,
                &day.name, open};
    }
    if (definition_.always_open) return {&kWholeDay, Reason::Open, Reason::NoHours, nullptr, true};
    const Week* week = week_of(date);
    if (!week) return {&kNoHours, Reason::Open, Reason::NoHours, nullptr, false};
    if (const auto it = makeup_days_.find(date.days); it != makeup_days_.end()) {
        const auto& day = *it->second;
        const auto& hours =
            day.like ? week->days[static_cast<std::size_t>(*day.like)] : first_open_day(*week);
        const bool open = has_time(hours);
        return {&hours, Reason::OpenMakeup, open ? Reason::OutsideHours : Reason::NoHours,
                &day.name, open};
    }
    const auto& hours = week->days[static_cast<std::size_t>(date.weekday())];
    const bool open = has_time(hours);
    return {&hours, Reason::Open, open ? Reason::OutsideHours : Reason::NoHours, nullptr, open};
}

bool has_time(const DayHours& hours) {
    return std::any_of(hours.begin(), hours.end(),
                       [](const Hours& h) { return h.from != h.to || h.from == 0; });
}

Period to_period(const Hours& hours, Date date, WallClock& clock) {
    const bool whole_day = hours.from == 0 && hours.to == 0;
    const bool runs_over = whole_day || hours.to < hours.from;
    const auto begin = clock.instant(date, hours.from);
    const auto end = clock.instant(date, hours.to + (runs_over ? kDaySeconds : 0));
    return {begin, end};
}

void DayRules::hours_of(const DayPlan& plan, Date date, WallClock& clock,
                        std::vector<Period>& out) const {
    if (plan.hours->empty() || !clock.exists(date)) return;
    for (const auto& hours : *plan.hours) {
        const auto period = to_period(hours, date, clock);
        if (period.begin < period.end) out.push_back(period);
    }
}

const std::vector<const Break*>* DayRules::breaks_of(Date date) const {
    const auto it = breaks_.find(date.days);
    return it == breaks_.end() ? nullptr : &it->second;
}

std::vector<Period> merged(std::vector<Period> periods) {
    const auto by_begin = [](const Period& a, const Period& b) { return a.begin < b.begin; };
    if (!std::is_sorted(periods.begin(), periods.end(), by_begin))
        std::sort(periods.begin(), periods.end(), by_begin);
    std::size_t count = 0;
    for (const auto& period : periods) {
        if (period.begin >= period.end) continue;
        if (count > 0 && period.begin <= periods[count - 1].end)
            periods[count - 1].end = std::max(periods[count - 1].end, period.end);
        else
            periods[count++] = period;
    }
    periods.resize(count);
    return periods;
}

std::vector<Period> intersection(const std::vector<Period>& a, const std::vector<Period>& b) {
    std::vector<Period> out;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const Period both{std::max(a[i].begin, b[j].begin), std::min(a[i].end, b[j].end)};
        if (both.begin < both.end) out.push_back(both);
        if (a[i].end < b[j].end)
            ++i;
        else
            ++j;
    }
    return out;
}

std::vector<Period> without(const std::vector<Period>& periods, const std::vector<Period>& holes) {
    if (holes.empty()) return periods;
    std::vector<Period> out;
    std::size_t first = 0;
    for (auto rest : periods) {
        while (first < holes.size() && holes[first].end <= rest.begin) ++first;
        for (std::size_t i = first; i < holes.size() && holes[i].begin < rest.end; ++i) {
            if (rest.begin < holes[i].begin) out.push_back({rest.begin, holes[i].begin});
            rest.begin = std::max(rest.begin, holes[i].end);
        }
        if (rest.begin < rest.end) out.push_back(rest);
    }
    return out;
}

std::vector<Period> open_periods(const Definition& definition, const DayRules& rules,
                                 Period window) {
    WallClock clock(definition.zone);
    const Date first = definition.zone.to_local(window.begin).date().plus_days(-2);
    const Date last = definition.zone.to_local(window.end).date().plus_days(1);
    std::vector<Period> all;
    all.reserve(static_cast<std::size_t>(last.days - first.days) * 2);
    std::vector<Period> cut;
    for (Date date = first; date <= last; date = date.plus_days(1)) {
        const auto before = all.size();
        rules.hours_of(rules.plan(date), date, clock, all);
        const auto* breaks = rules.breaks_of(date);
        if (!breaks || all.size() == before) continue;
        cut.assign(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
        all.resize(before);
        std::vector<Period> holes;
        for (const auto* pause : *breaks)
            for (const auto& hours : pause->hours) holes.push_back(to_period(hours, date, clock));
        for (const auto& period : without(merged(std::move(cut)), merged(std::move(holes))))
            all.push_back(period);
        cut = {};
    }
    std::vector<Period> closures;
    for (const auto& closure : definition.closures) closures.push_back(closure.period);
    auto open = without(merged(std::move(all)), merged(std::move(closures)));
    return intersection(open, {window});
}

}  // namespace yinuo::calendar
