// How much is owed, by state and by the time that is left: what the boards on the wall show.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "server/api.h"

namespace yinuo::server {

// Counting is some index look-ups a tenant, and a wall of screens asks all the time: an answer
// serves everybody of a tenant for a second. People who see only part of it are counted apart.
class Lanes {
public:
    std::string json(const Call&);

private:
    struct Kept {
        Instant at;
        std::string json;
    };
    std::mutex lock_;
    std::map<store::TenantId, Kept> kept_;
};

}  // namespace yinuo::server
