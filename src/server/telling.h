// What happened, told from the log: the steps of a stream in words of both languages.
//
// It reads what was recorded and decides nothing; the reckoning behind a verdict is explain's
// (explaining.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/shelf.h"
#include "store/store.h"

namespace yinuo::server {

struct TimelineStep {
    store::Position position = 0;  // of the entry
    Instant at;                    // when it was so
    Instant recorded_at;           // when we knew
    std::string_view what;         // "fact", "obligation", "remedy", "payout", "notice", "evidence"
    std::string kind;              // of the fact, of the event in its English word
    store::ObligationId obligation = 0;
    std::string clause;
    Text words;
    // Of an event of an obligation; empty, or max, where it has none.
    std::string reversed;  // what no longer holds, in its English word
    std::string who;
    Instant due_at = Instant::max();
    // Of a remedy or a payout: its name, how much of what (1 "apology" where there is no amount), to
    // whom (empty: the customer).
    std::string remedy, amount, unit, payee;
    // Of a payout, a notice, a file: its id.
    std::string id;
    // Of a fact: which source reported it (the store's number), and whom it names as `by`.
    std::int64_t source = 0;
    std::string by = {};
};

// Steps of the entries after `from`, in order, until `most` of them or more were gathered; always
// whole entries. `only`: of one obligation.
std::vector<TimelineStep> steps_of(store::Reading&, const engine::Shelf&, const store::Stream&,
                                   store::Position from, std::size_t most,
                                   std::optional<store::ObligationId> only = {});

class JsonOut;
void write_step(JsonOut&, const TimelineStep&);

}  // namespace yinuo::server
