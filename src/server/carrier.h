// Who performs the actions of one topic (store/rows.h): webhooks, payouts, notices.
//
// A carrier acts in the world off the engine's thread and says afterwards what is to be written
// down. It may be asked to do the same again, after a crash or because nobody knows how it went, and
// must then use the same key, so that a second time has no second effect.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "connect/delivery.h"
#include "connect/retry.h"
#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::server {

class Carrier {
public:
    // Written down in one transaction of the engine's thread, if the action still waits. Empty: it is
    // as if it had not been tried.
    using Outcome = std::function<void(engine::Turns&, store::Action)>;
    using Done = std::function<void(Outcome)>;

    virtual ~Carrier() = default;
    virtual std::string_view topic() const = 0;
    // How many at one target at a time: a slow receiver doesn't take everybody's places.
    virtual int at_once(const store::Action&) const { return 16; }
    // Begins. `done` is called exactly once, before this returns or later, on any thread.
    virtual void carry(store::Reading&, const store::Action&, Done done) = 0;
};

// How an attempt went, as the record and the API tell it.
struct Attempt {
    connect::Next next = {};
    std::string fault = "none";  // stable, for programs: "timed-out", "answer-mismatch"
    int status = 0;              // of HTTP, or of the mail server; 0: there was none
    std::string excerpt = {};    // what was said; never an address
};

// Counts the attempt, moves the action on as `next` says, and writes an entry of kind Delivery.
void write_attempt(engine::Turns&, store::Action, const Attempt&);

std::string_view name_of(connect::Fault);
double chance(vault::Entropy&);  // uniform in [0, 1): how much longer to wait

}  // namespace yinuo::server
