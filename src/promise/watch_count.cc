// Clauses that forbid, assert or count: never, always, at most.
#include <algorithm>

#include "base/check.h"
#include "promise/watch.h"

namespace yinuo::promise {
namespace {

// Numbers as they are, durations as milliseconds: both are added and compared as decimals.
std::optional<Decimal> measure(const feel::Value& value) {
    if (value.type() == feel::Type::Number) return value.as_number();
    if (const auto span = value.to_millis()) return Decimal(span->count);
    return std::nullopt;
}

Decimal bound_of(const Bound& bound) {
    return bound.most_time ? Decimal(bound.most_time->count) : bound.most;
}

}  // namespace

// Where there is nothing to start it, the watch goes on from the first fact.
void Watch::start_watch(const Fact& fact) {
    if (clause_.starts.empty()) {
        if (occurrences_ > 0) return;
        if (!in_audience(fact)) return;
    } else if (!starts_with(fact)) {
        return;
    }
    if (!in_force(fact.at)) return;
    begin(fact, fact.at);
    watch_end_ = Instant::max();
    if (clause_.lasts)
        watch_end_ = due_after(fact.at, *clause_.lasts, calendars_).value_or(Instant::max());
    o_.due_at = o_.first_due_at = watch_end_;
}

void Watch::end_watch(Instant at, const Fact* by) {
    if (std::holds_alternative<Always>(clause_.shape)) {
        phase_ = Phase::Done;
        return;
    }
    settle(State::Kept, at, by);
    tell(StepKind::Ended, at, Instant::max(), 0, by);
}

// Does this fact end the watch before anything else is asked of it?
bool Watch::watch_over(const Fact& fact) {
    if (!clause_.covers) return false;
    const feel::Value covered = ask_.value(clause_.covers->formula);
    // A fact that doesn't say (null) leaves the cover as it was.
    if (covered.type() != feel::Type::Boolean || covered.as_boolean()) return false;
    end_watch(fact.at, &fact);
    return true;
}

void Watch::advance_watch(Instant to) {
    if (phase_ != Phase::Running) return;
    Instant passed = Instant::max();
    std::size_t which = 0;
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
        const Instant at = time_passed_at(i);
        if (at < passed) {
            passed = at;
            which = i;
        }
    }
    if (passed <= to && passed <= watch_end_) {
        tell(StepKind::Counted, passed, Instant::max(), static_cast<int>(which));
        break_at(passed, nullptr);
        settle(State::Broken, passed, nullptr);
    } else if (watch_end_ < to) {
        end_watch(watch_end_, nullptr);
    }
}

void Watch::handle_never(const Fact& fact) {
    if (phase_ == Phase::Idle || phase_ == Phase::Done) {
        const int before = occurrences_;
        start_watch(fact);
        if (occurrences_ == before || !clause_.starts.empty()) return;
    }
    if (watch_over(fact)) return;
    if (ask_.holds(std::get<Never>(clause_.shape).what)) {
        break_at(fact.at, &fact);
        return settle(State::Broken, fact.at, &fact);
    }
    if (ask_.holds(clause_.voids)) return cancel(fact, State::Void);
    if (ask_.holds(clause_.voids_by_us)) return cancel(fact, State::VoidByUs);
    if (ask_.holds(clause_.ends)) end_watch(fact.at, &fact);
}

// Every fact that it is about is an obligation of its own, decided at once.
void Watch::handle_always(const Fact& fact) {
    const auto& always = std::get<Always>(clause_.shape);
    const bool gated = !clause_.starts.empty();
    if (gated && phase_ != Phase::Running) {
        if (!starts_with(fact) || !in_force(fact.at)) return;
        phase_ = Phase::Running;
        ask_.start_from(&fact);
        watch_end_ = clause_.lasts
                         ? due_after(fact.at, *clause_.lasts, calendars_).value_or(Instant::max())
                         : Instant::max();
    }
    if (gated && fact.at > watch_end_) {
        phase_ = Phase::Done;
        return;
    }
    if (watch_over(fact)) return;
    if (ask_.holds(always.when)) {
        if (!gated) {
            if (!in_force(fact.at)) return;
            if (!in_audience(fact)) return;
        }
        flush();
        ++occurrences_;
        o_ = Obligation{.clause = index_, .occurrence = occurrences_, .subject = key_};
        o_.start = o_.decided_by = &fact;
        o_.started_at = o_.settled_at = fact.at;
        have_ = true;
        cause_ = evidence_ = false;
        agreed_.clear();
        tell(StepKind::Started, fact.at, Instant::max(), 0, &fact);
        const feel::Value held = ask_.value(always.holds);
        if (held.type() != feel::Type::Boolean) {
            o_.state = State::NotMeasured;
            tell(StepKind::NotMeasured, fact.at, Instant::max(), 0, &fact, ask_.why_null());
        } else if (held.as_boolean()) {
            o_.state = State::Kept;
            tell(StepKind::Satisfied, fact.at, Instant::max(), 0, &fact);
        } else {
            tell(StepKind::NotSatisfied, fact.at, Instant::max(), 0, &fact);
            break_at(fact.at, &fact);
        }
    }
    if (gated && ask_.holds(clause_.ends)) phase_ = Phase::Done;
}

void Watch::handle_at_most(const Fact& fact) {
    if (phase_ == Phase::Idle || phase_ == Phase::Done) {
        start_watch(fact);
        if (phase_ != Phase::Running) return;
    }
    if (watch_over(fact)) return;
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
        if (!count(fact, i)) continue;
        tell(StepKind::Counted, fact.at, Instant::max(), static_cast<int>(i), &fact);
        break_at(fact.at, &fact);
        return settle(State::Broken, fact.at, &fact);
    }
    if (ask_.holds(clause_.voids)) return cancel(fact, State::Void);
    if (ask_.holds(clause_.voids_by_us)) return cancel(fact, State::VoidByUs);
    if (ask_.holds(clause_.ends)) end_watch(fact.at, &fact);
}

// Takes a fact into one bound's count; true when that passes the bound.
bool Watch::count(const Fact& fact, std::size_t i) {
    const auto& at_most = std::get<AtMost>(clause_.shape);
    const Bound& bound = at_most.bounds[i];
    Tally& tally = tallies_[i];
    if (bound.kind == Bound::Kind::Time) {
        if (tally.from == Instant::max()) {
            if (ask_.holds(bound.from)) tally.from = fact.at;
        } else if (ask_.holds(bound.to)) {
            tally.time = tally.time + (fact.at - tally.from);
            tally.from = Instant::max();
        }
        return false;  // passed at an instant of its own: time_passed_at()
    }
    if (bound.of && !ask_.holds(*bound.of)) return false;
    Decimal amount = 1;
    if (bound.kind != Bound::Kind::Count) {
        const auto said = measure(ask_.value(*bound.amount));
        if (!said) {
            if (bound.of)
                tell(StepKind::NotMeasured, fact.at, Instant::max(), static_cast<int>(i), &fact,
                     ask_.why_null());
            return false;
        }
        amount = *said;
    }
    if (bound.kind == Bound::Kind::Value) return amount > bound_of(bound);
    tally.sum = tally.sum.add(amount).value_or(tally.sum);
    ++tally.count;
    if (at_most.window) {
        tally.recent.emplace_back(fact.at, amount);
        while (!tally.recent.empty() &&
               due_after(tally.recent.front().first, *at_most.window, calendars_)
                       .value_or(Instant::max()) < fact.at) {
            tally.sum = tally.sum.subtract(tally.recent.front().second).value_or(tally.sum);
            --tally.count;
            tally.recent.pop_front();
        }
    }
    o_.counted = std::max(o_.counted, tally.count);
    return tally.sum > bound_of(bound);
}

// When the time that runs at present passes its bound, if nothing stops it.
Instant Watch::time_passed_at(std::size_t i) const {
    const Tally& tally = tallies_[i];
    if (tally.from == Instant::max()) return Instant::max();
    const auto& bound = std::get<AtMost>(clause_.shape).bounds[i];
    const Millis left = bound.most_time.value_or(Millis{0}) - tally.time;
    return tally.from + Millis{std::max<std::int64_t>(0, left.count) + 1};
}

}  // namespace yinuo::promise
