// Clauses with a clock: within a limit, by an instant, in a window, every interval.
#include <algorithm>

#include "base/check.h"
#include "promise/watch.h"

namespace yinuo::promise {

void Watch::handle_clock(const Fact& fact) {
    if (phase_ == Phase::Running || phase_ == Phase::Late) {
        if (ask_.holds(clause_.voids)) return cancel(fact, State::Void);
        if (ask_.holds(clause_.voids_by_us)) return cancel(fact, State::VoidByUs);
        if (ask_.holds(clause_.ends)) return cancel(fact, State::Void);
        if (phase_ == Phase::Running && ask_.holds(clause_.breaks)) {
            settle_pauses(fact.at);
            break_at(fact.at, &fact);
            return settle(State::Broken, fact.at, &fact);
        }
        if (ask_.holds(clause_.keeps)) return keep(fact);
        if (phase_ == Phase::Running) {
            if (clause_.extends && ask_.holds(clause_.extends->when)) extend(fact);
            if (!pauses_.empty()) pause_or_resume(fact);
        }
        if (story_ != nullptr && clause_.starts.size() == 1 && ask_.holds(clause_.starts.front()))
            tell(StepKind::StartIgnored, fact.at, Instant::max(), 0, &fact);
        return;
    }
    if (phase_ == Phase::Done && have_ && clause_.reopens && ask_.holds(clause_.reopens->when))
        return reopen(fact);
    if (!starts_with(fact)) return note_pauses(fact);
    Instant at = fact.at;
    bool dated = true;
    if (clause_.starts_at) {
        const auto said = ask_.instant(*clause_.starts_at);
        dated = said.has_value();
        at = said.value_or(fact.at);
    }
    if (!in_force(at)) return;
    begin(fact, at);
    if (!dated) return not_measured(at, "the instant from which it counts is missing");
    if (!choose_limit(at)) return;
    take_up_pauses(at);
    pause_or_resume(fact);
}

void Watch::advance_clock(Instant to) {
    while (phase_ == Phase::Running && occurrences_ <= kOccurrencesMost) {
        if (paused()) {
            // The pause that reaches its cap first ends first.
            std::size_t first = pauses_.size();
            Instant first_at = Instant::max();
            for (std::size_t i = 0; i < pauses_.size(); ++i) {
                if (pauses_[i] == Instant::max() || !clause_.pauses[i].cap) continue;
                const Instant end = pauses_[i] + *clause_.pauses[i].cap;
                if (end < first_at) {
                    first_at = end;
                    first = i;
                }
            }
            if (first == pauses_.size() || first_at > to) return;
            resume(first, first_at, StepKind::CapReached);
            continue;
        }
        if (due_ >= to) return;
        const Instant at = due_ + Millis{1};
        break_at(at, nullptr);
        if (std::holds_alternative<Every>(clause_.shape)) {
            o_.settled_at = at;
            next_interval(due_);
        } else {
            phase_ = Phase::Late;
        }
    }
}

void Watch::keep(const Fact& fact) {
    if (phase_ == Phase::Late) {
        settle(State::Broken, fact.at, &fact);
        tell(StepKind::LatenessEnded, fact.at, Instant::max(), 0, &fact);
        return;
    }
    const std::vector<Instant> waiting = pauses_;
    settle_pauses(fact.at);
    if (fact.at < earliest_) {
        break_at(fact.at, &fact);
        settle(State::Broken, fact.at, &fact);
        return;
    }
    settle(State::Kept, fact.at, &fact);
    tell(StepKind::Kept, fact.at, due_, 0, &fact);
    if (!std::holds_alternative<Every>(clause_.shape)) return;
    pauses_ = waiting;  // what is waited for has not come: the next interval waits, too
    next_interval(fact.at);
}

void Watch::cancel(const Fact& fact, State state) {
    if (phase_ == Phase::Late) {
        settle(State::Broken, fact.at, &fact);
        tell(StepKind::LatenessEnded, fact.at, Instant::max(), 0, &fact);
        return;
    }
    settle_pauses(fact.at);
    settle(state, fact.at, &fact);
    tell(state == State::VoidByUs ? StepKind::VoidedByUs : StepKind::Voided, fact.at,
         Instant::max(), 0, &fact);
}

void Watch::next_interval(Instant from) {
    const Fact* start = o_.start;
    begin(*start, from);
    if (choose_limit(from)) take_up_pauses(from);
}

// While no clock runs: which pauses are open, for a clock that starts in the middle of one.
void Watch::note_pauses(const Fact& fact) {
    for (std::size_t i = 0; i < pauses_.size(); ++i) {
        const bool open = pauses_[i] != Instant::max();
        if (open && ask_.holds(clause_.pauses[i].to)) pauses_[i] = Instant::max();
        if (open || !ask_.holds(clause_.pauses[i].from)) continue;
        pauses_[i] = fact.at;
        pauses_begun_[i] = &fact;
    }
}

// The clock starts at `at`, and stands at once where a pause is still open. What lay before doesn't
// count, but it uses up the cap.
void Watch::take_up_pauses(Instant at) {
    for (std::size_t i = 0; i < pauses_.size(); ++i) {
        if (pauses_[i] == Instant::max()) continue;
        const auto& cap = clause_.pauses[i].cap;
        if (cap && pauses_[i] + *cap <= at) {
            pauses_[i] = Instant::max();
            continue;
        }
        if (paused_reasons_++ == 0) paused_since_ = at;
        tell(StepKind::Paused, at, due_, static_cast<int>(i));
    }
}

void Watch::pause_or_resume(const Fact& fact) {
    for (std::size_t i = 0; i < pauses_.size(); ++i) {
        const Pause& pause = clause_.pauses[i];
        if (pauses_[i] != Instant::max()) {
            if (ask_.holds(pause.to)) resume(i, fact.at, StepKind::Resumed);
        } else if (ask_.holds(pause.from)) {
            pauses_[i] = fact.at;
            pauses_begun_[i] = &fact;
            if (paused_reasons_++ == 0) paused_since_ = fact.at;
            tell(StepKind::Paused, fact.at, due_, static_cast<int>(i), &fact);
        }
    }
}

// One reason to wait is over; the clock runs again when it was the last.
void Watch::resume(std::size_t reason, Instant at, StepKind how) {
    const Instant from = pauses_[reason];
    pauses_[reason] = Instant::max();
    tell(how, at, from, static_cast<int>(reason));
    if (--paused_reasons_ > 0) return;
    // A clock that counts from a later instant than its fact has nothing to stop before that.
    const Instant since = std::max(paused_since_, counted_from_);
    const Period pause{since, std::max(since, at)};
    o_.paused = o_.paused + pause.length();
    const auto moved = due_after_pause(due_, pause, limit_, calendars_);
    if (!moved) return not_measured(at, "the schedule does not open long enough");
    if (*moved == due_) return;
    if (o_.promised_at == due_) o_.promised_at = *moved;
    due_ = o_.due_at = *moved;
    tell(StepKind::DueMoved, at, due_);
}

// Decided while paused: the pauses end here, and the due instant is as if they did.
void Watch::settle_pauses(Instant at) {
    for (std::size_t i = 0; i < pauses_.size() && paused(); ++i)
        if (pauses_[i] != Instant::max()) resume(i, at, StepKind::Resumed);
}

void Watch::extend(const Fact& fact) {
    const Extension& extension = *clause_.extends;
    if (o_.extensions >= extension.times)
        return tell(StepKind::ExtensionRefused, fact.at, Instant::max(), 0, &fact,
                    "no extension is left");
    const auto to = ask_.instant(extension.to);
    if (!to)
        return tell(StepKind::ExtensionRefused, fact.at, Instant::max(), 0, &fact, ask_.why_null());
    if (*to <= due_)
        return tell(StepKind::ExtensionRefused, fact.at, *to, 0, &fact,
                    "the new date is not later");
    ++o_.extensions;
    due_ = o_.due_at = o_.promised_at = *to;
    limit_ = Limit{.unit = Unit::Clock, .amount = (*to - counted_from_).count};
    tell(StepKind::Extended, fact.at, due_, 0, &fact);
}

void Watch::reopen(const Fact& fact) {
    const Reopening how = clause_.reopens->how;
    if (o_.state == State::NotMeasured || o_.state == State::Void || o_.state == State::VoidByUs)
        return;
    if (how == Reopening::Anew) {
        begin(fact, fact.at);
        if (choose_limit(fact.at)) take_up_pauses(fact.at);
        return;
    }
    tell(StepKind::Reopened, fact.at, Instant::max(), static_cast<int>(how), &fact);
    if (o_.broken_at != Instant::max()) {
        // A breach is never erased: lateness goes on until it is kept again, without the time between.
        if (o_.settled_at < fact.at) o_.done_between.push_back({o_.settled_at, fact.at});
        o_.settled_at = Instant::max();
        phase_ = Phase::Late;
        return;
    }
    o_.earlier_kept = o_.earlier_kept || o_.state == State::Kept;
    const Instant closed_at = o_.settled_at;
    o_.settled_at = Instant::max();
    o_.decided_by = nullptr;
    o_.state = State::Running;
    phase_ = Phase::Running;
    if (how == Reopening::Restarts) {
        counted_from_ = fact.at;
        ask_.start_from(o_.start);
        if (choose_limit(fact.at)) take_up_pauses(fact.at);
        return;
    }
    // The rest of the limit runs from the reopening: the time between did not count.
    const auto moved = due_after_pause(due_, {closed_at, fact.at}, limit_, calendars_);
    if (!moved) return not_measured(fact.at, "the schedule does not open long enough");
    if (o_.promised_at == due_) o_.promised_at = *moved;
    due_ = o_.due_at = *moved;
    tell(StepKind::DueMoved, fact.at, due_);
    take_up_pauses(fact.at);
}

}  // namespace yinuo::promise
