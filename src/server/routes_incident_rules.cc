// When an incident declares itself 群障规则: written, tried on history, changed.
#include "engine/incidents_rules.h"
#include "server/body.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

using engine::IncidentRule;
using Counts = IncidentRule::Counts;

constexpr std::size_t kTextMost = 160;  // characters; the engine takes 500 bytes
constexpr std::string_view kCounts[] = {"broken", "at-risk"};
constexpr Millis kTriedMost = hours(24 * 366);

Refusal no_rule() { return no_such({"群障规则", "incident rule"}); }

void write_rule(JsonOut& out, const IncidentRule& rule) {
    out.open('{').member("name", rule.name);
    write_text(out.key("title"), rule.title);
    out.member("cause", rule.cause).member("promise", rule.promise);
    if (!rule.clause.empty()) out.member("clause", rule.clause);
    if (!rule.group.empty()) out.member("group", rule.group);
    out.member("within_minutes", rule.within_minutes).member("least", rule.least);
    out.member("lasts_minutes", rule.lasts_minutes).member("counts", name_of(rule.counts));
    out.member("holds", rule.holds).member("role", rule.role).member("enabled", rule.enabled);
    out.close('}');
}

// --- reading --------------------------------------------------------------------------------------

Answer list(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found = engine::incident_rules(*call.things.store.read(), call.who.tenant,
                                              wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i == static_cast<std::size_t>(wish->limit)) {
            next = found[i - 1].name;
            break;
        }
        write_rule(items, found[i]);
    }
    return page(call, items.text(), next);
}

Answer read(const Call& call) {
    const auto found = engine::find_incident_rule(*call.things.store.read(), call.who.tenant,
                                                  call.parameter("name"));
    if (!found) return deny(no_rule());
    JsonOut out;
    write_rule(out, *found);
    return ok(out, found->etag);
}

// --- writing --------------------------------------------------------------------------------------

struct Words {
    Text text;
};
void describe(Members& in, Words& into) {
    in.need("zh", into.text.zh, {.least = 1, .most = kTextMost});
    in.need("en", into.text.en, {.least = 1, .most = kTextMost});
}

struct RuleWish {
    IncidentRule rule;
};
void describe(Members& in, RuleWish& into) {
    auto& rule = into.rule;
    Words title;
    if (in.require("title") != nullptr) in.may_object("title", title);
    rule.title = title.text;
    std::string counts(kCounts[0]);
    in.need("cause", rule.cause, {.least = 1, .most = 100});
    in.need("promise", rule.promise, {.least = 1, .most = 120});
    in.may("clause", rule.clause, {.most = 100});
    in.may("group", rule.group, {.most = 160});
    in.may("within_minutes", rule.within_minutes, {.least = 1, .most = 1'440});
    in.may("least", rule.least, {.least = 2, .most = 100'000});
    in.may("lasts_minutes", rule.lasts_minutes, {.least = 1, .most = 44'640});
    in.may_word("counts", counts, kCounts);
    in.may("holds", rule.holds);
    in.may_word("role", rule.role, user_role_names());
    in.may("enabled", rule.enabled);
    rule.counts = counts == kCounts[1] ? Counts::AtRisk : Counts::Broken;
}

struct NewRule : RuleWish {};
void describe(Members& in, NewRule& into) {
    in.need("name", into.rule.name, {.least = 1, .most = 60});
    describe(in, static_cast<RuleWish&>(into));
}

void add(Ticket ticket) {
    auto given = read_body<NewRule>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, rule = std::move(given->rule)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        if (engine::find_incident_rule(turns.rows(), who.tenant, rule.name))
            return deny(Refusal(
                {.code = "name-taken",
                 .what = {"已有这个名字的规则", "there is a rule of that name"},
                 .mend = {"换一个名字，或修改那一条", "take another name, or change that one"}},
                409));
        const auto made = TRY(engine::put_incident_rule(turns, who.actor, rule));
        JsonOut out;
        write_rule(out, made);
        return created(out, "/api/v1/incident-rules/" + made.name, made.etag);
    });
}

// The rule that the path names, at the version that If-Match names.
template <typename Step>
void take(Ticket ticket, Step step) {
    const auto& call = ticket->call;
    if (!engine::find_incident_rule(*call.things.store.read(), call.who.tenant,
                                    call.parameter("name")))
        return ticket->answer(deny(no_rule()));
    const auto etag = etag_of(call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, step = std::move(step), etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto found =
            engine::find_incident_rule(turns.rows(), call.who.tenant, call.parameter("name"));
        if (!found) return deny(no_rule());
        if (found->etag != etag) return deny(stale_etag());
        return step(turns, *found);
    });
}

void change(Ticket ticket) {
    if (!engine::find_incident_rule(*ticket->call.things.store.read(), ticket->call.who.tenant,
                                    ticket->call.parameter("name")))
        return ticket->answer(deny(no_rule()));
    auto given = read_body<RuleWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(ticket,
         [ticket, rule = std::move(given->rule)](engine::Turns& turns,
                                                 const IncidentRule& before) -> Answer {
             auto wanted = rule;
             wanted.name = before.name;
             wanted.etag = before.etag;
             const auto made =
                 TRY(engine::put_incident_rule(turns, ticket->call.who.actor, std::move(wanted)));
             JsonOut out;
             write_rule(out, made);
             return ok(out, made.etag);
         });
}

void remove(Ticket ticket) {
    take(ticket, [ticket](engine::Turns& turns, const IncidentRule& rule) -> Answer {
        const auto& who = ticket->call.who;
        if (auto gone = engine::remove_incident_rule(turns, who.actor, rule.name, rule.etag); !gone)
            return deny(gone.error());
        return http::Response::empty();
    });
}

// --- trying ---------------------------------------------------------------------------------------

// Everything in the window is looked at, so it is done beside the threads that answer.
void try_out(Ticket ticket) {
    const auto& call = ticket->call;
    const auto rule = engine::find_incident_rule(*call.things.store.read(), call.who.tenant,
                                                 call.parameter("name"));
    if (!rule) return ticket->answer(deny(no_rule()));
    Query in(call.request);
    const auto until = in.instant("until").value_or(call.things.engine_clock.now());
    const auto from = in.instant("from").value_or(until - hours(24 * 30));
    if (from >= until || until - from > kTriedMost)
        in.flaw("from",
                {.code = "out-of-range",
                 .what = {"时间窗为空，或超过 366 天", "the window is empty, or above 366 days"},
                 .mend = {"from 早于 until，最多 366 天", "from before until, at most 366 days"}});
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    work(ticket, [ticket, rule = *rule, from, until]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        auto tried = engine::try_incident_rule(call.things.store, call.things.zones,
                                               call.who.tenant, rule, from, until);
        if (!tried) return deny(tried.error());
        JsonOut out;
        out.open('{').member("from", from).member("until", until);
        out.member("looked_at", tried->looked_at).key("incidents").open('[');
        for (const auto& one : tried->incidents) {
            out.open('{').member("group", one.group).member("condition", one.condition);
            out.member("declared_at", one.declared_at).member("from", one.from);
            out.member("until", one.until).member("members", one.members).close('}');
        }
        out.close(']').close('}');
        return ok(out);
    });
}

constexpr auto kRead = Permission::IncidentsRead;
constexpr auto kWrite = Permission::IncidentsDecide;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/incident-rules", "listIncidentRules", kRead, list, 0},
    {"POST", "/api/v1/incident-rules", "addIncidentRule", kWrite, add, 8192, true},
    {"GET", "/api/v1/incident-rules/{name}", "readIncidentRule", kRead, read, 0},
    {"PUT", "/api/v1/incident-rules/{name}", "changeIncidentRule", kWrite, change, 8192},
    {"DELETE", "/api/v1/incident-rules/{name}", "removeIncidentRule", kWrite, remove, 0},
    {"POST", "/api/v1/incident-rules/{name}/try", "tryIncidentRule", kRead, try_out, 1024, false,
     10},
};

}  // namespace

std::span<const Route> incident_rule_routes() { return kRoutes; }

}  // namespace yinuo::server
