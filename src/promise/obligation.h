// An obligation 履约单: one clause owed about one subject, and what became of it.
//
// It is a pure function of the promise version, its calendars, the facts and `now`; fold.h
// computes it. Instants that did not come (yet) are Instant::max().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "promise/fact.h"
#include "time/instant.h"

namespace yinuo::promise {

// Every obligation is counted in exactly one of these, so their sum closes.
enum class State : std::uint8_t {
    Pending,      // 待开始: something is still missing for it to begin
    Running,      // 进行中
    Paused,       // 暂停计时
    AtRisk,       // 即将超时: running, and its first warning has come
    Kept,         // 已兑现
    Broken,       // 已违约
    Waived,       // 已免责
    Void,         // 已作废: cancelled by the customer, or ended before anything was due
    VoidByUs,     // 企业取消
    NotMeasured,  // 未计量: no population, no promised instant, a value that is missing
};
constexpr int kStates = 10;

std::string_view name_of(State);  // "at risk", "void by us"...
Text describe(State);
std::optional<State> parse_state(std::string_view name);
constexpr bool is_open(State s) {
    return s == State::Pending || s == State::Running || s == State::Paused || s == State::AtRisk;
}

// Where a claim stands; None when nobody claimed.
enum class Claim : std::uint8_t { None, Claimed, Confirmed, Rejected };
// Where an excuse stands. Withheld: a cause is recorded, the second agreement is still missing.
enum class Excuse : std::uint8_t { None, Withheld, Released, Waived };

struct Obligation {
    int clause = 0;            // index in Promise::clauses
    int occurrence = 1;        // first, second... of this clause about this subject
    std::string_view subject;  // or the key of `per`, or a period and group of a rate
    State state = State::Pending;
    Claim claim = Claim::None;
    Excuse excuse = Excuse::None;
    std::uint8_t extensions = 0;
    bool earlier_kept = false;  // it was kept before it was reopened; that verdict stays
    bool provisional = false;   // the due instant lies beyond the announced holidays

    const Fact* start = nullptr;       // null for rates
    const Fact* decided_by = nullptr;  // the keeping, breaking or cancelling fact, if one decided
    Instant started_at = Instant::max();
    Instant promised_at =
        Instant::max();               // By, Window: the instant in the data; otherwise as due_at
    Instant due_at = Instant::max();  // last instant in time; max while paused or without one
    Instant first_due_at = Instant::max();  // as it was on the start, before pauses and extensions
    Instant first_warning_at = Instant::max();
    Instant broken_at = Instant::max();   // the breach; stays when lateness ends
    Instant settled_at = Instant::max();  // kept, void, or where lateness ended
    Millis paused{0};                     // clock time that did not count, until settled or `now`
    std::vector<Period> done_between{};   // of a breach that was reopened: no lateness in these

    // For Rate: what was counted. For AtMost: how far the fullest bound was filled.
    std::int64_t counted = 0;
    std::int64_t good = 0;

    // The next instant at which it changes, or a step of it is told, with no further fact: a
    // warning, the breach, a pause's cap, a claim's silence, the end of a watch or of a rate's
    // period. Always after `now`; max if there is none. Until then folding gives the same
    // obligation (`paused` of one that stands still grows).
    Instant changes_at = Instant::max();

    // Time past the promised instant (0 when none), until settled or `now`.
    Millis late(Instant now) const { return past(promised_at, now); }
    // Time past the due instant.
    Millis overdue(Instant now) const { return past(due_at, now); }
    // From the start until settled or `now`.
    Millis elapsed(Instant now) const {
        if (started_at == Instant::max()) return {0};
        return (settled_at < now ? settled_at : now) - started_at;
    }

private:
    Millis past(Instant due, Instant now) const {
        const Instant until = settled_at < now ? settled_at : now;
        if (broken_at == Instant::max() || due == Instant::max() || until <= due) return {0};
        Millis length = until - due;
        for (const Period& done : done_between)
            if (done.begin < until)
                length = length - ((done.end < until ? done.end : until) - done.begin);
        return length;
    }
};

// --- the story: what the fold did, step by step ------------------------------------------------

enum class StepKind : std::uint8_t {
    Waiting,  // one of several starts has come
    Started,
    NotOwed,     // no row of `within` applied, or outside the audience
    DueSet,      // until = due
    Paused,      // index = pause
    Resumed,     // index = pause; at = when, until = when it began
    CapReached,  // a pause counted for no longer
    DueMoved,    // until = new due
    Extended,    // until = new due
    ExtensionRefused,
    Warned,  // index = warning
    Kept,
    Broken,  // at = the breach
    LatenessEnded,
    Voided,
    VoidedByUs,
    Reopened,  // index = Reopening
    Claimed,
    Confirmed,
    ConfirmedBySilence,
    Rejected,  // index = 1: a breach that stood on the claim alone is undone
    CauseRecorded,
    EvidenceSeen,
    Agreed,  // index = how many different people by now
    Refused,
    Waived,
    Ended,      // the watch ended
    Counted,    // index = bound (AtMost)
    Satisfied,  // Always
    NotSatisfied,
    NotMeasured,
    StartIgnored,  // it was running already
};

struct Step {
    StepKind kind;
    Instant at;
    Instant until = Instant::max();
    int index = 0;
    const Fact* fact = nullptr;
    std::string_view why = {};  // FEEL's reason for a null, a person, a missing field
};

// Receives steps while folding. The fold does the same with and without one.
class Story {
public:
    virtual ~Story() = default;
    // `of` is the obligation as it stands; it is identified by clause, subject and occurrence.
    virtual void tell(const Obligation& of, const Step&) = 0;
    // Does it want to be told why FEEL came to a null? Words that nobody reads cost time.
    virtual bool asks_why() const { return true; }
};

}  // namespace yinuo::promise
