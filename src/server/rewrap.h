// From one master key to the next: everything in a store that a master key wraps.
//
// That is the installation's own key, two keys of each tenant and one of each customer; what these
// sealed stays as it is. Each piece is one small commit, so that an end at any moment (a kill, a
// full disk) leaves some keys under the old master, some under the new, none under neither; whoever
// still has both masters does it again and goes on where it ended.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "store/store.h"
#include "vault/keyring.h"

namespace yinuo::server {

struct Rewrapped {
    std::int64_t installation = 0;  // 1: its key was moved
    std::int64_t tenants = 0;       // whose keys were
    std::int64_t customers = 0;
};

// Moves every key under the newest master of the keyring, and looks through all of them once more
// before it says that it is done; all of it is on disk then. Nobody else may write meanwhile.
// Refuses a key that no master of the keyring opens, naming whose it is; throws the store's
// Trouble. Either way, what was done stays done.
Result<Rewrapped> rewrap_keys(store::Store&, const vault::Keyring&, vault::Entropy&);

}  // namespace yinuo::server
