// Telling a span of time stretch by stretch.
//
// Every reason is a layer of paint over [from, to): days closed for one reason or another, then
// breaks, then open hours, then closures. What is on top is what is told.
#include <algorithm>

#include "calendar/state.h"

namespace yinuo::calendar {
namespace {

enum class Layer : std::uint8_t { Day, Break, Open, Closure };

struct Paint {
    Period period;
    Layer layer;
    Reason reason;
    const std::string* name;
};

bool is_open_reason(Reason reason) {
    return reason == Reason::Open || reason == Reason::OpenSpecial ||
           reason == Reason::OpenMakeup || reason == Reason::OpenDuty;
}

void paint_day(const Schedule::State& state, Date date, WallClock& clock, std::vector<Paint>& out) {
    const auto& zone = state.definition.zone;
    const DayPlan plan = state.rules.plan(date);
    // The morning of a make-up day is outside hours like any other.
    const bool special = plan.closed == Reason::Holiday || plan.closed == Reason::ClosedDay;
    out.push_back({{zone.start_of_day(date), zone.start_of_day(date.plus_days(1))},
                   Layer::Day,
                   plan.closed,
                   special ? plan.name : nullptr});
    std::vector<Period> hours;
    state.rules.hours_of(plan, date, clock, hours);
    hours = merged(std::move(hours));
    if (const auto* breaks = state.rules.breaks_of(date)) {
        std::vector<Period> holes;
        for (const auto* pause : *breaks) {
            for (const auto& part : pause->hours) {
                holes.push_back(to_period(part, date, clock));
                for (const auto& cut : intersection(hours, {holes.back()}))
                    out.push_back({cut, Layer::Break, Reason::Break, &pause->name});
            }
        }
        hours = without(hours, merged(std::move(holes)));
    }
    for (const auto& period : hours) out.push_back({period, Layer::Open, plan.open, plan.name});
}

void paint_parts(const Schedule& schedule, Period window, std::vector<Paint>& out) {
    for (Instant at = window.begin; at < window.end;) {
        const auto next = schedule.periods_after(at, 1);
        const Period open = next.empty() ? Period{window.end, window.end} : next.front();
        if (at < open.begin) {
            const std::string* name = nullptr;
            for (const auto& part : schedule.definition().parts)
                if (!name && !part.is_open(at)) name = &part.definition().name;
            out.push_back({{at, open.begin}, Layer::Day, Reason::PartsClosed, name});
        }
        if (open.begin < open.end) out.push_back({open, Layer::Open, Reason::Open, nullptr});
        at = std::max(open.end, at);
        if (next.empty()) break;
    }
}

// Reads off what is on top, from left to right.
std::vector<Stretch> flatten(std::vector<Paint> paints, Period window) {
    std::vector<Instant> edges = {window.begin, window.end};
    for (const auto& paint : paints)
        for (const Instant edge : {paint.period.begin, paint.period.end})
            if (window.contains(edge)) edges.push_back(edge);
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    std::stable_sort(paints.begin(), paints.end(), [](const Paint& a, const Paint& b) {
        return a.period.begin < b.period.begin;
    });

    std::vector<Stretch> out;
    std::vector<const Paint*> wet;
    std::size_t next = 0;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        while (next < paints.size() && paints[next].period.begin <= edges[i])
            wet.push_back(&paints[next++]);
        std::erase_if(wet, [&](const Paint* paint) { return paint->period.end <= edges[i]; });
        const Paint* top = nullptr;
        for (const Paint* paint : wet)
            if (!top || paint->layer > top->layer) top = paint;
        Stretch stretch{edges[i], edges[i + 1], top && is_open_reason(top->reason),
                        top ? top->reason : Reason::NoHours, top && top->name ? *top->name : ""};
        if (!out.empty() && out.back().reason == stretch.reason && out.back().name == stretch.name)
            out.back().end = stretch.end;
        else
            out.push_back(std::move(stretch));
    }
    return out;
}

}  // namespace

std::vector<Stretch> Schedule::explain(Instant from, Instant to) const {
    const Period window{std::clamp(from, kFirst, kLast), std::clamp(to, kFirst, kLast)};
    if (window.begin >= window.end) return {};
    const auto& definition = state_->definition;
    std::vector<Paint> paints;
    if (definition.combine == Combine::None) {
        WallClock clock(definition.zone);
        const Date last = zone().to_local(window.end).date().plus_days(1);
        for (Date date = zone().to_local(window.begin).date().plus_days(-2); date <= last;
             date = date.plus_days(1))
            paint_day(*state_, date, clock, paints);
    } else {
        paint_parts(*this, window, paints);
    }
    for (const auto& closure : definition.closures)
        paints.push_back({closure.period, Layer::Closure, Reason::Closure, &closure.name});
    return flatten(std::move(paints), window);
}

Text describe(const Stretch& stretch) {
    const auto named = [&](std::string zh, std::string en) -> Text {
        if (stretch.name.empty()) return {zh, en};
        return {zh + "「" + stretch.name + "」", en + " " + stretch.name};
    };
    switch (stretch.reason) {
        case Reason::Open: return {"工作时间", "open"};
        case Reason::OpenSpecial: return named("特别营业", "open on a special day");
        case Reason::OpenMakeup: return named("调休上班", "make-up working day");
        case Reason::OpenDuty: return named("节日值班", "holiday duty");
        case Reason::OutsideHours: return {"非工作时间", "outside hours"};
        case Reason::NoHours: return {"休息日", "day off"};
        case Reason::Holiday: return named("节假日", "holiday");
        case Reason::ClosedDay: return named("当日不营业", "closed that day");
        case Reason::Break: return named("间歇", "break");
        case Reason::Closure: return named("临时停业", "closure");
        case Reason::PartsClosed: return named("非共同工作时间", "not open:");
    }
    return {};
}

}  // namespace yinuo::calendar
