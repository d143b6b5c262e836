#include "server/shelf_desk.h"

#include "engine/entry.h"

namespace yinuo::server {

void ShelfDesk::catch_up(store::TenantId tenant) {
    auto& seen = seen_[tenant];
    const auto reading = store_.read();
    const auto last = reading->last_position();
    if (last == seen) return;
    bool news = false;
    reading->entries_about(tenant, static_cast<std::uint8_t>(engine::EntryKind::Promise), seen,
                           false, [&](const store::Entry&) {
                               news = true;
                               return false;
                           });
    // A text that doesn't compile was published by another program; then the engine hasn't it either.
    if (news) static_cast<void>(engine::fill_shelf(*reading, shelf_));
    seen = last;
}

}  // namespace yinuo::server
