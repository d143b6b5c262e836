// An obligation as its customer is told it: steps, forecast, what a miss means.
#include "server/routes.h"
#include "server/told.h"

namespace yinuo::server {
namespace {

void read_told(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto seen = find_obligation(*reading, call.who, call.parameter("id"));
        if (!seen) return deny(no_such({"履约单", "obligation"}));
        return http::Response::json(200, told_json(call, *reading, *seen));
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/obligations/{id}/told", "readTold", Permission::ObligationsRead, read_told, 0,
     false, 2},
};

}  // namespace

std::span<const Route> told_routes() { return kRoutes; }

}  // namespace yinuo::server
