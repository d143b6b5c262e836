// The record of one subject's obligations: decide and evolve.
//
// decide() folds everything known at `now` and returns what has to be written down: events that
// were not recorded yet, and reversing events for recorded ones that no longer hold. evolve() adds
// an event. A recorded verdict is never erased: a reversal is a further event.
// The facts that are known belong to the state, so facts may come late, twice, corrected or in any
// order, and the obligations end up as if they had come in order.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "promise/fold.h"
#include "promise/rate.h"

namespace yinuo::promise {

enum class EventKind : std::uint8_t {
    Started,
    DueSet,
    Paused,
    Resumed,
    Warned,
    Kept,
    Broken,
    Voided,
    VoidedByUs,
    Waived,
    NotMeasured,
    LatenessEnded,
    Reopened,
    Claimed,
    Confirmed,
    Rejected,
    Withheld,
    EvidenceSeen,
    Agreed,
    Released,
    Extended,
    Reversed,  // an earlier Kept, Broken, Voided, VoidedByUs, Waived or NotMeasured no longer holds
};
Text describe(EventKind);

struct Event {
    EventKind kind = EventKind::Started;
    int clause = 0;
    int occurrence = 1;
    std::string subject;
    Instant at;                               // when it was so
    Instant recorded_at;                      // when we knew
    Instant due_at = Instant::max();          // Started, DueSet, Extended, Paused, Resumed
    EventKind reversed = EventKind::Started;  // of Reversed: what no longer holds
    std::string who = {};                     // of Agreed: the person
    bool operator==(const Event&) const = default;
};

// A subject's facts as reported so far, and the events recorded so far.
struct Record {
    std::vector<Fact> facts;  // in order of arrival; borrowed
    std::vector<Event> events;
};

// What the promise says of all facts in the record at `now`, minus what is recorded.
std::vector<Event> decide(const Promise&, const Record&, Instant now, Folding&);
void evolve(Record&, const Event&);

// One step of a live system: how things stand, and what is to be written down about it.
struct Turn {
    std::vector<Obligation> obligations;
    std::vector<Event> news;
    std::vector<const Fact*> verdicts;  // the verdict facts, if asked for
};

// The turn of one subject: every clause but rates and clauses with `per`. `facts` are the
// subject's in true order, `recorded` its events in the order in which they were recorded; those
// of other clauses are left alone.
Turn decide_subject(const Promise&, std::span<const Fact* const> facts,
                    std::span<const Event> recorded, Instant now, Folding&,
                    bool want_verdicts = false);

// The same for one key of a clause with `per`; `facts` are those of all subjects that have it.
Turn decide_key(const Promise&, int clause, std::string_view key,
                std::span<const Fact* const> facts, std::span<const Event> recorded, Instant now,
                Folding&);

// The same for one period of a rate in one group, from its sums.
Turn decide_period(const Promise&, int clause, std::string_view group, const RatePeriod&,
                   const RateSum&, std::span<const Event> recorded, Instant now, Folding&);

}  // namespace yinuo::promise
