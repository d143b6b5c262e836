// A shelf from the documents of the published versions.
#include <algorithm>

#include "engine/entry.h"
#include "engine/publishing.h"
#include "engine/shelf.h"
#include "engine/tenants.h"

namespace yinuo::engine {
namespace {

constexpr int kPage = 200;

}  // namespace

Result<void> fill_shelf(store::Reading& rows, Shelf& shelf) {
    std::vector<std::pair<store::TenantId, PromiseVersion>> published;
    for (const auto& tenant : tenants(rows)) {
        std::string after;
        for (;;) {
            const auto page = rows.documents(tenant.id, kPromises, after, kPage);
            for (const auto& document : page) {
                auto version = TRY(PromiseVersion::from_json(document.body));
                if (version.position != 0) published.emplace_back(tenant.id, std::move(version));
                after = document.id;
            }
            if (page.size() < static_cast<std::size_t>(kPage)) break;
        }
    }
    // Later versions put earlier ones out of force: in the order in which they were published.
    std::ranges::sort(published, {}, [](const auto& one) { return one.second.position; });
    for (const auto& [tenant, version] : published) {
        if (shelf.find(version.position) == nullptr)
            TRY(shelf.add(tenant, version.position, version.published_at, version.publication));
        if (version.retired_at != Instant::max())
            shelf.retire(version.position, version.retired_at);
    }
    return {};
}

Result<void> take_step(Shelf& shelf, const store::Entry& entry, const PromiseStep& step) {
    if (step.stage == Stage::Published)
        TRY(shelf.add(entry.tenant, entry.position, entry.recorded_at, step.publication));
    if (step.stage == Stage::Retired) shelf.retire(step.published_in, entry.recorded_at);
    return {};
}

Result<void> fill_shelf_from_log(store::Reading& rows, Shelf& shelf) {
    Result<void> fine;
    for (const auto& tenant : tenants(rows))
        rows.entries_about(tenant.id, static_cast<std::uint8_t>(EntryKind::Promise), 0, false,
                           [&](const store::Entry& entry) {
                               const auto step = read_promise_step(entry.body);
                               fine = step ? take_step(shelf, entry, *step)
                                           : Result<void>(refuse(step.error()));
                               return fine.has_value();
                           });
    return fine;
}

}  // namespace yinuo::engine
