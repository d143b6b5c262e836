// What an obligation rests on: the facts that its stream's turn was decided by, as they were then.
//
// A subject rests on its own facts; a key on those of every member that have it, verdict facts among
// them. Whoever judges, explains or proves asks here, so all three speak of the same facts.
#pragma once

#include <limits>
#include <vector>

#include "base/arena.h"
#include "engine/shelf.h"
#include "engine/turner.h"
#include "promise/fold.h"
#include "store/store.h"

namespace yinuo::engine {

struct Moment {
    Instant now;                                                          // of the turn
    store::Position until = std::numeric_limits<store::Position>::max();  // entries before it count
};

// Facts of one stream's own entries, in order of arrival; they live in `memory`. Throws Trouble at a
// damaged entry.
std::vector<promise::Fact> own_facts(store::Reading&, Shelf&, const store::Stream&,
                                     store::Position until, Arena& memory);

struct Resting {
    std::vector<const promise::Fact*> facts = {};  // in true order
    std::vector<store::StreamId> subjects = {};    // whose they are, by id
};
Resting subject_rests_on(store::Reading&, Shelf&, const store::Stream&, Moment, Arena& memory);
// `key`: the stream of a clause with `per`, and its name's parts. Verdict facts live where `folding`
// keeps its own, the rest in `memory`. Throws Trouble when its clause was never published.
Resting key_rests_on(store::Reading&, Shelf&, const store::Stream& key, const StreamName&, Moment,
                     promise::Folding&, Arena& memory);

}  // namespace yinuo::engine
