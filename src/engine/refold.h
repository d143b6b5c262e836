// A stream as its entries in the log alone make it: what rebuilding writes and fsck compares with.
//
// Rows come from the same turn that the engine takes (turner.h). Numbers, and where in the log a row
// was changed last, are those that were logged; how it stands is folded again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/store.h"
#include "time/zone.h"

namespace yinuo::engine {

struct Refolded {
    store::Stream stream;                                     // turned_at: of its last entry
    std::vector<store::ObligationRow> rows = {};              // by id
    std::vector<std::pair<std::int64_t, std::string>> facts;  // source and id of each that has one
    std::set<std::string> groups = {};                        // streams of its keys and rates
    std::map<std::string, std::vector<store::Measure>> measures = {};  // by the rate's stream
    // Time has come for something that no entry tells of yet: the rows are as before it, and the
    // stream wakes at once.
    bool lags = false;
    bool facts_fit = true;  // of a subject: its last change was judged by the facts that lie there
};

// Folds streams again, whatever keys there are or aren't: nothing is opened, sealed or signed.
class Refolder {
public:
    // Reads every published version.
    static Result<std::unique_ptr<Refolder>> open(store::Reading&, Zones&);
    virtual ~Refolder() = default;

    virtual Refolded refold(store::Reading&, store::StreamId, Instant now) = 0;
};

}  // namespace yinuo::engine
