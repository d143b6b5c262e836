// 服务补救: what runs after a breach, and what was done about it.
#include <algorithm>

#include "engine/customers.h"
#include "server/body.h"
#include "server/house_promises.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/recovery_carrier.h"
#include "server/routes.h"
#include "server/shelf_desk.h"
#include "vault/token.h"

namespace yinuo::server {
namespace {

constexpr int kPagesLookedAt = 20;
constexpr int kPage = 200;

Refusal no_recovery() { return no_such({"服务补救", "recovery"}); }

bool runs(const store::ObligationRow& row) { return row.settled_at >= Instant::max(); }

// `recovery/obl_7` is about what obl_7 is about.
void write_recovery(JsonOut& out, const Call& call, store::Reading& reading,
                    const store::Stream& stream, const engine::Shelf& shelf) {
    const auto id = stream.name.substr(stream.name.find('/') + 1);
    const auto rows = reading.obligations_of(stream.id);
    out.open('{').member("obligation", id).member("subject", stream.name);
    if (const auto number = engine::parse_obligation(id)) {
        const auto broken = reading.obligation(*number);
        const auto about = broken ? reading.stream(broken->stream) : std::nullopt;
        if (about) out.member("about", about->name).member_if("broken_at", broken->broken_at);
    }
    if (call.who.may.has(Permission::CustomersRead))
        out.member_if("customer", handle_of(reading, stream.customer));
    out.member("open", std::ranges::any_of(rows, runs)).key("clocks").open('[');
    const auto items = obligations_json(reading, rows, shelf);
    if (!items.empty()) out.raw(items);
    out.close(']').close('}');
}

Answer list_recoveries(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    Query in(call.request);
    const bool all = in.truth("all").value_or(false);
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto reading = call.things.store.read();
    return call.things.shelves.use(call.who.tenant, [&](const engine::Shelf& shelf) -> Answer {
        JsonOut items;
        int count = 0;
        std::string last = wish->after;
        for (int pages = 0; pages < kPagesLookedAt; ++pages) {
            const auto found = reading->streams(call.who.tenant, recovery_subject({}), last, kPage);
            for (const auto& stream : found) {
                if (all || std::ranges::any_of(reading->obligations_of(stream.id), runs)) {
                    if (count++ == wish->limit) return page(call, items.text(), last);
                    write_recovery(items, call, *reading, stream, shelf);
                }
                last = stream.name;
            }
            if (std::ssize(found) < kPage) return page(call, items.text(), {});
        }
        return page(call, items.text(), last);
    });
}

std::optional<store::Stream> find(const Call& call, store::Reading& reading) {
    return reading.find_stream(call.who.tenant, recovery_subject(call.parameter("id")));
}

Answer read_recovery(const Call& call) {
    const auto reading = call.things.store.read();
    const auto stream = find(call, *reading);
    if (!stream) return deny(no_recovery());
    JsonOut out;
    call.things.shelves.use(call.who.tenant, [&](const engine::Shelf& shelf) {
        write_recovery(out, call, *reading, *stream, shelf);
    });
    return ok(out);
}

struct Said {
    std::string text;
};
void describe(Members& in, Said& into) { in.need("text", into.text, {.least = 1, .most = 1'000}); }

void step(Ticket ticket, std::string_view kind) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_recovery()));
    auto given = read_body<Said>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, kind, text = std::move(given->text)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto stream = find(call, turns.rows());
        if (!stream) return deny(no_recovery());
        JsonOut fields, personal;
        fields.open('{').member("by", call.who.actor.id).close('}');
        personal.open('{').member("text", text).close('}');
        auto done = report_own(turns, call.who.tenant,
                               {.id = stream->name + "." + vault::token(turns.entropy(), 8),
                                .kind = kind,
                                .subject = stream->name,
                                .fields = inner(fields),
                                .personal = inner(personal)},
                               turns.now());
        if (!done) return deny(done.error());
        turns.audit(call.who.actor, kind, stream->name);
        JsonOut out;
        write_recovery(out, call, turns.rows(), *stream, turns.shelf());
        return ok(out);
    });
}
void contacted(Ticket ticket) { step(std::move(ticket), "recovery.contacted"); }
void planned(Ticket ticket) { step(std::move(ticket), "recovery.planned"); }
void made_good(Ticket ticket) { step(std::move(ticket), "recovery.made-good"); }
void followed_up(Ticket ticket) { step(std::move(ticket), "recovery.followed-up"); }

constexpr auto kRead = Permission::AlertsRead;
constexpr auto kReport = Permission::FactsWrite;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/recoveries", "listRecoveries", kRead, list_recoveries, 0},
    {"GET", "/api/v1/recoveries/{id}", "readRecovery", kRead, read_recovery, 0},
    {"POST", "/api/v1/recoveries/{id}/contacted", "recoveryContacted", kReport, contacted, 8192,
     true},
    {"POST", "/api/v1/recoveries/{id}/planned", "recoveryPlanned", kReport, planned, 8192, true},
    {"POST", "/api/v1/recoveries/{id}/made-good", "recoveryMadeGood", kReport, made_good, 8192,
     true},
    {"POST", "/api/v1/recoveries/{id}/followed-up", "recoveryFollowedUp", kReport, followed_up,
     8192, true},
};

}  // namespace

std::span<const Route> recovery_routes() { return kRoutes; }

}  // namespace yinuo::server
