#include "promise/watch.h"

#include <algorithm>

#include "base/check.h"

namespace yinuo::promise {
namespace {

Instant just_after(Instant at) { return at == Instant::max() ? at : at + Millis{1}; }

template <typename... Shapes>
bool is_one_of(const Shape& shape) {
    return (std::holds_alternative<Shapes>(shape) || ...);
}

}  // namespace

Watch::Watch(const Promise& promise, int clause, std::string_view key,
             std::span<const Fact* const> facts, Instant now, Folding& folding, Story* story,
             std::vector<Obligation>& out)
    : promise_(promise),
      clause_(promise.clauses[static_cast<std::size_t>(clause)]),
      index_(clause),
      key_(key),
      facts_(facts),
      now_(now),
      folding_(folding),
      story_(story),
      out_(out),
      calendars_(promise.calendars()),
      ask_(promise, folding, facts),
      clock_(is_one_of<Within, By, Window, Every>(clause_.shape)) {
    folding_.held.reset();
    if (clause_.starts.size() > 1) starts_seen_.resize(clause_.starts.size());
    pauses_.resize(clause_.pauses.size(), Instant::max());
    pauses_begun_.resize(clause_.pauses.size());
    if (const auto* at_most = std::get_if<AtMost>(&clause_.shape))
        tallies_.resize(at_most->bounds.size());
}

void Watch::run() {
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        const Fact& fact = *facts_[i];
        if (fact.at > now_) break;
        advance(fact.at);
        ask_.look_at(i);
        handle(fact);
        if (occurrences_ > kOccurrencesMost) break;
    }
    advance(now_);
    if (have_) o_.changes_at = next_change();
    flush();

    // Something has come, but not yet everything that starts it.
    const bool some = std::any_of(starts_seen_.begin(), starts_seen_.end(),
                                  [](const Fact* f) { return f != nullptr; });
    if (some && phase_ != Phase::Running && phase_ != Phase::Late) {
        o_ = Obligation{.clause = index_,
                        .occurrence = occurrences_ + 1,
                        .subject = key_,
                        .state = State::Pending};
        o_.start = *std::find_if(starts_seen_.begin(), starts_seen_.end(),
                                 [](const Fact* f) { return f != nullptr; });
        tell(StepKind::Waiting, o_.start->at, Instant::max(), 0, o_.start);
        hand_out();
    }
}

void Watch::handle(const Fact& fact) {
    if (have_ && clause_.verify) handle_claim(fact);
    if (have_ && clause_.waives) handle_excuse(fact);
    if (clock_) return handle_clock(fact);
    if (std::holds_alternative<Never>(clause_.shape)) return handle_never(fact);
    if (std::holds_alternative<Always>(clause_.shape)) return handle_always(fact);
    handle_at_most(fact);
}

// Does this fact complete what starts the obligation?
bool Watch::starts_with(const Fact& fact) {
    if (clause_.starts_once && occurrences_ > 0) return false;
    if (clause_.starts.size() == 1) {
        if (!ask_.holds(clause_.starts.front())) return false;
    } else {
        bool any = false;
        for (std::size_t i = 0; i < clause_.starts.size(); ++i) {
            if (starts_seen_[i] == nullptr && ask_.holds(clause_.starts[i])) {
                starts_seen_[i] = &fact;
                any = true;
            }
        }
        if (!any ||
            std::find(starts_seen_.begin(), starts_seen_.end(), nullptr) != starts_seen_.end())
            return false;
        std::fill(starts_seen_.begin(), starts_seen_.end(), nullptr);
    }
    return in_audience(fact);
}

// Is it owed to this customer? `start` is the fact itself, as if the obligation had begun.
bool Watch::in_audience(const Fact& fact) {
    if (!promise_.audience && !clause_.audience) return true;
    ask_.start_from(&fact);
    const bool is = (!promise_.audience || ask_.holds(*promise_.audience)) &&
                    (!clause_.audience || ask_.holds(*clause_.audience));
    ask_.start_from(have_ ? o_.start : nullptr);
    return is;
}

void Watch::begin(const Fact& start, Instant at) {
    flush();
    ++occurrences_;
    o_ = Obligation{
        .clause = index_, .occurrence = occurrences_, .subject = key_, .state = State::Running};
    o_.start = &start;
    o_.started_at = at;
    have_ = true;
    phase_ = Phase::Running;
    due_ = Instant::max();
    earliest_ = Instant::min();
    counted_from_ = at;
    paused_reasons_ = 0;
    claim_due_ = Instant::max();
    broken_by_claim_ = cause_ = evidence_ = false;
    agreed_.clear();
    std::fill(tallies_.begin(), tallies_.end(), Tally{});
    folding_.held.reset();
    ask_.start_from(&start);
    tell(StepKind::Started, at, Instant::max(), 0, &start);
}

// Only what starts while this version is in force is owed under it; what runs already runs on.
bool Watch::in_force(Instant at) const {
    return promise_.effective_from <= at && at < promise_.effective_until;
}

// Finds what the clause allows, counted from `at`. False when nothing is owed after all.
bool Watch::choose_limit(Instant at) {
    limit_ = Limit{};
    if (const auto* by = std::get_if<By>(&clause_.shape)) {
        const auto promised = ask_.instant(by->at);
        if (!promised) return not_measured(at, ask_.why_null()), false;
        o_.promised_at = *promised;
        limit_.amount = std::max<std::int64_t>(0, (*promised - at).count);
        set_due(*promised + by->tolerance);
        return true;
    }
    if (const auto* window = std::get_if<Window>(&clause_.shape)) {
        const auto around = ask_.instant(window->around);
        if (!around) return not_measured(at, ask_.why_null()), false;
        o_.promised_at = *around;
        limit_.amount = std::max<std::int64_t>(0, (*around - at).count);
        earliest_ = *around - window->early;
        set_due(*around + window->late);
        return true;
    }
    if (const auto* every = std::get_if<Every>(&clause_.shape)) {
        limit_ = every->interval;
    } else if (const auto* within = std::get_if<Within>(&clause_.shape)) {
        const auto row =
            std::find_if(within->rows.begin(), within->rows.end(),
                         [&](const LimitRow& r) { return !r.when || ask_.holds(*r.when); });
        if (row == within->rows.end()) {
            tell(StepKind::NotOwed, at);
            have_ = false;
            --occurrences_;
            phase_ = Phase::Idle;
            return false;
        }
        limit_ = row->limit;
        if (row->amount) {
            const feel::Value amount = ask_.value(*row->amount);
            if (amount.type() != feel::Type::Number)
                return not_measured(at, ask_.why_null()), false;
            const auto scaled = amount.as_number().multiply(Decimal(limit_.amount));
            const auto whole = scaled ? scaled->round(0, Rounding::HalfEven) : std::nullopt;
            const auto count = whole ? whole->to_int64() : std::nullopt;
            if (!count || *count < 0)
                return not_measured(at, "the limit is negative or too long"), false;
            limit_.amount = *count;
        }
    }
    const auto due = due_after(at, limit_, calendars_);
    if (!due) return not_measured(at, "the schedule does not open long enough"), false;
    set_due(*due);
    o_.promised_at = *due;
    return true;
}

void Watch::set_due(Instant due) {
    due_ = due;
    o_.due_at = due;
    if (o_.first_due_at == Instant::max()) o_.first_due_at = due;
    tell(StepKind::DueSet, counted_from_, due);
}

void Watch::not_measured(Instant at, std::string_view why) {
    tell(StepKind::NotMeasured, at, Instant::max(), 0, o_.start, why);
    settle(State::NotMeasured, at, o_.start);
}

// Moves time on: everything that happens by itself up to and including `to`.
void Watch::advance(Instant to) {
    if (!have_) return;
    // What a claim's silence decides comes before what lies after it.
    if (clause_.verify && o_.claim == Claim::Claimed && claim_due_ < to) {
        advance_by_shape(claim_due_);
        advance_claim(to);
    }
    advance_by_shape(to);
}

void Watch::advance_by_shape(Instant to) {
    if (clock_) {
        advance_clock(to);
    } else {
        advance_watch(to);
    }
}

// When time alone moves the obligation in hand on, its warnings aside: those are flush()'s.
Instant Watch::next_change() const {
    Instant next = Instant::max();
    if (clause_.verify && o_.claim == Claim::Claimed) next = just_after(claim_due_);
    if (phase_ != Phase::Running || occurrences_ > kOccurrencesMost) return next;
    if (clock_) {
        if (!paused()) return std::min(next, just_after(due_));
        for (std::size_t i = 0; i < pauses_.size(); ++i)
            if (pauses_[i] != Instant::max() && clause_.pauses[i].cap)
                next = std::min(next, pauses_[i] + *clause_.pauses[i].cap);
        return next;
    }
    if (std::holds_alternative<Always>(clause_.shape)) return next;
    Instant passed = Instant::max();
    for (std::size_t i = 0; i < tallies_.size(); ++i) passed = std::min(passed, time_passed_at(i));
    return std::min(next, passed <= watch_end_ ? passed : just_after(watch_end_));
}

void Watch::break_at(Instant at, const Fact* by) {
    o_.broken_at = at;
    o_.decided_by = by;
    if (o_.settled_at == Instant::max()) tell_warnings(at);
    tell(StepKind::Broken, at, o_.due_at, 0, by);
    // An excuse that was there before is told again, so that who waits for the breach hears of it.
    if (o_.excuse == Excuse::Withheld) tell(StepKind::CauseRecorded, at);
    if (o_.excuse == Excuse::Waived) tell(StepKind::Waived, at);
}

void Watch::settle(State state, Instant at, const Fact* by) {
    if (o_.broken_at == Instant::max()) {
        o_.state = state;
        o_.decided_by = by;
        tell_warnings(at);
    } else if (by != nullptr) {
        o_.decided_by = by;
    }
    o_.settled_at = at;
    phase_ = Phase::Done;
    std::fill(pauses_.begin(), pauses_.end(), Instant::max());
    paused_reasons_ = 0;
}

Instant Watch::warning_at(const Warning& warning) const {
    if (!warning.before)
        return used_up_at(warning.used_thousandths, counted_from_, due_, limit_, calendars_);
    if (warning.before->unit != Unit::Work) return due_ - Millis{warning.before->amount};
    const auto& schedule = calendars_.schedules[static_cast<std::size_t>(warning.before->schedule)];
    return schedule.sub(due_, WorkTime{warning.before->amount}).value_or(due_);
}

void Watch::tell_warnings(Instant until) {
    if (story_ == nullptr || !clock_ || due_ == Instant::max()) return;
    for (std::size_t i = 0; i < clause_.warns.size(); ++i) {
        const Instant at = warning_at(clause_.warns[i]);
        if (at <= until && at <= due_) tell(StepKind::Warned, at, due_, static_cast<int>(i));
    }
}

// Of the obligation in hand, while it runs: which warnings have come, and when the next does.
void Watch::warn() {
    for (std::size_t i = 0; i < clause_.warns.size(); ++i) {
        const Instant at = warning_at(clause_.warns[i]);
        o_.first_warning_at = std::min(o_.first_warning_at, at);
        if (at > now_) {
            o_.changes_at = std::min(o_.changes_at, at);
        } else {
            o_.state = State::AtRisk;
            if (at <= due_) tell(StepKind::Warned, at, due_, static_cast<int>(i));
        }
    }
}

// Hands out the obligation in hand, as it stands.
void Watch::flush() {
    if (!have_) return;
    have_ = false;
    // Who watches for its start hears of one that lies ahead when it comes.
    if (o_.started_at > now_) o_.changes_at = std::min(o_.changes_at, o_.started_at);
    if (o_.broken_at != Instant::max()) {
        o_.state = o_.excuse == Excuse::Waived ? State::Waived : State::Broken;
    } else if (phase_ == Phase::Running && o_.settled_at == Instant::max()) {
        if (paused()) {
            o_.state = State::Paused;
            o_.paused = o_.paused + Period{std::max(paused_since_, counted_from_), now_}.length();
            o_.due_at = Instant::max();
        } else {
            o_.state = State::Running;
            if (clock_) warn();
        }
        if (limit_.schedule >= 0) {
            o_.provisional =
                calendars_.schedules[static_cast<std::size_t>(limit_.schedule)].is_provisional(
                    due_);
        }
    }
    hand_out();
}

void Watch::hand_out() {
    out_.push_back(o_);
    if (faces_ != nullptr) faces_->push_back(face());
}

ClockFace Watch::face() const {
    if (!clock_ || due_ == Instant::max() || o_.state == State::Pending) return {};
    ClockFace face{.has_clock = true, .limit = limit_, .due_at = due_};
    for (const Warning& warning : clause_.warns) face.warnings.push_back(warning_at(warning));
    if (o_.state != State::Paused) return face;
    face.paused_since = std::max(paused_since_, counted_from_);
    for (std::size_t i = 0; i < pauses_.size(); ++i) {
        if (pauses_[i] == Instant::max()) continue;
        if (const auto& cap = clause_.pauses[i].cap)
            face.paused_until = std::min(face.paused_until, pauses_[i] + *cap);
        if (face.pause >= 0 && pauses_[static_cast<std::size_t>(face.pause)] <= pauses_[i])
            continue;
        face.pause = static_cast<int>(i);
        face.paused_by = pauses_begun_[i];
    }
    // The clock as if the pause were over now.
    const auto moved = due_after_pause(due_, {face.paused_since, std::max(face.paused_since, now_)},
                                       limit_, calendars_);
    if (moved) face.due_at = *moved;
    return face;
}

}  // namespace yinuo::promise
