// What may be done in the engine's thread, within one transaction: the only door to writing.
//
// Everything done through one Turns becomes durable together, or not at all. Refusals are decided
// before anything is written, so a refused piece of work leaves no trace.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/entry.h"
#include "engine/report.h"
#include "engine/shelf.h"
#include "store/store.h"
#include "vault/keyring.h"

namespace yinuo::engine {

class Keys;   // customers.h
struct Till;  // paying_cashier.h

// Who does something privileged; it goes into the audit trail with it.
struct Actor {
    store::TenantId tenant = 0;
    std::string id;    // "usr_…", "key_…", or "system"
    std::string name;  // as people know them; never a customer's
};

class Turns {
public:
    virtual ~Turns() = default;

    virtual store::Writing& rows() = 0;
    // Never earlier than anything that was recorded before.
    virtual Instant now() const = 0;
    // Time goes on, for the whole group, until it is later than every turn so far, and this is what
    // it is then. From such a moment promises come into force or leave it: what was turned in the
    // same millisecond before was decided without knowing.
    virtual Instant next_moment() = 0;
    virtual Shelf& shelf() = 0;
    virtual Keys& keys() = 0;
    virtual const vault::Keyring& keyring() const = 0;
    virtual vault::Entropy& entropy() = 0;

    // One answer for each fact, in order. Turns every stream that the facts are about.
    virtual std::vector<Acknowledgement> report(const Report&) = 0;

    // Folds a stream's facts again at now() and writes down what is new, as when its timer fires.
    virtual void turn(store::StreamId) = 0;

    // See moving.h.
    virtual Result<std::vector<store::ObligationRow>> preview_move(store::StreamId,
                                                                   const Version& from,
                                                                   const Version& to) = 0;
    virtual Result<void> move(store::StreamId, const Version& from, const Version& to,
                              std::string_view by) = 0;

    // What paying.h works through.
    virtual Till till() = 0;

    // An entry about no stream: `body` is JSON. With `leaf`, its content goes into the tenant's
    // transparency log (salted with the tenant's own key).
    virtual store::Position append(store::TenantId, EntryKind, std::string body,
                                   std::string_view leaf = {}) = 0;

    // "usr_… did `what` to `about`"; `more` are further members, as JSON text without braces.
    virtual void audit(const Actor&, std::string_view what, std::string_view about,
                       std::string_view more = {}) = 0;

    // Queues deliveries of a domain event to every endpoint that wants its type; `data` is JSON.
    virtual void announce(store::TenantId, std::string_view type, std::string_view subject,
                          std::string_view data, store::Position cause) = 0;
};

}  // namespace yinuo::engine
