// What a customer may ask for: all that is known about them, and that it is forgotten.
#include "engine/customers.h"
#include "server/body.h"
#include "server/notices.h"
#include "server/routes.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

constexpr int kToldMost = 10'000;

std::optional<store::Customer> find(const Call& call, store::Reading& reading) {
    const auto handle = call.parameter("handle");
    auto customer = reading.find_customer(call.who.tenant, handle);
    if (!customer || customer->erased_at < Instant::max()) return std::nullopt;
    return customer;
}

Refusal nobody() { return no_such({"客户", "customer"}); }

// `all` with how they are reached and what they were told, which stand beside the log.
std::string with_notices(const Call& call, store::Reading& reading, engine::Keys& keys,
                         store::CustomerId customer, std::string_view all) {
    JsonOut out;
    out.open('{');
    if (const auto contact = find_contact(reading, keys, call.who.tenant, customer)) {
        out.key("contact");
        write_contact(out, *contact);
    }
    out.key("told").open('[');
    for (const auto& one : told_of(reading, keys, call.who.tenant, customer, {}, kToldMost).told)
        write_told(out, one);
    out.close(']');
    return out.take() + "," + std::string(all.substr(1));
}

// The audit trail says who took it along, and about which number; the answer goes out after that.
void read_export(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto customer = find(call, *reading);
        if (!customer) return deny(nobody());
        engine::Keys keys(call.things.keyring);
        auto all = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            return engine::export_customer(*reading, keys, shelf, call.who.tenant,
                                           call.parameter("handle"));
        });
        if (!all) return deny(all.error());
        *all = with_notices(call, *reading, keys, customer->id, *all);
        act(ticket,
            [ticket, id = customer->id, all = std::move(*all)](engine::Turns& turns) -> Answer {
                turns.audit(ticket->call.who.actor, "customer.export",
                            "customer/" + std::to_string(id));
                return http::Response::json(200, all).with(
                    "Content-Disposition", "attachment; filename=\"customer.json\"");
            });
        return std::nullopt;
    });
}

struct EraseWish {
    std::string reason;
};
void describe(Members& in, EraseWish& into) {
    in.need("reason", into.reason, {.least = 1, .most = 500});
}

void erase(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(nobody()));
    auto given = read_body<EraseWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, reason = std::move(given->reason)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto done = engine::erase_customer(turns, call.who.actor, call.parameter("handle"), reason);
        if (!done) return deny(done.error());
        return http::Response::empty();
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/customers/{handle}/export", "exportCustomer", Permission::CustomersRead,
     read_export, 0, false, 5},
    {"POST", "/api/v1/customers/{handle}/erase", "eraseCustomer", Permission::CustomersErase, erase,
     4096},
};

}  // namespace

std::span<const Route> customer_routes() { return kRoutes; }

}  // namespace yinuo::server
