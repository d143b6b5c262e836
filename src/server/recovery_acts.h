// 补救动作: what somebody decided to do for one customer after a breach, held for ten seconds.
//
// An act is a document and an action of topic "recovery-act" that is due when it may no longer be
// undone, put in one commit: it is carried out once, also when the server was killed in between, and
// until then nothing of it has happened. Undoing leaves the document as cancelled, no entry of the
// ledger and no message. What is said to the customer and the note are personal and lie sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/notice_text.h"
#include "engine/customers.h"
#include "engine/noticing.h"
#include "engine/turns.h"
#include "server/carrier.h"
#include "store/store.h"

namespace yinuo::server {

inline constexpr std::string_view kRecoveryActs = "recovery-acts";  // documents
inline constexpr std::string_view kRecoveryActTopic = "recovery-act";
inline constexpr Millis kUndoFor = seconds(10);  // of the world's time

struct RecoveryAct {
    enum class State : std::uint8_t { Waiting, Cancelled, Done, Failed };

    std::string id;
    store::ObligationId obligation = 0;
    store::CustomerId customer = 0;
    engine::Actor by = {};
    State state = State::Waiting;
    std::string cause = {};    // of the company's reason codes; empty: not coded
    std::string apology = {};  // sealed; empty: nothing is said
    std::string note = {};     // sealed; for the company
    std::string choose = {};   // the payout for which `choice` is chosen
    std::string choice = {};
    std::string approve = {};  // the payout that is approved
    Instant made_at = {};
    Instant due_at = {};  // from when it can't be undone
    Instant ended_at = Instant::max();
    std::int64_t action = 0;
    std::string fault = {};  // of Failed: the error's code, and its words
    Text why = {};
    std::int64_t etag = 0;
};
std::string_view name_of(RecoveryAct::State);
Text describe(RecoveryAct::State);

std::optional<RecoveryAct> find_recovery_act(store::Reading&, store::TenantId, std::string_view id);
// The one that waits for this obligation.
std::optional<RecoveryAct> waiting_act(store::Reading&, store::TenantId, store::ObligationId);
// Refuses ("recovery-waits") while another one waits for the same obligation.
Result<void> put_recovery_act(engine::Turns&, store::TenantId, RecoveryAct&);
// Queues what carries it out.
void queue_recovery_act(engine::Turns&, store::TenantId, RecoveryAct&);

// The message as it goes to the customer's channels: by the rule for "recovery.apology", otherwise
// by that for a breach, otherwise mail and page.
engine::NoticeTask apology_task(store::Reading&, store::TenantId, const RecoveryAct&,
                                const store::Stream&, const store::ObligationRow&, Instant now);
// What such a message says, unsealed; empty: it is none, or the key is gone.
std::string apology_of(store::Reading&, engine::Keys&, store::TenantId, const engine::NoticeTask&);

// Nothing happens in the world: all of it is what is written down, in one transaction.
class RecoveryActCarrier final : public Carrier {
public:
    std::string_view topic() const override { return kRecoveryActTopic; }
    void carry(store::Reading&, const store::Action&, Done done) override;
};

}  // namespace yinuo::server
