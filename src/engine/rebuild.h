// Everything that can be made from the log, made again; and compared with what stands.
//
// Streams, obligations, facts' ids, keys' members and rates' measures are projections: dropped and
// made again they are the same rows. As of when: every stream as it stands at the log's last
// instant, or, where something was due by then that no entry tells of yet, just before it.
//
// What may differ from the rows that were dropped, and why it is the same:
// - Stream::turned_at is that of the stream's last entry; a turn that found nothing to write down
//   leaves no trace in the log.
// - Stream::wakes_at may be an instant that is over already: what that turn found, the next finds.
// - A rate is told anew at rests while its period runs; made again it is up to date (its row's
//   counts, and that it need not wake for them).
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "store/store.h"
#include "time/zone.h"

namespace yinuo::engine {

// Told how many of the log's entries are done; false: stop.
using Goes = std::function<bool(store::Position done, store::Position of)>;

struct RebuildFigures {
    std::int64_t entries = 0;
    std::int64_t streams = 0;
    std::int64_t obligations = 0;
    std::int64_t facts = 0;    // ids
    std::int64_t lagging = 0;  // streams whose time has come since their last entry
};

// In one transaction: interrupted ("interrupted") or failed, nothing has changed. No engine may
// run on the store meanwhile. Refuses promises and entries that can't be read.
Result<RebuildFigures> rebuild(store::Store&, Zones&, const Goes& = {});

struct Comparison {
    RebuildFigures figures;
    Findings differences;  // at most as many as asked for; then it has stopped
};

// Holds every row to what rebuild() would write. Codes: "stream-missing", "stream-differs",
// "time-missed" (something was due that no timer is set for), "obligation-missing",
// "obligation-extra", "obligation-differs", "fact-missing", "key-differs", "measures-differ",
// "facts-differ" (of the hash in the subject's last change), "stream-unreadable" (its entries can't
// have been written by this program), and those of paying_rebuild.h.
Result<Comparison> compare(store::Reading&, Zones&, const Goes& = {},
                           std::size_t differences_max = 100);

}  // namespace yinuo::engine
