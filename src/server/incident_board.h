// Public incidents 公开的群障: how many were hit, and how many of them were made good.
//
// Anybody may ask, and counting means looking at every member: what was counted is kept for a
// minute. From any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "engine/incidents.h"

namespace yinuo::server {

class IncidentBoard {
public:
    struct Numbers {
        std::int64_t members = 0;
        std::int64_t made_good = 0;  // all of theirs has arrived
    };
    Numbers of(store::Reading&, const engine::Incident&, Instant now);

private:
    struct Kept {
        Instant at;
        Numbers numbers;
    };
    std::mutex lock_;
    std::map<std::pair<store::TenantId, std::int64_t>, Kept> kept_;
};

}  // namespace yinuo::server
