// The audit trail: who did what, the latest first.
#include <charconv>

#include "engine/entry.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

Answer list_audit(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    store::Position from = 0;  // 0: from the latest on
    std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), from);
    JsonOut items;
    std::string next;
    store::Position shown = 0;
    int count = 0;
    call.things.store.read()->entries_about(
        call.who.tenant, static_cast<std::uint8_t>(engine::EntryKind::Audit), from, true,
        [&](const store::Entry& entry) {
            if (count == wish->limit) {
                next = std::to_string(shown);
                return false;
            }
            items.open('{').member("position", entry.position).member("at", entry.recorded_at);
            // Who, what and about what, as the engine wrote it down.
            items.key("entry").raw(entry.body).close('}');
            shown = entry.position;
            ++count;
            return true;
        });
    return page(call, items.text(), next);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/audit", "listAudit", Permission::AuditRead, list_audit, 0},
};

}  // namespace

std::span<const Route> audit_routes() { return kRoutes; }

}  // namespace yinuo::server
