// Waivers 免责, new dates 改约 and reopening: what is excused, put off and taken up again, by people.
#include <algorithm>
#include <charconv>

#include "engine/undecided.h"
#include "server/claim_desk.h"
#include "server/dates.h"
#include "server/people_out.h"
#include "server/query.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

constexpr Length kReason = {.least = 1, .most = 500};
constexpr std::string_view kStates[] = {"open", "released", "waived"};
constexpr int kLookedAtMost = 2'000;

std::string id_of(const Ticket& ticket) { return std::string(ticket->call.parameter("id")); }

struct WaiverWish {
    std::string cause, reason;
    std::vector<std::string> evidence;
    std::map<std::string, std::string> fields;
};
void describe(Members& in, WaiverWish& into) {
    in.may("cause", into.cause, {.least = 1, .most = 200});
    in.need("reason", into.reason, kReason);
    may_files(in, into.evidence);
    may_fields(in, into.fields);
}

struct Opinion {
    std::string reason;
    std::vector<std::string> evidence;
};
void describe(Members& in, Opinion& into) {
    in.need("reason", into.reason, kReason);
    may_files(in, into.evidence);
}

struct Reason {
    std::string reason;
};
void describe(Members& in, Reason& into) { in.need("reason", into.reason, kReason); }

struct DateWish {
    Instant to = Instant::max();
    std::string reason;
};
void describe(Members& in, DateWish& into) {
    in.need_instant("to", into.to);
    in.need("reason", into.reason, kReason);
}

struct Consent {
    std::string channel, words;
};
void describe(Members& in, Consent& into) {
    in.need("channel", into.channel, {.least = 1, .most = 40});
    in.may("words", into.words, kReason);
}
struct ConsentWish {
    std::optional<Consent> consent;
};
void describe(Members& in, ConsentWish& into) {
    if (in.take("consent") != nullptr) in.may_object("consent", into.consent.emplace());
}

template <typename T>
std::optional<T> body_of(const Ticket& ticket) {
    if (!is_there(ticket, ticket->call.parameter("id"))) return std::nullopt;
    auto given = read_body<T>(ticket->call.request);
    if (given) return std::move(*given);
    ticket->answer(deny(given.error()));
    return std::nullopt;
}

Refusal no_proposal() {
    return Refusal(Error{.code = "no-proposal",
                         .what = {"没有待答复的新日期", "no new date waits for an answer"},
                         .mend = {"先提出新日期：POST …/dates", "propose one first: POST …/dates"}},
                   409);
}

// The customer answers for themselves; whoever decides may write down what they said.
Answered<void> may_answer(const Session& who, const ConsentWish& wish, bool agrees) {
    if (who.role == Role::Customer) return {};
    if (!who.may.has(Permission::ClaimsDecide))
        return deny(
            Error{.code = "forbidden",
                  .what = {"只有客户本人，或有权记录客户意见的同事，可以答复",
                           "only the customer, or who may record what they said, can answer"},
                  .mend = {"请客户用自己的链接答复", "let the customer answer by their link"}});
    // What they agreed with is kept in their own words.
    if (wish.consent && (!agrees || !wish.consent->words.empty())) return {};
    return deny(body_refusal(
        {{.error = {.code = "missing",
                    .what = {"要写明客户怎样答复的", "how the customer answered must be said"},
                    .mend = {"例如 {\"channel\":\"电话\",\"words\":\"可以，周六上午\"}",
                             "like {\"channel\":\"phone\",\"words\":\"fine, Saturday morning\"}"}},
          .pointer = "/consent"}}));
}

std::optional<ConsentWish> consent_of(const Ticket& ticket, bool agrees) {
    if (!is_there(ticket, ticket->call.parameter("id"))) return std::nullopt;
    Answered<ConsentWish> given = ConsentWish{};
    if (!ticket->call.request.body.empty()) given = read_body<ConsentWish>(ticket->call.request);
    if (given)
        if (auto may = may_answer(ticket->call.who, *given, agrees); !may)
            given = deny(may.error());
    if (given) return std::move(*given);
    ticket->answer(deny(given.error()));
    return std::nullopt;
}

std::optional<Proposal> open_proposal(store::Reading& rows, const Matter& matter) {
    const auto& row = matter.seen().row;
    auto found = find_proposal(rows, row.tenant, row.id);
    return found && is_open(*found, row) ? found : std::nullopt;
}

// Files count as evidence of their own where the clause asks for some.
bool is_proof(const Matter& matter, const std::vector<std::string>& files) {
    return !files.empty() && matter.stands() &&
           condition_of(matter.clause(), Act::Evidence) != nullptr;
}

}  // namespace

void record_waiver(Ticket ticket) {
    auto given = body_of<WaiverWish>(ticket);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns& turns,
                                              Matter& matter) -> Answered<std::vector<ActWish>> {
               const auto files =
                   TRY(hashes_of(turns.rows(), ticket->call.who, matter.subject(), wish.evidence));
               const bool proves = is_proof(matter, files);
               const bool recorded =
                   matter.stands() && matter.stand().obligation.excuse == promise::Excuse::Withheld;
               std::vector<ActWish> acts;
               if (!recorded || !proves)
                   acts.push_back({.act = Act::Cause,
                                   .reason = wish.reason,
                                   .cause = wish.cause,
                                   .evidence = proves ? std::vector<std::string>() : files,
                                   .fields = wish.fields});
               if (proves)
                   acts.push_back({.act = Act::Evidence, .reason = wish.reason, .evidence = files});
               return acts;
           });
}

void agree_to_waiver(Ticket ticket) {
    auto given = body_of<Opinion>(ticket);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns& turns,
                                              Matter& matter) -> Answered<std::vector<ActWish>> {
               const auto files =
                   TRY(hashes_of(turns.rows(), ticket->call.who, matter.subject(), wish.evidence));
               std::vector<ActWish> acts = {
                   {.act = Act::Agree, .reason = wish.reason, .evidence = files}};
               if (is_proof(matter, files))
                   acts.push_back({.act = Act::Evidence, .reason = wish.reason, .evidence = files});
               return acts;
           });
}

void refuse_waiver(Ticket ticket) {
    auto given = body_of<Opinion>(ticket);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns& turns,
                                              Matter& matter) -> Answered<std::vector<ActWish>> {
               const auto files =
                   TRY(hashes_of(turns.rows(), ticket->call.who, matter.subject(), wish.evidence));
               return std::vector<ActWish>{
                   {.act = Act::Refuse, .reason = wish.reason, .evidence = files}};
           });
}

// Obligations whose excuse stands so, the oldest first.
void list_waivers(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        Query in(call.request);
        const auto state = in.word("state", kStates).value_or("open");
        if (auto fine = in.finish(); !fine) return deny(fine.error());
        const auto wish = page_of(call.request);
        if (!wish) return deny(wish.error());
        using promise::Excuse;
        const auto excuse = state == "open"       ? Excuse::Withheld
                            : state == "released" ? Excuse::Released
                                                  : Excuse::Waived;
        const auto rows = call.things.store.read();
        store::ObligationId after = 0;
        std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), after);
        JsonOut items;
        std::string next;
        int shown = 0;
        call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            auto ids = own_obligations(*rows, call.who, after, [&](const auto& row) {
                return row.excuse == static_cast<std::uint8_t>(excuse);
            });
            if (!ids)
                ids = engine::excuses_that(*rows, call.who.tenant, excuse, after, kLookedAtMost);
            store::ObligationId last = after;
            for (const auto id : *ids) {
                if (shown == wish->limit) {
                    next = std::to_string(last);
                    break;
                }
                last = id;
                const auto seen = find_obligation(*rows, call.who, engine::obligation_text(id));
                if (!seen) continue;
                Matter matter(*rows, shelf, *seen, call.things.engine_clock.now());
                write_obligation(items, seen->row, seen->stream.name, shelf,
                                 [&](JsonOut& more) { write_people(more, matter, *rows); });
                ++shown;
            }
            if (next.empty() && std::ssize(*ids) == kLookedAtMost) next = std::to_string(last);
        });
        return page(call, items.text(), next);
    });
}

void propose_date(Ticket ticket) {
    auto given = body_of<DateWish>(ticket);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns& turns,
                                              Matter& matter) -> Answered<std::vector<ActWish>> {
               const auto& who = ticket->call.who;
               // Tried now, so that nobody asks the customer for what can't be.
               TRY(weigh_acts(turns, matter, who,
                              {{.act = Act::Redate, .reason = wish.reason, .to = wish.to}}));
               const auto& row = matter.seen().row;
               put_proposal(turns, row.tenant, row.id,
                            {.to = wish.to,
                             .at = turns.now(),
                             .by = who.actor.name,
                             .by_id = who.actor.id,
                             .reason = wish.reason});
               const auto id = engine::obligation_text(row.id);
               turns.audit(who.actor, "obligation.date-proposed", id);
               JsonOut data;
               data.open('{').member("obligation", id).member("new_due_at", wish.to).close('}');
               turns.announce(row.tenant, "date.proposed", id, data.text(),
                              turns.rows().last_position());
               return std::vector<ActWish>();
           });
}

void agree_to_date(Ticket ticket) {
    auto given = consent_of(ticket, true);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns& turns,
                                              Matter& matter) -> Answered<std::vector<ActWish>> {
               auto proposal = open_proposal(turns.rows(), matter);
               if (auto hinders = hindrance(matter, ticket->call.who, Act::Redate))
                   return deny(*hinders);
               if (!proposal) return deny(no_proposal());
               ActWish act{.act = Act::Redate, .reason = proposal->reason, .to = proposal->to};
               const auto add = [&](const char* name, std::string_view text) {
                   append_json_string(act.fields[name], text);
               };
               add("proposed_by", proposal->by);
               add("consent_channel", wish.consent ? wish.consent->channel : "link");
               if (wish.consent) act.words = wish.consent->words;
               TRY(weigh_acts(turns, matter, ticket->call.who, {act}));
               proposal->state = "agreed";
               put_proposal(turns, ticket->call.who.tenant, matter.seen().row.id, *proposal);
               return std::vector<ActWish>{std::move(act)};
           });
}

void decline_date(Ticket ticket) {
    auto given = consent_of(ticket, false);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns& turns,
                                              Matter& matter) -> Answered<std::vector<ActWish>> {
               auto proposal = open_proposal(turns.rows(), matter);
               if (!proposal) return deny(no_proposal());
               proposal->state = "declined";
               const auto& row = matter.seen().row;
               put_proposal(turns, row.tenant, row.id, *proposal);
               std::string more = "\"channel\":";
               append_json_string(more, wish.consent ? wish.consent->channel : "link");
               turns.audit(ticket->call.who.actor, "obligation.date-declined",
                           engine::obligation_text(row.id), more);
               return std::vector<ActWish>();
           });
}

void reopen(Ticket ticket) {
    auto given = body_of<Reason>(ticket);
    if (!given) return;
    act_on(ticket, id_of(ticket),
           [ticket, wish = std::move(*given)](engine::Turns&,
                                              Matter&) -> Answered<std::vector<ActWish>> {
               // What a customer writes is theirs.
               const bool own = ticket->call.who.role == Role::Customer;
               return std::vector<ActWish>{{.act = Act::Reopen,
                                            .words = own ? wish.reason : "",
                                            .reason = own ? "" : wish.reason}};
           });
}

}  // namespace yinuo::server
