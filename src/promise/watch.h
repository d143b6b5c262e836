// One clause watching the facts of one subject (or of one key): the state machine behind fold.h.
//
// Facts come in true order. Before each of them time is moved on to its instant, so that caps,
// breaches and ends that lie between two facts happen in their place. The same steps run with and
// without a Story; the story is how the computation explains itself.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promise/clock_face.h"
#include "promise/fold.h"
#include "promise/obligation.h"
#include "promise/promise.h"
#include "promise/scope.h"

namespace yinuo::promise {

class Watch {
public:
    Watch(const Promise&, int clause, std::string_view key, std::span<const Fact* const> facts,
          Instant now, Folding&, Story*, std::vector<Obligation>& out);

    void run();

    // Beside each obligation, what its clock shows.
    void show(std::vector<ClockFace>* faces) { faces_ = faces; }

private:
    // A clause that yields more obligations about one subject than this is written wrongly (every
    // minute over centuries); the rest is not made.
    static constexpr int kOccurrencesMost = 20'000;

    enum class Phase { Idle, Running, Late, Done };  // Late: broken, and lateness still grows

    // --- beginning (watch.cc)
    void handle(const Fact&);
    bool starts_with(const Fact&);
    bool in_audience(const Fact&);
    void begin(const Fact& start, Instant at);
    bool in_force(Instant at) const;
    bool choose_limit(Instant at);
    void set_due(Instant due);
    void not_measured(Instant at, std::string_view why);

    // --- clauses with a clock (watch_clock.cc): Within, By, Window, Every
    void handle_clock(const Fact&);
    void advance_clock(Instant to);
    void keep(const Fact&);
    void cancel(const Fact&, State state);
    void note_pauses(const Fact&);
    void take_up_pauses(Instant at);
    void pause_or_resume(const Fact&);
    void resume(std::size_t reason, Instant at, StepKind how);
    void settle_pauses(Instant at);
    void extend(const Fact&);
    void reopen(const Fact&);
    void next_interval(Instant from);
    bool paused() const { return paused_reasons_ > 0; }

    // --- clauses that count or forbid (watch_count.cc): Never, Always, AtMost
    void handle_never(const Fact&);
    void handle_always(const Fact&);
    void handle_at_most(const Fact&);
    void advance_watch(Instant to);
    bool watch_over(const Fact&);
    void start_watch(const Fact&);
    void end_watch(Instant at, const Fact* by);
    bool count(const Fact&, std::size_t bound);
    Instant time_passed_at(std::size_t bound) const;

    // --- claims and excuses, for every shape (watch_people.cc)
    void handle_claim(const Fact&);
    void advance_claim(Instant to);
    void confirm(Instant at, const Fact* by, StepKind how);
    void reject(const Fact&);
    void handle_excuse(const Fact&);

    // --- verdicts
    void advance(Instant to);
    void advance_by_shape(Instant to);
    Instant next_change() const;
    void break_at(Instant at, const Fact* by);
    void settle(State state, Instant at, const Fact* by);
    Instant warning_at(const Warning&) const;
    void tell_warnings(Instant until);
    void warn();
    void flush();
    void hand_out();
    ClockFace face() const;
    void tell(StepKind kind, Instant at, Instant until = Instant::max(), int index = 0,
              const Fact* fact = nullptr, std::string_view why = {}) {
        if (story_ != nullptr) story_->tell(o_, Step{kind, at, until, index, fact, why});
    }

    const Promise& promise_;
    const Clause& clause_;
    const int index_;
    const std::string_view key_;
    const std::span<const Fact* const> facts_;
    const Instant now_;
    Folding& folding_;
    Story* const story_;
    std::vector<Obligation>& out_;
    std::vector<ClockFace>* faces_ = nullptr;
    const Calendars calendars_;
    Asker ask_;

    Phase phase_ = Phase::Idle;
    bool have_ = false;   // o_ is an obligation that wasn't handed out yet
    bool clock_ = false;  // Within, By, Window, Every
    int occurrences_ = 0;
    Obligation o_;
    std::vector<const Fact*> starts_seen_;  // of several starts, those that have come

    Limit limit_;
    Instant due_ = Instant::max();           // as if no pause were open
    Instant earliest_ = Instant::min();      // Window
    Instant counted_from_ = Instant::max();  // the instant the limit was counted from

    std::vector<Instant> pauses_;            // since when each is open, max: it isn't
    std::vector<const Fact*> pauses_begun_;  // by which fact each was opened last
    int paused_reasons_ = 0;
    Instant paused_since_ = Instant::max();

    Instant claim_due_ = Instant::max();
    const Fact* claim_fact_ = nullptr;
    bool broken_by_claim_ = false;
    bool cause_ = false;
    bool evidence_ = false;
    std::vector<std::string> agreed_;

    // AtMost
    struct Tally {
        std::int64_t count = 0;
        Decimal sum;
        Millis time{0};
        Instant from = Instant::max();
        std::deque<std::pair<Instant, Decimal>> recent;  // sliding window
    };
    std::vector<Tally> tallies_;
    Instant watch_end_ = Instant::max();
};

}  // namespace yinuo::promise
