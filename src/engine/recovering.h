// 服务补救: what follows a breach has promises of its own (examples/house/recovery.yaml).
//
// Where a company has published a promise called `recovery`, each breach queues, in its own commit, an
// action of topic "recovery"; whoever performs it reports the fact that the recovery's clocks start
// from, under an id made from the obligation's, so that a second time changes nothing. A breach that
// a later fact undoes queues the same with `undone`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr std::string_view kRecovery = "recovery";  // topic, promise, kind of subject

struct RecoveryTask {
    store::ObligationId obligation = 0;
    bool undone = false;
    Instant at;  // when it was known

    std::string to_json() const;  // an action's body
    static Result<RecoveryTask> from_json(std::string_view);
};

// For the length of one group of turns. Inside the room.
class RecoveryQueue {
public:
    explicit RecoveryQueue(store::Writing& rows) : rows_(rows) {}
    // Of "obligation.broken" and "obligation.reversed" about a customer's subject. Not of chases and
    // recoveries: a recovery of the recovery would have no end.
    void tell(store::TenantId, std::string_view type, std::string_view subject,
              store::Position cause, Instant now);

private:
    bool is_promised(store::TenantId);

    store::Writing& rows_;
    std::map<store::TenantId, bool> promised_;
};

}  // namespace yinuo::engine
