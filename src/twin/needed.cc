#include "twin/needed.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace yinuo::twin {
namespace {

using promise::Limit;
using promise::Obligation;
using promise::State;
using promise::Unit;

constexpr std::int64_t kDay = 86'400'000;
constexpr Millis kForever{200ll * 366 * kDay};

bool same_unit(Limit a, const Limit& b) {
    a.amount = b.amount;
    return a == b;
}

// Does anything end or stretch this clause's obligations that comes out differently when the limit
// passes before it?
bool limit_changes_more(const promise::Clause& clause) {
    return clause.voids || clause.voids_by_us || clause.ends || clause.breaks ||
           !clause.pauses.empty();
}

// The smallest amount whose due instant isn't before `until`, for limits of whole days or months.
std::int64_t days_needed(const promise::Promise& promise, Limit limit, Instant start, Pauses pauses,
                         Instant until) {
    const auto calendars = promise.calendars();
    const auto in_time = [&](std::int64_t amount) {
        limit.amount = amount;
        auto due = promise::due_after(start, limit, calendars);
        for (const Period& pause : pauses)
            if (due) due = promise::due_after_pause(*due, pause, limit, calendars);
        return !due || until <= *due;
    };
    std::int64_t low = 0;
    std::int64_t high = std::max<std::int64_t>(1, (until - start).count / kDay + 2);
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (in_time(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

std::int64_t limit_needed(const promise::Promise& promise, const Limit& limit, Instant start,
                          Pauses pauses, Instant until) {
    if (limit.unit != Unit::Clock && limit.unit != Unit::Work)
        return days_needed(promise, limit, start, pauses, until);
    const calendar::Schedule* schedule =
        limit.schedule < 0 ? nullptr : &promise.schedules[static_cast<std::size_t>(limit.schedule)];
    Instant from = start;
    if (schedule != nullptr) {
        from = schedule->counts_from(from);
        if (limit.from_opening) from = schedule->next_open(from).value_or(from);
    }
    if (until <= from) return 0;
    std::int64_t lost = 0;
    if (limit.unit == Unit::Clock) {
        for (const Period& pause : pauses) lost += pause.length().count;
        return std::max<std::int64_t>(0, (until - from).count - lost);
    }
    for (const Period& pause : pauses)
        lost += std::max<std::int64_t>(0, schedule->between(pause.begin, pause.end).millis);
    const std::int64_t worked = schedule->between(from, until).millis;
    // A due instant stands at the end of working time: what comes later the same evening is late.
    const auto due = schedule->add(from, WorkTime{worked});
    const std::int64_t needed = worked + (due && *due < until ? 1 : 0);
    return std::max<std::int64_t>(0, needed - lost);
}

}  // namespace

std::optional<Dial> dial_of(const promise::Clause& clause, NoDial* why) {
    const auto none = [&](Text text) -> std::optional<Dial> {
        if (why != nullptr) why->why = std::move(text);
        return std::nullopt;
    };
    if (clause.extends || clause.reopens || clause.verify)
        return none({"改约、重开或核实会改动截止时间，没有一条单一的曲线",
                     "consent, reopening or verification moves the due instant, so no single curve "
                     "says it"});
    if (clause.per)
        return none({"按分组合看的条款没有曲线", "a clause that watches groups has no curve"});
    Dial dial;
    dial.needs_own_fold = limit_changes_more(clause);
    if (const auto* within = std::get_if<promise::Within>(&clause.shape)) {
        if (within->rows.empty()) return none({"没有时限", "there is no limit"});
        const auto& first = within->rows.front();
        for (const auto& row : within->rows)
            if (!same_unit(row.limit, first.limit))
                return none(
                    {"各行时限的单位不同，不能放在一条曲线上",
                     "its rows have limits in different units, which no one axis can hold"});
        dial.pattern = first.limit;
        if (within->rows.size() == 1 && !first.amount) dial.present = first.limit.amount;
        return dial;
    }
    dial.what = Dial::What::Tolerance;
    if (const auto* by = std::get_if<promise::By>(&clause.shape)) {
        dial.present = by->tolerance.count;
        return dial;
    }
    if (const auto* window = std::get_if<promise::Window>(&clause.shape)) {
        dial.present = window->late.count;
        dial.needs_own_fold = true;
        return dial;
    }
    return none({"这种条款没有可调的时限", "a clause of this shape has no limit to vary"});
}

std::optional<Sample> sample_of(const promise::Promise& promise, const Dial& dial,
                                const Obligation& o, Pauses pauses, Instant now) {
    if (o.state == State::NotMeasured || o.state == State::Pending ||
        o.started_at == Instant::max() || o.first_due_at == Instant::max())
        return std::nullopt;
    Sample sample;
    sample.waived = o.excuse == promise::Excuse::Waived;
    const bool settled = o.settled_at != Instant::max();
    if (!settled) {
        sample.end = Sample::End::Open;
    } else if (o.state == State::Void || o.state == State::VoidByUs) {
        sample.end = Sample::End::Cancelled;
    } else if (dial.needs_own_fold && o.broken_at != Instant::max()) {
        sample.end = Sample::End::Broken;
    }
    const Instant until = settled ? o.settled_at : now;
    if (dial.what == Dial::What::Tolerance) {
        std::int64_t lost = 0;
        for (const Period& pause : pauses) lost += pause.length().count;
        sample.needed = (until - o.promised_at).count - lost;
    } else {
        sample.needed = limit_needed(promise, dial.pattern, o.started_at, pauses, until);
    }
    return sample;
}

DialTurned::DialTurned(promise::Clause& clause, const Dial& dial,
                       std::optional<std::int64_t> amount)
    : clause_(clause) {
    if (auto* within = std::get_if<promise::Within>(&clause.shape)) {
        for (auto& row : within->rows) {
            limits_.push_back(row.limit);
            amounts_.push_back(std::exchange(row.amount, std::nullopt));
            row.limit = dial.pattern;
            row.limit.amount = amount.value_or(0);
            if (!amount) row.limit = Limit{.unit = Unit::Clock, .amount = kForever.count};
        }
    } else if (auto* by = std::get_if<promise::By>(&clause.shape)) {
        tolerance_ = std::exchange(by->tolerance, amount ? Millis{*amount} : kForever);
    } else if (auto* window = std::get_if<promise::Window>(&clause.shape)) {
        tolerance_ = std::exchange(window->late, amount ? Millis{*amount} : kForever);
    }
}

DialTurned::~DialTurned() {
    if (auto* within = std::get_if<promise::Within>(&clause_.shape)) {
        for (std::size_t i = 0; i < within->rows.size(); ++i) {
            within->rows[i].limit = limits_[i];
            within->rows[i].amount = std::move(amounts_[i]);
        }
    } else if (auto* by = std::get_if<promise::By>(&clause_.shape)) {
        by->tolerance = tolerance_;
    } else if (auto* window = std::get_if<promise::Window>(&clause_.shape)) {
        window->late = tolerance_;
    }
}

void PauseStory::tell(const promise::Obligation& of, const promise::Step& step) {
    if (step.kind == promise::StepKind::Paused) {
        stops_.push_back({of.clause, of.occurrence, step.index, {step.at, Instant::max()}, false});
        return;
    }
    const bool capped = step.kind == promise::StepKind::CapReached;
    if (!capped && step.kind != promise::StepKind::Resumed) return;
    for (auto stop = stops_.rbegin(); stop != stops_.rend(); ++stop) {
        if (stop->clause != of.clause || stop->occurrence != of.occurrence ||
            stop->reason != step.index)
            continue;
        stop->period.end = step.at;
        stop->capped = capped;
        return;
    }
}

void PauseStory::pauses_of(const Obligation& o, Instant until, std::vector<Period>& into) const {
    into.clear();
    for (const Stop& stop : stops_) {
        if (stop.clause != o.clause || stop.occurrence != o.occurrence) continue;
        const Period period{stop.period.begin, std::min(stop.period.end, until)};
        if (!into.empty() && period.begin <= into.back().end) {
            into.back().end = std::max(into.back().end, period.end);
        } else {
            into.push_back(period);
        }
    }
}

}  // namespace yinuo::twin
