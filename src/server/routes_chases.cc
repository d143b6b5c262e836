// 催办: asked again, answered, and the rule by which customers may.
#include <algorithm>

#include "promise/obligation.h"
#include "server/body.h"
#include "server/chases.h"
#include "server/house_promises.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kTextMost = 1'000;  // characters
constexpr int kPagesLookedAt = 20;
constexpr int kPage = 200;
constexpr std::int64_t kUnwritten = 1;  // the ETag of settings that nobody has written yet
constexpr std::string_view kStates[] = {"open", "answered", "withdrawn"};

Refusal no_chase() { return no_such({"催办", "chase"}); }

std::vector<store::ObligationRow> obligations_of(store::Reading& reading, store::TenantId tenant,
                                                 const Chase& chase) {
    const auto stream = reading.find_stream(tenant, chase.subject());
    if (!stream) return {};
    return reading.obligations_of(stream->id);
}

bool may_see(const Session& who, const Chase& chase) {
    if (who.role == Role::Customer) return chase.customer == who.customer;
    if (who.role != Role::Partner) return true;
    return std::ranges::any_of(who.subjects,
                               [&](const auto& b) { return chase.about.starts_with(b); });
}

std::optional<Chase> find_seen(const Call& call, store::Reading& reading) {
    auto chase = find_chase(reading, call.who.tenant, call.parameter("id"));
    if (!chase || !may_see(call.who, *chase)) return std::nullopt;
    return chase;
}

std::string_view state_of_chase(const Chase& chase, const std::vector<store::ObligationRow>& rows) {
    if (chase.answered_at < Instant::max()) return "answered";
    const bool waits =
        std::ranges::any_of(rows, [](const auto& row) { return row.settled_at >= Instant::max(); });
    return waits ? "open" : "withdrawn";
}

void write_chase(JsonOut& out, const Call& call, store::Reading& reading, engine::Keys& keys,
                 const Chase& chase) {
    const auto tenant = call.who.tenant;
    const auto rows = obligations_of(reading, tenant, chase);
    out.open('{').member("id", chase.id).member("subject", chase.subject());
    out.member("about", chase.about).member_if("obligation", chase.obligation);
    out.member("by", chase.by).member("made_at", chase.made_at);
    if (call.who.role != Role::Customer) out.member("addressee", chase.addressee);
    out.member("state", state_of_chase(chase, rows)).key("obligations").open('[');
    for (const auto& row : rows) {
        const auto state = static_cast<promise::State>(row.state);
        out.open('{').member("id", engine::obligation_text(row.id));
        out.member("state", promise::name_of(state));
        write_text(out.key("state_text"), promise::describe(state));
        out.member_if("due_at", row.due_at).close('}');
    }
    out.close(']').member_if("answered_at", chase.answered_at);
    if (call.who.role == Role::Customer || call.who.may.has(Permission::ChasesAnswer)) {
        const auto show = [&](std::string_view name, const std::string& sealed) {
            if (sealed.empty()) return;
            if (const auto text =
                    open_text(reading, keys, tenant, chase.customer, kChases, chase.id, sealed))
                out.member(name, *text);
        };
        show("text", chase.text);
        show("answer", chase.answer);
    }
    out.close('}');
}

Answer answer_with(const Call& call, store::Reading& reading, engine::Keys& keys,
                   const Chase& chase) {
    JsonOut out;
    write_chase(out, call, reading, keys, chase);
    return ok(out, chase.etag);
}

Answer list_chases(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    Query in(call.request);
    const auto state = in.word("state", kStates);
    const auto about = in.text("about", 200);
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto reading = call.things.store.read();
    engine::Keys keys(call.things.keyring);
    const auto fits = [&](const Chase& chase) {
        if (!may_see(call.who, chase) || (about && chase.about != *about)) return false;
        return !state ||
               state_of_chase(chase, obligations_of(*reading, call.who.tenant, chase)) == *state;
    };
    JsonOut items;
    int count = 0;
    std::string last = wish->after;
    for (int pages = 0; pages < kPagesLookedAt; ++pages) {
        const auto found = reading->documents(call.who.tenant, kChases, last, kPage);
        for (const auto& document : found) {
            const auto chase = read_chase(document);
            if (chase && fits(*chase)) {
                if (count++ == wish->limit) return page(call, items.text(), last);
                write_chase(items, call, *reading, keys, *chase);
            }
            last = document.id;
        }
        if (std::ssize(found) < kPage) return page(call, items.text(), {});
    }
    return page(call, items.text(), last);
}

Answer read_one(const Call& call) {
    const auto reading = call.things.store.read();
    const auto chase = find_seen(call, *reading);
    if (!chase) return deny(no_chase());
    engine::Keys keys(call.things.keyring);
    return answer_with(call, *reading, keys, *chase);
}

// --- making ---------------------------------------------------------------------------------------

struct ChaseWish {
    std::string about, text, addressee;
};
void describe(Members& in, ChaseWish& into) {
    in.need("about", into.about, {.least = 1, .most = 200});
    in.need("text", into.text, {.least = 1, .most = kTextMost});
    in.may("addressee", into.addressee, {.least = 1, .most = 80});
}

// What it is about: the subject, and of what is owed about it the one that is due first.
struct Matter {
    store::Stream stream;
    std::optional<store::ObligationRow> row;
};
std::optional<Matter> matter_of(store::Reading& reading, const Session& who,
                                std::string_view about) {
    if (about.starts_with("obl_")) {
        auto found = find_obligation(reading, who, about);
        if (!found) return std::nullopt;
        return Matter{std::move(found->stream), std::move(found->row)};
    }
    auto stream = reading.find_stream(who.tenant, about);
    if (!stream || !is_subject(stream->name) || !may_see(who, *stream)) return std::nullopt;
    Matter matter{std::move(*stream), std::nullopt};
    for (auto& row : reading.obligations_of(matter.stream.id))
        if (row.settled_at >= Instant::max() && (!matter.row || row.due_at < matter.row->due_at))
            matter.row = std::move(row);
    return matter;
}

void make(Ticket ticket) {
    auto given = read_body<ChaseWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (ticket->call.who.role == Role::Customer && !given->addressee.empty())
        return ticket->answer(deny(body_refusal(
            {{.error = {.code = "unknown-key",
                        .what = {"由谁答复不用您来定", "who answers isn't for you to say"},
                        .mend = {"去掉 addressee", "leave addressee out"}},
              .pointer = "/addressee"}})));
    act(ticket, [ticket, wish = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto tenant = call.who.tenant;
        const auto now = turns.now();
        const bool customer = call.who.role == Role::Customer;
        const auto matter = matter_of(turns.rows(), call.who, wish.about);
        if (!matter) return deny(no_such({"履约单或业务", "obligation or subject"}));
        if (matter->row && matter->row->settled_at < Instant::max())
            return deny(Refusal(
                {.code = "nothing-to-chase",
                 .what = {"这件事已经了结", "this is settled"},
                 .mend = {"有不满意的地方请申诉", "make a claim if something is wrong with it"}},
                409));
        if (auto fine = need_house_promise(turns.shelf(), tenant, kChases, now); !fine)
            return deny(fine.error());
        if (customer) {
            const auto since = matter->row ? matter->row->started_at : Instant::min();
            if (auto fine = may_chase(turns.rows(), tenant, chase_rule(turns.rows(), tenant),
                                      matter->stream.name, since, now);
                !fine)
                return deny(Refusal(fine.error(), 409));
        }
        Chase chase{.id = fresh_id(turns.rows(), tenant, kChases, now),
                    .about = matter->stream.name,
                    .obligation = matter->row ? engine::obligation_text(matter->row->id) : "",
                    .customer = customer ? call.who.customer : 0,
                    .by = customer ? "customer" : call.who.actor.id,
                    .addressee = wish.addressee,
                    .made_at = now};
        if (chase.addressee.empty() && matter->row)
            chase.addressee = holder_of(turns.rows(), turns.shelf(), *matter->row);
        chase.text = TRY(seal_text(turns, tenant, chase.customer, kChases, chase.id, wish.text));
        JsonOut fields, personal;
        fields.open('{').member("about", chase.about).member("by", chase.by);
        fields.member_if("obligation", chase.obligation);
        fields.member_if("addressee", chase.addressee).close('}');
        personal.open('{').member("text", wish.text).close('}');
        auto made = report_own(turns, tenant,
                               {.id = chase.subject(),
                                .kind = "chase.made",
                                .subject = chase.subject(),
                                .customer = handle_of(turns.rows(), chase.customer),
                                .fields = inner(fields),
                                .personal = inner(personal)},
                               now);
        if (!made) return deny(made.error());
        put_chase(turns, tenant, chase);
        if (customer) note_chase(turns, tenant, chase);
        turns.audit(call.who.actor, "chase.made", chase.subject());
        JsonOut out;
        write_chase(out, call, turns.rows(), turns.keys(), chase);
        return created(out, "/api/v1/chases/" + chase.id, chase.etag);
    });
}

// --- answering ------------------------------------------------------------------------------------

struct Said {
    std::string text;
};
void describe(Members& in, Said& into) {
    in.need("text", into.text, {.least = 1, .most = kTextMost});
}

void answer(Ticket ticket) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_chase()));
    auto given = read_body<Said>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, text = std::move(given->text)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto tenant = call.who.tenant;
        auto chase = find_seen(call, turns.rows());
        if (!chase) return deny(no_chase());
        if (state_of_chase(*chase, obligations_of(turns.rows(), tenant, *chase)) != "open")
            return deny(Refusal(
                {.code = "wrong-chase-state", .what = {"这次催办已经了结", "this chase is over"}},
                409));
        chase->answer = TRY(seal_text(turns, tenant, chase->customer, kChases, chase->id, text));
        chase->answered_by = call.who.actor.id;
        chase->answered_at = turns.now();
        JsonOut fields, personal, data;
        fields.open('{').member("by", call.who.actor.id).close('}');
        personal.open('{').member("answer", text).close('}');
        auto done = report_own(turns, tenant,
                               {.id = chase->subject() + ".answered",
                                .kind = "chase.answered",
                                .subject = chase->subject(),
                                .fields = inner(fields),
                                .personal = inner(personal)},
                               turns.now());
        if (!done) return deny(done.error());
        put_chase(turns, tenant, *chase);
        turns.audit(call.who.actor, "chase.answered", chase->subject());
        data.open('{').member("chase", chase->id).member("about", chase->about);
        data.member_if("obligation", chase->obligation).close('}');
        turns.announce(tenant, "chase.answered", chase->subject(), data.text(),
                       turns.rows().last_position());
        return answer_with(call, turns.rows(), turns.keys(), *chase);
    });
}

// --- the rule -------------------------------------------------------------------------------------

struct RuleWish : ChaseRule {};
void describe(Members& in, RuleWish& into) {
    constexpr Range kMinutes{.least = 0, .most = 60 * 24 * 30};
    in.need("first_after_minutes", into.first_after_minutes, kMinutes);
    in.need("every_minutes", into.every_minutes, kMinutes);
    in.need("most_open_per_subject", into.most_open_per_subject, {.least = 1, .most = 20});
}

http::Response show(const ChaseRule& rule) {
    JsonOut out;
    out.open('{').member("first_after_minutes", rule.first_after_minutes);
    out.member("every_minutes", rule.every_minutes);
    out.member("most_open_per_subject", rule.most_open_per_subject);
    write_text(out.key("text"), describe(rule));
    out.close('}');
    return ok(out, rule.etag + kUnwritten);
}

Answer read_rule(const Call& call) {
    return show(chase_rule(*call.things.store.read(), call.who.tenant));
}

void change_rule(Ticket ticket) {
    auto given = read_body<RuleWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, given = *given, etag = *etag](engine::Turns& turns) -> Answer {
        ChaseRule rule = given;
        rule.etag = etag - kUnwritten;
        rule.etag = TRY(put_chase_rule(turns, ticket->call.who.actor, rule));
        return show(rule);
    });
}

constexpr auto kRead = Permission::ObligationsRead;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/chases/rule", "readChaseRule", kRead, read_rule, 0},
    {"PUT", "/api/v1/chases/rule", "changeChaseRule", Permission::SettingsWrite, change_rule, 4096},
    {"GET", "/api/v1/chases", "listChases", kRead, list_chases, 0},
    {"POST", "/api/v1/chases", "makeChase", Permission::ChasesMake, make, 8192, true},
    {"GET", "/api/v1/chases/{id}", "readChase", kRead, read_one, 0},
    {"POST", "/api/v1/chases/{id}/answer", "answerChase", Permission::ChasesAnswer, answer, 8192,
     true},
};

}  // namespace

std::span<const Route> chase_routes() { return kRoutes; }

}  // namespace yinuo::server
