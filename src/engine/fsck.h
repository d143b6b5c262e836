// Is everything there, and does it all agree? Reads only.
//
// Looks at the medium; at the log's positions and instants; at every leaf of the transparency log,
// whose commitment is computed again from its entry and the customer's salt; at every tile against
// the signed checkpoint; at every promise's document and every row against the log (rebuild.h). What
// is about an erased customer can't be computed again: that its commitment leads to the signed root
// is all that can be said, and how many there are is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/rebuild.h"
#include "store/store.h"
#include "time/zone.h"
#include "vault/keyring.h"

namespace yinuo::engine {

struct FsckFigures {
    RebuildFigures rows;
    std::int64_t leaves = 0;  // whose commitment was computed and found right
    std::int64_t erased = 0;  // leaves about erased customers: their commitment alone is checked
    std::int64_t tiles = 0;   // entries below them that lead to the signed root
};

struct Fsck {
    FsckFigures figures;
    Findings findings;
    bool log_is_sound = true;  // every entry can be read and is what its leaves commit to
};

// Everything, of every tenant. Findings carry the codes of store.h, rebuild.h and tlog/audit.h, and:
// "log-has-holes", "time-went-back", "leaves-apart" (an entry's leaves don't follow those before),
// "wrong-commitment", "wrong-text-hash" (of a published promise), "wrong-checkpoint" (size or
// signature), "no-customer" and "log-entry-unreadable" (the entry is named; also with the code that
// says why a published text can't be compiled), "key-unreadable" (a customer's or tenant's),
// "promise-unreadable", "promise-differs", "promise-missing" (a document, held to the log),
// "postings-unbalanced", "paid-twice", "payout-unbalanced", "payout-unknown" (paying_rebuild.h),
// "rows-not-compared" (the log isn't sound). Each is told and the rest is looked at all the same.
// Refuses when a master key is missing, the medium fails, or it is interrupted.
Result<Fsck> fsck(store::Store&, Zones&, const vault::Keyring&, const Goes& = {});

// Of that, only what concerns leaves and tiles.
Result<Fsck> check_logs(store::Reading&, Zones&, const vault::Keyring&, const Goes& = {});

// Is the tree of an earlier checkpoint the beginning of that tenant's log as it is now? The note's
// origin says whose. Findings: "log-shrank", "log-rewritten". Refuses notes that no tenant signed.
Result<Findings> check_against(store::Reading&, const std::string& note);

}  // namespace yinuo::engine
