// Links for customers: made by people who may see customers, opened without an account.
#include "server/body.h"
#include "server/recognise.h"
#include "server/routes.h"
#include "vault/link.h"

namespace yinuo::server {
namespace {

struct LinkWish {
    std::string customer;  // the company's own handle for them
    std::int64_t days = 30;
};
void describe(Members& in, LinkWish& into) {
    in.need("customer", into.customer, {.least = 1, .most = 200});
    in.may("days", into.days, {.least = 1, .most = 365});
}

void add(Ticket ticket) {
    auto given = read_body<LinkWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto customer = turns.rows().find_customer(call.who.tenant, given.customer);
        if (!customer || customer->erased_at < Instant::max())
            return deny(no_such({"客户", "customer"}));
        const vault::Link link{
            .tenant = std::to_string(call.who.tenant),
            .subject = "cus_" + std::to_string(customer->id),
            .purpose = std::string(kViewPurpose),
            .expires_at = (call.things.clock.now() + hours(24 * given.days)).millis / 1000 * 1000};
        const auto text = TRY(vault::sign_link(link_key(call.things), link));
        turns.audit(call.who.actor, "link.made", link.subject);
        JsonOut out;
        out.open('{').member("link", text).member("customer", link.subject);
        out.member("expires_at", Instant{link.expires_at}).close('}');
        return http::Response::json(201, out.take());
    });
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/links", "addLink", Permission::CustomersRead, add, 4096, true},
};

}  // namespace

std::span<const Route> link_routes() { return kRoutes; }

}  // namespace yinuo::server
