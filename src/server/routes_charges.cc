// What partners answer for 追偿: their shares of payouts, and what came back of them.
#include "engine/paying.h"
#include "server/body.h"
#include "server/charges.h"
#include "server/payout_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr int kPayoutsAtOnce = 500;
constexpr int kPayoutsLookedAt = 20'000;  // a page

constexpr std::string_view kStates[] = {"open", "recovered"};

Refusal no_charge() { return no_such({"追偿", "charge"}); }

// "pay_…/supplier": the last charge that a page had.
struct Place {
    store::PayoutId payout = 0;
    std::string partner;
};
Place place_of(std::string_view after) {
    const auto slash = after.find('/');
    const auto payout = engine::parse_payout(after.substr(0, slash));
    if (!payout || slash == std::string_view::npos) return {};
    return {.payout = *payout, .partner = std::string(after.substr(slash + 1))};
}
std::string text_of(const Charge& charge) {
    return engine::payout_text(charge.payout) + "/" + charge.partner;
}

// What another partner owes is none of a partner's business: theirs are those in the name that their
// account has.
bool may_see(const Session& who, const Charge& charge) {
    return who.role != Role::Partner || who.actor.name == charge.partner;
}

struct Found {
    std::vector<Charge> charges;
    std::string next;
};
Found find(const Call& call, store::Reading& reading, const PageWish& page,
           std::optional<std::string_view> state) {
    Found found;
    const auto recovered = recovered_so_far(reading, call.who.tenant);
    const auto from = place_of(page.after);
    bool passed = from.payout == 0;  // the last one that was shown
    // Takes one payout's charges, until the page is full.
    const auto take = [&](const store::PayoutRow& row) {
        const auto stream = reading.stream(row.stream);
        if (!stream || !may_see(call.who, *stream)) return true;
        const auto charges = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            return charges_of(reading, shelf, row, recovered, call.things.engine_clock.now());
        });
        for (const auto& charge : charges) {
            if (!passed) {
                passed = charge.partner == from.partner;
                continue;
            }
            if (state && (*state == "open") != charge.is_open()) continue;
            if (!may_see(call.who, charge)) continue;
            if (std::ssize(found.charges) == page.limit) {
                found.next = text_of(found.charges.back());
                return false;
            }
            found.charges.push_back(charge);
        }
        passed = true;
        return true;
    };
    store::PayoutQuery query{
        .tenant = call.who.tenant, .after = from.payout, .limit = kPayoutsAtOnce};
    if (const auto first = reading.payout(from.payout);
        first && first->tenant == call.who.tenant && !take(*first))
        return found;
    passed = true;
    for (int looked_at = 0; looked_at < kPayoutsLookedAt; looked_at += kPayoutsAtOnce) {
        const auto rows = reading.payouts(query);
        for (const auto& row : rows) {
            if (!take(row)) return found;
            query.after = row.id;
        }
        if (std::ssize(rows) < kPayoutsAtOnce) return found;
    }
    found.next = engine::payout_text(query.after) + "/";
    return found;
}

void list_charges(Ticket ticket) {
    auto wish = page_of(ticket->call.request);
    if (!wish) return ticket->answer(deny(wish.error()));
    Query in(ticket->call.request);
    const auto state = in.word("state", kStates);
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    // What a customer was given concerns them; who is charged for it doesn't.
    if (ticket->call.who.role == Role::Customer) return ticket->answer(page(ticket->call, {}, {}));
    work(ticket, [ticket, wish = *wish, state]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto found = find(call, *reading, wish, state);
        JsonOut items;
        for (const auto& charge : found.charges) write_charge(items, charge);
        return page(call, items.text(), found.next);
    });
}

struct RecoverWish {
    std::optional<std::int64_t> minor;
    std::string reference;
};
void describe(Members& in, RecoverWish& into) {
    in.may("minor", into.minor, {.least = 1, .most = (std::int64_t{1} << 53) - 1});
    in.need("reference", into.reference, {.least = 1, .most = 160});
}

Error not_settled() {
    return {.code = "charge-not-settled",
            .what = {"延误还没有结束，分摊的份额还会变",
                     "the lateness hasn't ended: the share may still change"},
            .mend = {"等各段都结束后再追偿", "recover it once every leg has ended"}};
}

Error above_share(const Charge& charge) {
    const Money left{.minor = charge.left(), .currency = charge.share.currency};
    return {.code = "above-share",
            .what = {"超过了应由对方承担的份额，还可追偿 " + left.to_string(),
                     "this is more than their share: " + left.to_string() + " is left of it"},
            .mend = {"追偿不超过余额，或不写金额（追偿全部余额）",
                     "ask for at most that, or leave the amount out for all of it"}};
}

std::optional<Charge> charge_in(store::Reading& reading, engine::Shelf& shelf, const Call& call,
                                Instant now) {
    const auto payout = engine::parse_payout(call.parameter("payout"));
    const auto row = payout ? reading.payout(*payout) : std::nullopt;
    if (!row || row->tenant != call.who.tenant) return std::nullopt;
    for (auto& charge :
         charges_of(reading, shelf, *row, recovered_so_far(reading, call.who.tenant), now))
        if (charge.partner == call.parameter("partner")) return charge;
    return std::nullopt;
}

bool is_there(const Call& call) {
    const auto reading = call.things.store.read();
    return call.things.shelves
        .use(call.who.tenant,
             [&](engine::Shelf& shelf) {
                 return charge_in(*reading, shelf, call, call.things.engine_clock.now());
             })
        .has_value();
}

void recover(Ticket ticket) {
    if (!is_there(ticket->call)) return ticket->answer(deny(no_charge()));
    auto given = read_body<RecoverWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto charge = charge_in(turns.rows(), turns.shelf(), call, turns.now());
        if (!charge) return deny(no_charge());
        if (!charge->is_settled) return deny({not_settled(), 409});
        const auto minor = given.minor.value_or(charge->left());
        if (minor == 0 || minor > charge->left()) return deny({above_share(*charge), 409});
        const engine::FundWish wish{
            .move = engine::FundMove::Recover,
            .money = {.minor = minor, .currency = charge->share.currency},
            .reference = given.reference,
            .promise = charge->promise.substr(0, charge->promise.rfind('@')),
            .payout = charge->payout,
            .partner = charge->partner};
        TRY(engine::move_money(turns, call.who.actor, wish));
        JsonOut about;
        about.open('{').member("payout", call.parameter("payout"));
        about.member("partner", charge->partner).member("minor", minor).close('}');
        const auto members = about.take();
        turns.audit(call.who.actor, "charge.recover",
                    "payout/" + std::string(call.parameter("payout")),
                    std::string_view(members).substr(1, members.size() - 2));
        auto now = *charge;
        now.recovered += minor;
        JsonOut out;
        write_charge(out, now);
        return http::Response::json(201, out.take());
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/charges", "listCharges", Permission::PayoutsRead, list_charges, 0, false, 5},
    {"POST", "/api/v1/charges/{payout}/{partner}/recover", "recoverCharge", Permission::FundWrite,
     recover, 4096, true, 2},
};

}  // namespace

std::span<const Route> charge_routes() { return kRoutes; }

}  // namespace yinuo::server
