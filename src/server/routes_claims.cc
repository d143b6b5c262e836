// Claims 申诉: made by customers, looked into and decided by somebody else; and the table of what
// people do about obligations.
#include <algorithm>
#include <charconv>

#include "engine/undecided.h"
#include "server/claim_desk.h"
#include "server/people_out.h"
#include "server/query.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kStates[] = {"open", "confirmed", "rejected"};
constexpr int kLookedAtMost = 2'000;

Refusal no_claim() { return no_such({"申诉", "claim"}); }

struct ClaimWish {
    std::string text;
    std::vector<std::string> evidence;
    std::map<std::string, std::string> fields;
};
void describe(Members& in, ClaimWish& into) {
    in.need("text", into.text, {.least = 1, .most = 2'000});
    may_files(in, into.evidence);
    may_fields(in, into.fields);
}

struct Verdict {
    std::string reason;
    std::vector<std::string> evidence;
    std::map<std::string, std::string> fields;
};
void describe(Members& in, Verdict& into) {
    in.need("reason", into.reason, {.least = 1, .most = 500});
    may_files(in, into.evidence);
    may_fields(in, into.fields);
}

// --- reading ---------------------------------------------------------------------------------------

struct Found {
    Instant due;
    SeenObligation seen;
};

// When a claim on it must be decided; max: at no time.
Instant due_of(store::Reading& rows, const engine::Shelf& shelf, const SeenObligation& seen) {
    const auto* version = shelf.find(seen.row.version);
    if (version == nullptr) return Instant::max();
    const auto& promise = *version->promise;
    const auto& clause = promise.clauses[static_cast<std::size_t>(seen.row.clause)];
    const auto verification = promise.find_clause(clause.name + ".verification");
    Instant due = Instant::max();
    if (verification < 0) return due;
    for (const auto& row : rows.obligations_of(seen.stream.id))
        if (row.version == seen.row.version && row.clause == verification) due = row.due_at;
    return due;
}

void write_claims(JsonOut& items, Matter& matter, store::Reading& rows) {
    for (const auto* claim : matter.claims()) write_claim(items, matter, rows, *claim);
}

std::vector<store::ObligationId> those_that(const Call& call, store::Reading& rows,
                                            promise::Claim claim, store::ObligationId after) {
    if (auto own = own_obligations(rows, call.who, after, [&](const auto& row) {
            return row.claim == static_cast<std::uint8_t>(claim);
        }))
        return *std::move(own);
    return engine::claims_that(rows, call.who.tenant, claim, after, kLookedAtMost);
}

// The inbox: what must be decided first comes first. `next` is the due instant and id of the last.
std::string open_claims(const Call& call, store::Reading& rows, engine::Shelf& shelf,
                        const PageWish& wish, JsonOut& items) {
    std::vector<Found> all;
    for (const auto id :
         engine::claims_that(rows, call.who.tenant, promise::Claim::Claimed, 0, kLookedAtMost))
        if (auto seen = find_obligation(rows, call.who, engine::obligation_text(id)))
            all.push_back({due_of(rows, shelf, *seen), std::move(*seen)});
    const auto place = [](const Found& one) { return std::pair(one.due, one.seen.row.id); };
    std::ranges::sort(all, {}, place);
    std::pair<Instant, store::ObligationId> after{Instant::min(), 0};
    const auto* end = wish.after.data() + wish.after.size();
    const auto read = std::from_chars(wish.after.data(), end, after.first.millis);
    if (read.ptr != end) std::from_chars(read.ptr + 1, end, after.second);
    int shown = 0;
    for (const auto& one : all) {
        if (!wish.after.empty() && place(one) <= after) continue;
        if (shown++ == wish.limit)
            return std::to_string(after.first.millis) + ":" + std::to_string(after.second);
        after = place(one);
        Matter matter(rows, shelf, one.seen, call.things.engine_clock.now());
        if (matter.stands()) write_claims(items, matter, rows);
    }
    return {};
}

std::string decided_claims(const Call& call, store::Reading& rows, engine::Shelf& shelf,
                           promise::Claim claim, const PageWish& wish, JsonOut& items) {
    store::ObligationId last = 0;
    std::from_chars(wish.after.data(), wish.after.data() + wish.after.size(), last);
    const auto ids = those_that(call, rows, claim, last);
    int shown = 0;
    for (const auto id : ids) {
        if (shown == wish.limit) return std::to_string(last);
        last = id;
        const auto seen = find_obligation(rows, call.who, engine::obligation_text(id));
        if (!seen) continue;
        Matter matter(rows, shelf, *seen, call.things.engine_clock.now());
        if (matter.stands()) write_claims(items, matter, rows);
        ++shown;
    }
    return std::ssize(ids) == kLookedAtMost ? std::to_string(last) : std::string();
}

void list_claims(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        Query in(call.request);
        const auto state = in.word("state", kStates).value_or("open");
        if (auto fine = in.finish(); !fine) return deny(fine.error());
        const auto wish = page_of(call.request);
        if (!wish) return deny(wish.error());
        const auto rows = call.things.store.read();
        JsonOut items;
        const auto next = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            if (state == "open") return open_claims(call, *rows, shelf, *wish, items);
            const auto claim =
                state == "confirmed" ? promise::Claim::Confirmed : promise::Claim::Rejected;
            return decided_claims(call, *rows, shelf, claim, *wish, items);
        });
        return page(call, items.text(), next);
    });
}

// The claim with its words, as far as they may read them.
Answer answer_with(const Call& call, store::Reading& rows, engine::Keys& keys, Matter& matter,
                   const promise::Fact& claim, int status) {
    const auto words =
        may_read_words(call.who) ? words_of(rows, keys, matter, claim) : std::string();
    JsonOut out;
    write_claim(out, matter, rows, claim, words);
    auto answer = http::Response::json(status, out.take());
    if (status == 201) answer.with("Location", "/api/v1/claims/" + claim_text(matter, claim));
    return answer;
}

void read_claim(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto rows = call.things.store.read();
        const auto id = obligation_of_claim(call.parameter("id"));
        const auto seen = id ? find_obligation(*rows, call.who, *id) : std::nullopt;
        if (!seen) return deny(no_claim());
        engine::Keys keys(call.things.keyring);
        return call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) -> Answer {
            Matter matter(*rows, shelf, *seen, call.things.engine_clock.now());
            const auto* claim =
                matter.stands() ? find_claim(matter, call.parameter("id")) : nullptr;
            if (claim == nullptr) return deny(no_claim());
            return answer_with(call, *rows, keys, matter, *claim, 200);
        });
    });
}

void list_acts(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto rows = call.things.store.read();
        const auto seen = find_obligation(*rows, call.who, call.parameter("id"));
        if (!seen) return deny(no_obligation());
        JsonOut out;
        out.open('{').key("items").open('[');
        call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            Matter matter(*rows, shelf, *seen, call.things.engine_clock.now());
            write_acts(out, matter, *rows, call.who);
        });
        out.close(']').close('}');
        return ok(out);
    });
}

// --- doing -----------------------------------------------------------------------------------------

void make_claim(Ticket ticket) {
    const std::string id(ticket->call.parameter("id"));
    if (!is_there(ticket, id)) return;
    auto given = read_body<ClaimWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act_on(
        ticket, id,
        [ticket, wish = std::move(*given)](engine::Turns& turns,
                                           Matter& matter) -> Answered<std::vector<ActWish>> {
            auto files =
                TRY(hashes_of(turns.rows(), ticket->call.who, matter.subject(), wish.evidence));
            return std::vector<ActWish>{{.act = Act::Claim,
                                         .words = wish.text,
                                         .evidence = std::move(files),
                                         .fields = wish.fields}};
        },
        [ticket](engine::Turns& turns, Matter& matter) -> Answer {
            const auto claims = matter.claims();
            const auto& shelf = turns.shelf();
            if (claims.empty()) return obligation_answer(ticket->call, turns.rows(), matter, shelf);
            return answer_with(ticket->call, turns.rows(), turns.keys(), matter, *claims.back(),
                               201);
        });
}

void decide(Ticket ticket, Act what) {
    const std::string claim(ticket->call.parameter("id"));
    const auto id = obligation_of_claim(claim);
    {
        const auto rows = ticket->call.things.store.read();
        if (!id || !find_obligation(*rows, ticket->call.who, *id))
            return ticket->answer(deny(no_claim()));
    }
    auto given = read_body<Verdict>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act_on(
        ticket, *id,
        [ticket, claim, what, wish = std::move(*given)](
            engine::Turns& turns, Matter& matter) -> Answered<std::vector<ActWish>> {
            if (!matter.stands() || find_claim(matter, claim) == nullptr) return deny(no_claim());
            auto files =
                TRY(hashes_of(turns.rows(), ticket->call.who, matter.subject(), wish.evidence));
            const bool reverses =
                what == Act::Reject && matter.stand().obligation.claim == promise::Claim::Confirmed;
            if (reverses && files.empty())
                return deny(body_refusal(
                    {{.error = {.code = "missing",
                                .what = {"已经认定属实，推翻它要有证据",
                                         "it was confirmed: only evidence can undo that"},
                                .mend = {"先上传材料，再写它的编号",
                                         "hand in a file first and name it here"}},
                      .pointer = "/evidence"}}));
            return std::vector<ActWish>{{.act = what,
                                         .reason = wish.reason,
                                         .evidence = std::move(files),
                                         .fields = wish.fields,
                                         .claim = claim}};
        },
        [ticket, claim](engine::Turns& turns, Matter& matter) -> Answer {
            const auto* found = find_claim(matter, claim);
            if (found == nullptr) return deny(no_claim());
            return answer_with(ticket->call, turns.rows(), turns.keys(), matter, *found, 200);
        });
}

void confirm(Ticket ticket) { decide(std::move(ticket), Act::Confirm); }
void reject(Ticket ticket) { decide(std::move(ticket), Act::Reject); }

constexpr auto kRead = Permission::ClaimsRead;
constexpr auto kMake = Permission::ClaimsMake;
constexpr auto kDecide = Permission::ClaimsDecide;
constexpr std::size_t kBody = 64UL * 1024;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/claims", "listClaims", kRead, list_claims, 0, false, 5},
    {"GET", "/api/v1/claims/{id}", "readClaim", kRead, read_claim, 0, false, 2},
    {"POST", "/api/v1/claims/{id}/confirm", "confirmClaim", kDecide, confirm, kBody, true},
    {"POST", "/api/v1/claims/{id}/reject", "rejectClaim", kDecide, reject, kBody, true},
    {"GET", "/api/v1/obligations/{id}/acts", "listActs", kRead, list_acts, 0, false, 2},
    {"POST", "/api/v1/obligations/{id}/claims", "makeClaim", kMake, make_claim, kBody, true},
    {"GET", "/api/v1/waivers", "listWaivers", kRead, list_waivers, 0, false, 5},
    {"POST", "/api/v1/obligations/{id}/waiver", "recordWaiver", kDecide, record_waiver, kBody,
     true},
    {"POST", "/api/v1/obligations/{id}/waiver/agree", "agreeToWaiver", kDecide, agree_to_waiver,
     kBody, true},
    {"POST", "/api/v1/obligations/{id}/waiver/refuse", "refuseWaiver", kDecide, refuse_waiver,
     kBody, true},
    {"POST", "/api/v1/obligations/{id}/dates", "proposeDate", kDecide, propose_date, kBody, true},
    {"POST", "/api/v1/obligations/{id}/dates/agree", "agreeToDate", kMake, agree_to_date, kBody,
     true},
    {"POST", "/api/v1/obligations/{id}/dates/decline", "declineDate", kMake, decline_date, kBody,
     true},
    {"POST", "/api/v1/obligations/{id}/reopen", "reopenObligation", kMake, reopen, kBody, true},
};

}  // namespace

std::span<const Route> claim_routes() { return kRoutes; }

}  // namespace yinuo::server
