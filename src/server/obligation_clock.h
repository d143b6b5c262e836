// What a clock on a screen needs to know of an obligation: when it warns, why and since when it
// stands still, how much working time is left, whose it is and what it costs if it breaks.
//
// Everything follows from the fold that judges (promise/clock_face.h) and from remedy/remedy.h on
// what is known now; a subject is folded once for all its rows. One thread, under the shelf's lock.
#pragma once

#include <map>
#include <utility>

#include "engine/shelf.h"
#include "promise/clock_face.h"
#include "server/json_out.h"
#include "server/session.h"
#include "store/store.h"

namespace yinuo::server {

class Clocks {
public:
    Clocks(store::Reading& rows, engine::Shelf& shelf, const Session& who, Instant now);
    Clocks(const Clocks&) = delete;

    // Member `clock`. Whose it is and who we are to the inside is told to staff only.
    void write(JsonOut&, const store::ObligationRow&, const store::Stream&);

private:
    struct Folded {
        Instant now;
        std::vector<promise::Obligation> obligations = {};
        std::vector<promise::ClockFace> faces = {};  // one for each of them
        std::vector<const promise::Fact*> facts = {};
    };
    const Folded& fold(const store::ObligationRow&, const store::Stream&, const engine::Version&);
    void write_face(JsonOut&, const promise::Promise&, const promise::Clause&, const Folded&,
                    std::size_t which);
    void write_tier(JsonOut&, const Folded&, const promise::Fact* start);
    void write_stake(JsonOut&, const promise::Promise&, const Folded&, std::size_t which);

    store::Reading& rows_;
    engine::Shelf& shelf_;
    const Session& who_;
    const Instant now_;
    Arena kept_, memory_;
    promise::Folding folding_;
    std::map<std::pair<store::StreamId, store::Position>, Folded> folded_;
};

// What sort of clock it is: 首响, 下次, 解决, or what the clause itself is called.
Text kind_of_clock(const promise::Clause&);

}  // namespace yinuo::server
