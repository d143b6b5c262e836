// Witnesses: others who sign a company's checkpoints, so that its log can't show two trees to two
// people. Whom to trust the company's owner says; what they signed is handed in as a signed note.
//
// Both lie beside the log as documents of the tenant. Of cosigned checkpoints the latest is kept:
// the log grows with every commit, and a witness always signs a size that has passed by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "server/answer.h"
#include "tlog/checkpoint.h"
#include "tlog/key.h"

namespace yinuo::server {

inline constexpr std::size_t kWitnessesMax = 16;

struct TrustedWitnesses {
    std::vector<tlog::VerifierKey> keys;
    std::int64_t etag = 1;  // of an empty list that nobody has set, too
};
TrustedWitnesses trusted_witnesses(store::Reading&, store::TenantId);

// Keys that aren't trusted any more vanish from the kept checkpoint. Refuses a stale etag; gives
// the new one.
Answered<std::int64_t> trust_witnesses(engine::Turns&, const engine::Actor&,
                                       const std::vector<tlog::VerifierKey>&, std::int64_t etag);

// The latest cosigned checkpoint as it may be served; "": there is none.
std::string cosigned_note(store::Reading&, store::TenantId);

// Takes a checkpoint of the tenant's log with cosignatures, and keeps it; those of the same size
// are gathered. Refuses a note that isn't one, isn't this log's, isn't signed by it ("bad-signature"),
// has a signature of a key that isn't trusted ("unknown-witness") or a wrong one ("bad-signature"),
// or none but the log's ("too-few-witnesses"); with 409 one that the kept one is later than
// ("cosigned-older"), and one that doesn't fit the log as it is ("log-shorter", "log-forked").
struct Cosigned {
    std::uint64_t size = 0;
    std::vector<tlog::Cosigned> by;  // all that are kept for it now
};
Answered<Cosigned> take_cosigned(engine::Turns&, const engine::Actor&, std::string_view note);

}  // namespace yinuo::server
