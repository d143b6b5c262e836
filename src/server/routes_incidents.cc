// Incidents 群障: declared, looked at before anything is given, decided by two people, carried out.
#include "engine/tenants.h"
#include "server/body.h"
#include "server/incident_board.h"
#include "server/incident_jobs.h"
#include "server/incidents_out.h"
#include "server/jobs.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

using engine::Incident;

constexpr std::size_t kTextMost = 160;  // characters; the engine takes 500 bytes
constexpr int kPublicPage = 200;

Refusal no_incident() { return no_such({"群障", "incident"}); }

std::int64_t number_of(std::string_view text) {
    const auto number = text.size() <= 9 ? Decimal::parse(text) : std::nullopt;
    return number ? number->to_int64().value_or(0) : 0;
}

std::optional<Incident> find(const Call& call, store::Reading& reading) {
    return engine::find_incident(reading, call.who.tenant, number_of(call.parameter("id")));
}

Answer answer_with(store::Reading& reading, const Incident& incident) {
    JsonOut out;
    write_incident(out, reading, incident);
    return ok(out, incident.etag);
}

// --- reading --------------------------------------------------------------------------------------

Answer list_incidents(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto found =
        engine::incidents(*reading, call.who.tenant, number_of(wish->after), wish->limit + 1);
    JsonOut items;
    std::string next;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i == static_cast<std::size_t>(wish->limit)) {
            next = std::to_string(found[i - 1].number);
            break;
        }
        write_incident(items, *reading, found[i]);
    }
    return page(call, items.text(), next);
}

Answer read_incident(const Call& call) {
    const auto reading = call.things.store.read();
    const auto found = find(call, *reading);
    if (!found) return deny(no_incident());
    return answer_with(*reading, *found);
}

Answer list_members(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto found = find(call, *reading);
    if (!found) return deny(no_incident());
    const auto after = engine::parse_obligation(wish->after);
    const auto members =
        engine::incident_members(*reading, *found, after ? *after : 0, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i == static_cast<std::size_t>(wish->limit)) {
            next = engine::obligation_text(members[i - 1].obligation.id);
            break;
        }
        const auto& member = members[i];
        items.open('{').member("obligation", engine::obligation_text(member.obligation.id));
        items.member("subject", member.subject).member("broken", member.is_broken);
        items.member("broken_at", member.obligation.broken_at).key("payouts").open('[');
        for (const auto& view : member.payouts) write_payout(items, view, call.who.role);
        items.close(']').close('}');
    }
    return page(call, items.text(), next);
}

// --- declaring and deciding -----------------------------------------------------------------------

struct Words {
    std::string zh, en;
};
void describe(Members& in, Words& into) {
    in.need("zh", into.zh, {.least = 1, .most = kTextMost});
    in.need("en", into.en, {.least = 1, .most = kTextMost});
}

struct Declared {
    engine::IncidentWish wish;
};
void describe(Members& in, Declared& into) {
    auto& wish = into.wish;
    Words title;
    if (in.require("title") != nullptr) in.may_object("title", title);
    wish.title = {title.zh, title.en};
    in.need("cause", wish.cause, {.least = 1, .most = 100});
    in.need("promise", wish.promise, {.least = 1, .most = 120});
    in.may("clause", wish.clause, {.most = 100});
    in.may("condition", wish.condition, {.most = 1'000});
    in.need_instant("from", wish.from);
    in.need_instant("until", wish.until);
    in.may("holds", wish.holds);
    in.may_word("role", wish.role, user_role_names());
}

struct Gift {
    std::string kind, unit, amount;
    std::optional<engine::IncidentGift> made = {};
};
void describe(Members& in, Gift& into) {
    in.need("kind", into.kind, {.least = 1, .most = 60});
    in.may("unit", into.unit, {.most = 20});
    in.need("amount", into.amount, {.least = 1, .most = 30});
    const auto amount = Decimal::parse(into.amount);
    if (!into.amount.empty() && !amount)
        in.flaw("amount", {.code = "wrong-type",
                           .what = {"这不是数", "this is no number"},
                           .mend = {"例如 \"20.00\"", "for example \"20.00\""}});
    if (amount) into.made = {.kind = into.kind, .unit = into.unit, .amount = *amount};
}

struct Decided {
    std::string reason;
    Gift gift;
};
void describe(Members& in, Decided& into) {
    in.need("reason", into.reason, {.least = 1, .most = kTextMost});
    in.may_object("gift", into.gift);
}

struct Asked {
    Gift gift;
};
void describe(Members& in, Asked& into) { in.may_object("gift", into.gift); }

struct Reason {
    std::string reason;
};
void describe(Members& in, Reason& into) {
    in.need("reason", into.reason, {.least = 1, .most = kTextMost});
}

void declare(Ticket ticket) {
    auto given = read_body<Declared>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, wish = std::move(given->wish)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto made = TRY(engine::declare_incident(turns, call.who.actor, wish));
        call.things.incident_jobs.begin(turns, call.who.actor.id, made);
        JsonOut out;
        write_incident(out, turns.rows(), made);
        return created(out, "/api/v1/incidents/" + std::to_string(made.number), made.etag);
    });
}

// A step on the incident that the path names, at the version that If-Match names.
template <typename Step>
void take(Ticket ticket, Step step) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_incident()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, step = std::move(step), etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto found = find(call, turns.rows());
        if (!found) return deny(no_incident());
        if (found->etag != etag) return deny(stale_etag());
        const Incident made = TRY(step(turns, *found));
        return answer_with(turns.rows(), made);
    });
}

void decide(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_incident()));
    auto given = read_body<Decided>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    engine::IncidentDecision decision{.reason = std::move(given->reason),
                                      .gift = std::move(given->gift.made)};
    take(ticket,
         [ticket, decision = std::move(decision)](engine::Turns& turns, const Incident& incident) {
             return engine::decide_incident(turns, ticket->call.who.actor, incident.number,
                                            incident.etag, decision);
         });
}

void approve(Ticket ticket) {
    take(ticket, [ticket](engine::Turns& turns, const Incident& incident) -> Result<Incident> {
        const auto& call = ticket->call;
        auto made =
            TRY(engine::approve_incident(turns, call.who.actor, incident.number, incident.etag));
        call.things.incident_jobs.begin(turns, call.who.actor.id, made);
        return made;
    });
}

void turn_down(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_incident()));
    auto given = read_body<Reason>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(ticket, [ticket, reason = std::move(given->reason)](engine::Turns& turns,
                                                             const Incident& incident) {
        return engine::turn_down_incident(turns, ticket->call.who.actor, incident.number,
                                          incident.etag, reason);
    });
}

void close(Ticket ticket) {
    take(ticket, [ticket](engine::Turns& turns, const Incident& incident) {
        return engine::close_incident(turns, ticket->call.who.actor, incident.number,
                                      incident.etag);
    });
}

struct Publicity {
    bool is_public = false;
};
void describe(Members& in, Publicity& into) {
    if (in.require("public") != nullptr) in.may("public", into.is_public);
}

void publish(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_incident()));
    auto given = read_body<Publicity>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(ticket,
         [ticket, is_public = given->is_public](engine::Turns& turns, const Incident& incident) {
             return engine::publish_incident(turns, ticket->call.who.actor, incident.number,
                                             incident.etag, is_public);
         });
}

// Begins the work anew, wherever it stood: what is done already has no second effect.
void run(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto found = find(call, turns.rows());
        if (!found) return deny(no_incident());
        if (found->state == engine::IncidentState::Closed)
            return deny(Error{.code = "wrong-incident-state",
                              .what = {"这个群障已关闭", "this incident is closed"}});
        if (!call.things.jobs.has_room())
            return deny(Error{.code = "busy",
                              .what = {"排队的任务太多", "too many jobs wait"},
                              .mend = {"稍后再来", "come again later"}});
        turns.audit(call.who.actor, "incident.run", "incident/" + std::to_string(found->number));
        const auto job = call.things.incident_jobs.begin(turns, call.who.actor.id, *found);
        JsonOut out;
        write_job(out, job, nullptr);
        return http::Response::json(202, out.take()).with("Location", "/api/v1/jobs/" + job.id);
    });
}

// Every member is looked at, so it is done beside the threads that answer.
void preview(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_incident()));
    auto given = read_body<Asked>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    work(ticket, [ticket, gift = std::move(given->gift.made)]() -> std::optional<Answer> {
        const auto reading = ticket->call.things.store.read();
        const auto found = find(ticket->call, *reading);
        if (!found) return deny(no_incident());
        const auto& things = ticket->call.things;
        const auto wanted = gift ? gift : found->decision.gift;
        const auto figures = engine::incident_figures(*reading, *found, wanted);
        const auto cost = engine::incident_cost(*reading, things.zones, *found, wanted,
                                                things.engine_clock.now());
        JsonOut out;
        write_figures(out, *reading, *found, figures, cost);
        return ok(out);
    });
}

// --- for everybody --------------------------------------------------------------------------------

// The tenant's public ones after that number; one more than `limit` if there are more.
std::vector<Incident> public_incidents(store::Reading& reading, store::TenantId tenant,
                                       std::int64_t after, int limit) {
    std::vector<Incident> all;
    for (bool more = true; more;) {
        const auto page = engine::incidents(reading, tenant, after, kPublicPage);
        more = page.size() == static_cast<std::size_t>(kPublicPage);
        for (const auto& incident : page) {
            after = incident.number;
            if (!incident.wish.is_public) continue;
            all.push_back(incident);
            if (std::ssize(all) > limit) return all;
        }
    }
    return all;
}

void list_public(Ticket ticket) {
    const auto wish = page_of(ticket->call.request);
    if (!wish) return ticket->answer(deny(wish.error()));
    work(ticket, [ticket, wish = *wish]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto tenant = engine::find_tenant(*reading, call.parameter("tenant"));
        if (!tenant) return deny(no_such({"公司", "company"}));
        const auto found =
            public_incidents(*reading, tenant->id, number_of(wish.after), wish.limit);
        JsonOut items;
        std::string next;
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i == static_cast<std::size_t>(wish.limit)) {
                next = std::to_string(found[i - 1].number);
                break;
            }
            const auto& one = found[i];
            write_public(items, one,
                         call.things.incident_board.of(*reading, one, call.things.clock.now()));
        }
        return page(call, items.text(), next)
            .with("Cache-Control", "public, max-age=60")
            .with("Access-Control-Allow-Origin", "*");
    });
}

constexpr auto kRead = Permission::IncidentsRead;
constexpr auto kDeclare = Permission::IncidentsDeclare;
constexpr auto kDecide = Permission::IncidentsDecide;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/incidents", "listIncidents", kRead, list_incidents, 0},
    {"POST", "/api/v1/incidents", "declareIncident", kDeclare, declare, 8192, true},
    {"GET", "/api/v1/incidents/{id}", "readIncident", kRead, read_incident, 0},
    {"GET", "/api/v1/incidents/{id}/members", "listIncidentMembers", kRead, list_members, 0},
    {"POST", "/api/v1/incidents/{id}/preview", "previewIncident", kRead, preview, 4096, false, 10},
    {"POST", "/api/v1/incidents/{id}/decide", "decideIncident", kDecide, decide, 4096, true},
    {"POST", "/api/v1/incidents/{id}/approve", "approveIncident", kDecide, approve, 1024, true},
    {"POST", "/api/v1/incidents/{id}/turn-down", "turnDownIncident", kDecide, turn_down, 4096,
     true},
    {"POST", "/api/v1/incidents/{id}/run", "runIncident", kDecide, run, 1024, true},
    {"PUT", "/api/v1/incidents/{id}/public", "publishIncident", kDecide, publish, 1024},
    {"GET", "/public/{tenant}/incidents", "listPublicIncidents", Permission::Public, list_public, 0,
     false, 5},
    {"POST", "/api/v1/incidents/{id}/close", "closeIncident", kDecide, close, 1024, true},
};

}  // namespace

std::span<const Route> incident_routes() { return kRoutes; }

}  // namespace yinuo::server
