// Follows the log and counts what happened in the last hour of the demo's clock, tenant by tenant.
//
// What it knows is only what is on disk. It is caught up by one thread; any may ask.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/shelf.h"
#include "promise/record.h"
#include "store/store.h"

namespace yinuo::demo {

struct SeenVerdict {
    store::ObligationId id = 0;
    Text clause;
    std::string subject;
    promise::EventKind what = promise::EventKind::Kept;  // Kept, Broken or Reversed
    Instant recorded_at, due_at;
};

struct Seen {
    std::int64_t kept = 0, broken = 0, at_risk = 0;  // in the last hour
    std::int64_t reversed = 0;                       // verdicts, since it was watched
    std::vector<SeenVerdict> newest;                 // the latest first, at most five
};

class Watch {
public:
    // `from`: begins after this position.
    Watch(store::Store& store, Zones& zones, store::Position from)
        : store_(store), shelf_(zones), seen_until_(from) {}

    // Reads what was committed since; throws Trouble as the store does.
    void catch_up();
    Seen seen(store::TenantId, Instant now) const;

private:
    struct Minute {
        std::int64_t at;  // in minutes since 1970
        std::int64_t kept = 0, broken = 0, at_risk = 0;
    };
    struct Company {
        std::deque<Minute> minutes;
        std::int64_t reversed = 0;
        std::deque<SeenVerdict> newest;
    };
    void take(store::Reading&, const store::Entry&);

    store::Store& store_;
    engine::Shelf shelf_;  // of the one thread that catches up
    store::Position seen_until_;
    mutable std::mutex lock_;
    std::map<store::TenantId, Company> companies_;
};

}  // namespace yinuo::demo
