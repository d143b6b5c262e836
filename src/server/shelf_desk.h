// Compiled promises for whoever isn't the engine: explanations, receipts, live changes.
//
// One Shelf behind a lock, brought up to the log before each use, so that it holds every version
// of that tenant which the engine has published. Names that it interns are its own: facts that are
// folded by its promises must be read with its names, inside the same use().
#pragma once

#include <map>
#include <mutex>

#include "engine/shelf.h"
#include "store/store.h"

namespace yinuo::server {

class ShelfDesk {
public:
    ShelfDesk(store::Store& store, Zones& zones) : store_(store), shelf_(zones) {}

    // Calls `with(shelf)` under the lock and gives what it gives. Throws Trouble as the store does.
    template <typename With>
    auto use(store::TenantId tenant, With with) {
        const std::lock_guard hold(lock_);
        catch_up(tenant);
        return with(shelf_);
    }

private:
    void catch_up(store::TenantId);

    store::Store& store_;
    std::mutex lock_;
    engine::Shelf shelf_;
    std::map<store::TenantId, store::Position> seen_;
};

}  // namespace yinuo::server
