// Payouts 赔付: what became of what is owed, and the steps that people take.
#include <algorithm>

#include "server/body.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

using remedy::PayoutStep;

constexpr int kPagesLookedAt = 20;        // of rows that aren't theirs to see
constexpr std::size_t kReasonMost = 160;  // characters; the engine takes 500 bytes

struct Wish {
    store::PayoutQuery query;
    std::optional<store::ObligationId> obligation = {};
    std::optional<store::CustomerId> customer = {};
    bool none = false;  // nothing can fit: somebody or something unknown
};

Answered<Wish> wish_of(const Call& call, store::Reading& reading, const PageWish& page) {
    Query in(call.request);
    Wish wish{.query = {.tenant = call.who.tenant, .limit = page.limit}};
    if (const auto word = in.text("state")) {
        if (const auto state = remedy::payout_state(*word))
            wish.query.state = static_cast<std::uint8_t>(*state);
        else
            in.flaw("state", {.code = "unknown-word",
                              .what = {"没有这种状态", "there is no such state"},
                              .mend = {"可以是 choosing, approving, waiting, reserved, sent, paid, "
                                       "failed, refused, cancelled, expired",
                                       "it can be choosing, approving, waiting, reserved, sent, "
                                       "paid, failed, refused, cancelled, expired"}});
    }
    if (const auto text = in.text("incident", 20)) {
        const auto number = Decimal::parse(*text);
        wish.query.incident = number ? number->to_int64() : std::nullopt;
        if (!wish.query.incident) wish.none = true;
    }
    if (const auto id = in.text("obligation")) {
        const auto seen = find_obligation(reading, call.who, *id);
        if (seen) wish.obligation = seen->row.id;
        wish.none = wish.none || !seen;
    }
    if (const auto handle = in.text("customer")) {
        const auto customer = reading.find_customer(call.who.tenant, *handle);
        if (customer) wish.customer = customer->id;
        wish.none = wish.none || !customer;
    }
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    if (call.who.role == Role::Customer) {
        wish.none = wish.none || wish.customer.value_or(call.who.customer) != call.who.customer;
        wish.customer = call.who.customer;
    }
    if (const auto after = engine::parse_payout(page.after)) wish.query.after = *after;
    return wish;
}

bool fits(const Wish& wish, const store::PayoutRow& row) {
    const auto& query = wish.query;
    return row.id > query.after && (!query.state || *query.state == row.state) &&
           (!query.incident || *query.incident == row.incident) &&
           (!wish.customer || *wish.customer == row.customer);
}

// One obligation has few payouts, and so has one customer: those are gathered whole.
std::vector<store::PayoutRow> few(store::Reading& reading, const Wish& wish) {
    auto rows = wish.obligation ? reading.payouts_of(*wish.obligation)
                                : reading.payouts_of_customer(*wish.customer);
    std::erase_if(rows, [&](const auto& row) { return !fits(wish, row); });
    return rows;
}

struct Page {
    std::vector<store::PayoutRow> rows;
    std::string next;
};
Page find(const Call& call, store::Reading& reading, Wish wish) {
    Page page;
    const auto wanted = static_cast<std::size_t>(wish.query.limit);
    const bool whole = wish.obligation || wish.customer;
    wish.query.limit += 1;
    for (int pages = 0; pages < kPagesLookedAt; ++pages) {
        const auto found = whole ? few(reading, wish) : reading.payouts(wish.query);
        for (const auto& row : found) {
            if (page.rows.size() == wanted) return page;
            page.next = engine::payout_text(row.id);
            if (may_see(call, reading, row)) page.rows.push_back(row);
            wish.query.after = row.id;
        }
        if (whole || found.size() <= wanted) {
            page.next.clear();
            return page;
        }
    }
    return page;
}

std::string items_of(const Call& call, const std::vector<store::PayoutRow>& rows) {
    JsonOut items;
    for (const auto& row : rows) {
        const auto view = engine::open_payout(row);
        if (!view) throw store::Trouble(view.error());
        write_payout(items, *view, call.who.role);
    }
    return items.take();
}

Answer list_payouts(const Call& call) {
    const auto wanted = page_of(call.request);
    if (!wanted) return deny(wanted.error());
    const auto reading = call.things.store.read();
    const auto wish = wish_of(call, *reading, *wanted);
    if (!wish) return deny(wish.error());
    if (wish->none) return page(call, {}, {});
    const auto found = find(call, *reading, *wish);
    return page(call, items_of(call, found.rows), found.next);
}

Answer list_of_obligation(const Call& call) {
    const auto reading = call.things.store.read();
    const auto seen = find_obligation(*reading, call.who, call.parameter("id"));
    if (!seen) return deny(no_such({"履约单", "obligation"}));
    auto rows = reading->payouts_of(seen->row.id);
    std::erase_if(rows, [&](const auto& row) { return !may_see(call, *reading, row); });
    return page(call, items_of(call, rows), {});
}

Answer read_payout(const Call& call) {
    const auto reading = call.things.store.read();
    const auto view = find_payout(call, *reading, call.parameter("id"));
    if (!view) return deny(view.error());
    JsonOut out;
    write_payout(out, *view, call.who.role);
    return ok(out, view->row.position);
}

// --- steps ----------------------------------------------------------------------------------------

struct ChoiceWish {
    std::string choice;
};
void describe(Members& in, ChoiceWish& into) {
    in.need("choice", into.choice, {.least = 1, .most = 200});
}

struct ReasonWish {
    std::string reason;
};
void describe(Members& in, ReasonWish& into) {
    in.need("reason", into.reason, {.least = 1, .most = kReasonMost});
}

bool is_decision(PayoutStep step) {
    return step == PayoutStep::Approve || step == PayoutStep::Refuse;
}

void take(Ticket ticket, PayoutStep step, std::string text) {
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket,
        [ticket, step, text = std::move(text), etag = *etag](engine::Turns& turns) -> Answer {
            const auto& call = ticket->call;
            const auto view = find_payout(call, turns.rows(), call.parameter("id"));
            if (!view) return deny(view.error());
            if (is_decision(step) && !reaches(call.who.role, view->role))
                return deny(does_not_reach(view->role));
            if (view->row.position != etag) return deny(stale_etag());
            const auto done = TRY(engine::take_step(turns, call.who.actor, view->row.id,
                                                    {.step = step, .text = text}));
            JsonOut out;
            write_payout(out, done, call.who.role);
            return ok(out, done.row.position);
        });
}

// What isn't theirs is unknown before anything else is wrong with the request.
bool is_there(const Ticket& ticket) {
    const auto& call = ticket->call;
    const auto seen = find_payout(call, *call.things.store.read(), call.parameter("id"));
    if (!seen) ticket->answer(deny(seen.error()));
    return seen.has_value();
}

void choose(Ticket ticket) {
    if (!is_there(ticket)) return;
    auto given = read_body<ChoiceWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(std::move(ticket), PayoutStep::Choose, std::move(given->choice));
}

void take_with_reason(Ticket ticket, PayoutStep step) {
    if (!is_there(ticket)) return;
    auto given = read_body<ReasonWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(std::move(ticket), step, std::move(given->reason));
}
void turn_down(Ticket ticket) { take_with_reason(std::move(ticket), PayoutStep::Refuse); }
void abandon(Ticket ticket) { take_with_reason(std::move(ticket), PayoutStep::Abandon); }
void fail(Ticket ticket) { take_with_reason(std::move(ticket), PayoutStep::Fail); }

void take_plainly(Ticket ticket, PayoutStep step) {
    if (is_there(ticket)) take(std::move(ticket), step, {});
}
void approve(Ticket ticket) { take_plainly(std::move(ticket), PayoutStep::Approve); }
void retry(Ticket ticket) { take_plainly(std::move(ticket), PayoutStep::Retry); }
void confirm(Ticket ticket) { take_plainly(std::move(ticket), PayoutStep::Confirm); }

constexpr auto kRead = Permission::PayoutsRead;
constexpr auto kDecide = Permission::PayoutsDecide;
constexpr auto kSettle = Permission::PayoutsSettle;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/payouts", "listPayouts", kRead, list_payouts, 0},
    {"GET", "/api/v1/payouts/{id}", "readPayout", kRead, read_payout, 0},
    {"POST", "/api/v1/payouts/{id}/choose", "choosePayout", Permission::PayoutsChoose, choose, 4096,
     true},
    {"POST", "/api/v1/payouts/{id}/approve", "approvePayout", kDecide, approve, 1024, true},
    {"POST", "/api/v1/payouts/{id}/refuse", "refusePayout", kDecide, turn_down, 4096, true},
    {"POST", "/api/v1/payouts/{id}/retry", "retryPayout", kSettle, retry, 1024, true},
    {"POST", "/api/v1/payouts/{id}/abandon", "abandonPayout", kSettle, abandon, 4096, true},
    {"POST", "/api/v1/payouts/{id}/confirm", "confirmPayout", kSettle, confirm, 1024, true},
    {"POST", "/api/v1/payouts/{id}/fail", "failPayout", kSettle, fail, 4096, true},
    {"GET", "/api/v1/obligations/{id}/payouts", "listObligationPayouts", kRead, list_of_obligation,
     0},
};

}  // namespace

std::span<const Route> payout_routes() { return kRoutes; }

}  // namespace yinuo::server
