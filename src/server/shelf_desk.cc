#include "server/shelf_desk.h"

#include <algorithm>

#include "engine/entry.h"
#include "engine/publishing.h"

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
    if (news) read_versions(*reading, tenant);
    seen = last;
}

void ShelfDesk::read_versions(store::Reading& reading, store::TenantId tenant) {
    constexpr int kPage = 100;
    std::vector<engine::PromiseVersion> published;
    for (std::string after;;) {
        const auto page = reading.documents(tenant, engine::kPromises, after, kPage);
        for (const auto& document : page) {
            auto version = engine::PromiseVersion::from_json(document.body);
            if (version && version->position > 0) published.push_back(std::move(*version));
        }
        if (page.size() < kPage) break;
        after = page.back().id;
    }
    std::ranges::sort(published, {}, &engine::PromiseVersion::position);
    for (const auto& version : published) {
        if (shelf_.find(version.position) == nullptr &&
            !shelf_.add(tenant, version.position, version.published_at, version.publication))
            continue;  // it was checked before it was published: the engine would not have it either
        if (version.stage == engine::Stage::Retired && retired_.insert(version.position).second)
            shelf_.retire(version.position, version.retired_at);
    }
}

}  // namespace yinuo::server
