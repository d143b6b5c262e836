#include "engine/paying_cashier.h"

#include <algorithm>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

using remedy::Account;
using remedy::PayoutState;
using remedy::PayoutStep;

constexpr std::size_t kTextMost = 500;
constexpr std::string_view kSystem = "system";

std::string_view announced(const remedy::Payout& payout) {
    switch (payout.state) {
        case PayoutState::Choosing: return "payout.choosing";
        case PayoutState::Approving: return "payout.approving";
        case PayoutState::Waiting: return "payout.waiting";
        case PayoutState::Reserved: return payout.back ? "" : "payout.reserved";
        case PayoutState::Sent: return {};
        case PayoutState::Paid: return payout.back ? "payout.taken-back" : "payout.paid";
        case PayoutState::Failed: return "payout.failed";
        case PayoutState::Refused: return "payout.refused";
        case PayoutState::Cancelled: return "payout.taken-back";
        case PayoutState::Expired: return "payout.expired";
    }
    check(false);
}

Error too_long() {
    return {.code = "text-too-long",
            .what = {"说明太长", "the text is too long"},
            .mend = {"最多 500 字节", "at most 500 bytes"}};
}

Error too_small(bool over_budget) {
    return {.code = "fund-too-small",
            .what = over_budget
                        ? Text{"本期预算不够这一笔", "the period's budget doesn't hold this payout"}
                        : Text{"保障基金可用余额不够", "the fund's free balance is too small"},
            .mend = {"先注资，或调整预算", "fill the fund, or change the budget"}};
}

}  // namespace

void Cashier::begin(store::Reading& rows) {
    forget();
    next_ = rows.last_payout() + 1;
    for (const auto& tenant : tenants(rows))
        if (!rows.payouts({.tenant = tenant.id,
                           .state = static_cast<std::uint8_t>(PayoutState::Waiting),
                           .incident = {},
                           .limit = 1})
                 .empty())
            waiting_.insert(tenant.id);
}

void Cashier::forget() {
    books_.clear();
    taken_.clear();
    waiting_.clear();
    standings_.clear();
    uneven_.clear();
    incidents_.forget();
}

Cashier::Books& Cashier::books(const Till& till, store::TenantId tenant) {
    const auto [place, fresh] = books_.try_emplace(tenant);
    auto& books = place->second;
    if (books.is_current) return books;
    books.is_current = true;
    auto& rows = till.group.rows;
    if (fresh) {
        std::vector<remedy::Posting> sums;
        for (const auto& sum : rows.balances(tenant)) {
            const auto currency = Currency::parse(sum.currency);
            if (!currency || sum.account >= remedy::kAccounts)
                damaged({"账户余额读不出来", "a balance can't be read"});
            sums.push_back(
                {static_cast<Account>(sum.account), {.minor = sum.minor, .currency = *currency}});
        }
        readable(books.balances.post(sums));
    }
    books.policy = fund_policy(rows, tenant);
    books.zone = shelf_.zones().find(books.policy.zone);
    check(books.zone != nullptr);
    books.uses.assign(books.policy.budgets.size(), {});
    if (fresh) return books;
    taken_.clear();
    look_again(tenant, books);
    return books;
}

void Cashier::policy_changed(store::TenantId tenant) {
    const auto found = books_.find(tenant);
    if (found != books_.end()) found->second.is_current = false;
}

// One line of the log, its leaf, the row, the ledger, the order, what subscribers hear.
PayoutView Cashier::record(const Till& till, PayoutEntry one, std::int64_t counted_before) {
    auto& view = one.view;
    auto& row = view.row;
    auto& rows = till.group.rows;
    auto& own = books(till, row.tenant);
    view.changed_at = till.group.now;
    if (view.payout.state != PayoutState::Approving) view.role.clear();
    row.state = static_cast<std::uint8_t>(view.payout.state);
    row.acts_at = acts_at(view.payout);
    one.day = one.postings.empty() ? 0 : day_of(own.zone->to_local(till.group.now).date());
    const auto leaf = leaf_of(view, till.turner.tenant_of(till.group, row.tenant).origin);
    const auto entry = till.turner.append(till.group,
                                          {.tenant = row.tenant,
                                           .stream = row.stream,
                                           .kind = static_cast<std::uint8_t>(EntryKind::Payout),
                                           .recorded_at = till.group.now,
                                           .body = write_payout(one)},
                                          row.customer, leaf);
    row.body = entry.body;
    row.position = entry.position;
    row.leaf = entry.leaf;
    rows.put_payout(row);
    post(till, own, entry, one.day, promise_name(view), row.id, one.postings);
    if (counted(view) != counted_before) count(own, view, counted(view) - counted_before);
    if (view.payout.state == PayoutState::Waiting) waits(till, own, view);
    const auto type = announced(view.payout);
    if (!type.empty()) till.group.announce(row.tenant, type, view.subject, leaf, entry.position);
    return std::move(view);
}

void Cashier::post(const Till& till, Books& own, const store::Entry& entry, std::int32_t day,
                   const std::string& promise, store::PayoutId payout,
                   const std::vector<remedy::Posting>& postings) {
    if (postings.empty()) return;
    if (const auto fits = own.balances.post(postings); !fits) throw store::Trouble(fits.error());
    for (const auto& [account, money] : postings) {
        till.group.rows.put_posting({.tenant = entry.tenant,
                                     .position = entry.position,
                                     .account = static_cast<std::uint8_t>(account),
                                     .currency = std::string(money.currency.code()),
                                     .minor = money.minor,
                                     .payout = payout,
                                     .promise = promise,
                                     .at = entry.recorded_at,
                                     .day = day});
        for (std::size_t i = 0; i < own.uses.size(); ++i)
            if (is_used_by(own.policy.budgets[i], promise, money.currency.code(), account))
                own.uses[i].minor += money.minor;
    }
}

// Tells whoever pays. Known under its key it is told anew only when it says so.
void Cashier::put_order(const Till& till, const PayoutView& view, bool anew) {
    if (view.connector == kByHand) return;
    const auto& payout = view.payout;
    std::string body;
    CanonicalObject order(body);
    order.text("amount", payout.amount.to_string());
    order.truth("back", payout.back);
    if (!payout.choice.empty()) order.text("choice", payout.choice);
    if (payout.money) order.text("currency", payout.money->currency.code());
    // A number: what the company calls them is looked up when it is sent, and gone once erased.
    order.number("customer", view.row.customer);
    order.text("id", payout_text(view.row.id));
    order.text("kind", view.kind);
    if (payout.money) order.number("minor", payout.money->minor);
    order.text("obligation", obligation_text(view.row.obligation));
    order.text("payee", view.payee);
    order.text("promise", view.promise);
    order.text("remedy", view.remedy);
    order.text("subject", view.subject);
    order.text("unit", view.unit);
    order.close();
    store::Action action{.tenant = view.row.tenant,
                         .topic = std::string(kPayoutTopic),
                         .key = payout_text(view.row.id),
                         .target = view.connector,
                         .cause = view.row.position,
                         .due_at = till.group.now,
                         .body = std::move(body)};
    action.id = till.group.rows.put_action(action);
    if (anew) till.group.rows.put_action(action);
}

// Nobody need be told any more.
void Cashier::withdraw_order(const Till& till, const PayoutView& view) {
    if (view.connector == kByHand) return;
    store::Action action{.tenant = view.row.tenant,
                         .topic = std::string(kPayoutTopic),
                         .key = payout_text(view.row.id),
                         .target = view.connector,
                         .cause = view.row.position,
                         .due_at = till.group.now,
                         .state = store::Action::State::Done,
                         .answer = "cancelled"};
    action.id = till.group.rows.put_action(action);
    till.group.rows.put_action(action);
}

PayoutView Cashier::apply(const Till& till, PayoutEntry one, remedy::PayoutTurn turn,
                          PayoutStep step, std::string_view by, std::string why) {
    auto& view = one.view;
    const auto before = counted(view);
    const auto was = view.payout.state;
    view.payout = std::move(turn.payout);
    view.by = by;
    view.why = std::move(why);
    one.step = step;
    one.postings = std::move(turn.postings);
    auto& own = books(till, view.row.tenant);
    const auto is = view.payout.state;
    if (is == PayoutState::Approving) view.role = role_for(till, own, view);
    if (is == PayoutState::Reserved) view.connector = connector_for(till, own, view);
    const bool frees = std::ranges::any_of(one.postings, [](const remedy::Posting& posting) {
        return posting.account == Account::Fund && posting.money.minor > 0;
    });
    if (frees) look_again(view.row.tenant, own);
    auto made = record(till, std::move(one), before);
    if (is == PayoutState::Reserved)
        put_order(till, made,
                  was == is || was == PayoutState::Failed ||
                      (was == PayoutState::Approving && made.row.incident != 0));
    if ((is == PayoutState::Cancelled || is == PayoutState::Approving) &&
        was == PayoutState::Reserved)
        withdraw_order(till, made);
    return made;
}

Result<PayoutView> Cashier::take_step(const Till& till, const Actor& actor, store::PayoutId id,
                                      remedy::PayoutCommand command) {
    const auto row = till.group.rows.payout(id);
    if (!row || row->tenant != actor.tenant)
        return refuse({.code = "no-payout", .what = {"没有这笔赔付", "there is no such payout"}});
    if (command.text.size() > kTextMost) return refuse(too_long());
    auto one = TRY(read_payout(row->body));
    one.view.row = *row;
    auto& view = one.view;
    auto& own = books(till, actor.tenant);
    const auto funds = funds_for(till, own, view);
    command.has_funds = funds == Funds::Enough;
    const auto is = view.payout.state;
    if (command.step == PayoutStep::Choose) {
        if (is == PayoutState::Choosing &&
            std::ranges::find(view.choices, command.text) == view.choices.end())
            return refuse(
                {.code = "no-such-choice",
                 .what = {"没有这个选项：" + command.text, "this isn't offered: " + command.text},
                 .mend = {"从列出的选项里选", "choose one of those listed"}});
        command.needs_approval = !role_for(till, own, view).empty();
    }
    if (command.step == PayoutStep::Approve && is == PayoutState::Approving)
        if (auto may = may_approve(till, actor, view); !may) return refuse(std::move(may.error()));
    if (command.step == PayoutStep::Refuse && command.text.empty())
        return refuse({.code = "needs-reason",
                       .what = {"不予批准要写明理由", "refusing needs a reason"},
                       .mend = {"写一句话", "one sentence"}});
    auto turn = TRY(remedy::step(view.payout, command));
    if (!turn.changed) return std::move(view);
    if (command.step == PayoutStep::Fund && funds != Funds::Enough)
        return refuse(too_small(funds == Funds::OverBudget));
    std::string why = command.step == PayoutStep::Choose ? std::string() : std::move(command.text);
    auto made = apply(till, std::move(one), std::move(turn), command.step,
                      actor.name.empty() ? actor.id : actor.name, std::move(why));
    if (command.step == PayoutStep::Abandon) drop_backs(till, made);
    if (is_final(made.payout.state) && made.payout.state != PayoutState::Paid) {
        gives_way(till, made);
        even_out(till);
    }
    return made;
}

Result<store::Position> Cashier::move_money(const Till& till, const Actor& actor,
                                            const FundWish& wish) {
    auto& rows = till.group.rows;
    if (wish.money.minor <= 0 || wish.money.minor > kMinorMost)
        return refuse(
            {.code = "bad-amount",
             .what = {"金额要大于零，且不过大", "the amount must be above zero and not too large"},
             .mend = {"写 1 到 2^53 - 1 个最小货币单位", "1 to 2^53 - 1 minor units"}});
    if (!Currency::parse(wish.money.currency.code()))
        return refuse(
            {.code = "bad-currency",
             .what = {"没有这种货币", "there is no such currency"},
             .mend = {"写 ISO 4217 代码，例如 CNY", "an ISO 4217 code, for example CNY"}});
    for (const auto* text : {&wish.reference, &wish.promise, &wish.partner})
        if (text->size() > kTextMost) return refuse(too_long());
    if (wish.payout != 0) {
        const auto row = rows.payout(wish.payout);
        if (!row || row->tenant != actor.tenant)
            return refuse(
                {.code = "no-payout", .what = {"没有这笔赔付", "there is no such payout"}});
    }
    auto& own = books(till, actor.tenant);
    if (wish.move == FundMove::Withdraw &&
        own.balances.of(Account::Fund, wish.money.currency) < wish.money.minor)
        return refuse(too_small(false));
    const auto postings = postings_of(wish);
    auto trial = own.balances;
    if (auto fits = trial.post(postings); !fits) return refuse(std::move(fits.error()));
    const auto& tenant = till.turner.tenant_of(till.group, actor.tenant);
    const FundEntry made{.wish = wish,
                         .by = actor.name.empty() ? actor.id : actor.name,
                         .recorded_at = till.group.now,
                         .day = day_of(own.zone->to_local(till.group.now).date())};
    auto body = write_fund(made, tenant.origin);
    const auto leaf = body;
    const auto position =
        till.turner.append(till.group, actor.tenant, EntryKind::Fund, std::move(body), leaf);
    post(till, own, {.position = position, .tenant = actor.tenant, .recorded_at = till.group.now},
         made.day, wish.promise, wish.payout, postings);
    if (wish.move != FundMove::Withdraw) look_again(actor.tenant, own);
    return position;
}

// From the oldest that waits; tend() goes through them.
void Cashier::look_again(store::TenantId tenant, Books& own) {
    own.looked_at = 0;
    own.held_up.clear();
    waiting_.insert(tenant);
}

void Cashier::tend(const Till& till, int most) {
    auto& rows = till.group.rows;
    for (const auto& row : rows.payouts_acting(till.group.now, most)) {
        auto one = readable(read_payout(row.body));
        one.view.row = row;
        auto turn = remedy::step(one.view.payout, {.step = PayoutStep::Expire});
        check(turn.has_value());
        gives_way(till,
                  apply(till, std::move(one), std::move(*turn), PayoutStep::Expire, kSystem, {}));
    }
    even_out(till);
    for (auto& [tenant, own] : books_)
        if (own.renews_at <= till.group.now) {
            own.renews_at = Instant::max();
            look_again(tenant, own);
        }
    const auto those = waiting_;
    for (const auto tenant : those) go_on(till, tenant, most);
}

Instant Cashier::next_at() const {
    if (!waiting_.empty()) return Instant::min();
    Instant at = Instant::max();
    for (const auto& [tenant, own] : books_) at = std::min(at, own.renews_at);
    return at;
}

// The oldest first. What lacks funds holds up the later ones of its currency; what is over its
// promise's budget doesn't.
void Cashier::go_on(const Till& till, store::TenantId tenant, int most) {
    auto& own = books(till, tenant);
    const auto after = own.looked_at;
    const auto those =
        till.group.rows.payouts({.tenant = tenant,
                                 .state = static_cast<std::uint8_t>(PayoutState::Waiting),
                                 .incident = {},
                                 .after = after,
                                 .limit = most});
    for (const auto& row : those) {
        own.looked_at = row.id;
        auto one = readable(read_payout(row.body));
        one.view.row = row;
        const auto& view = one.view;
        const auto funds = funds_for(till, own, view);
        if (funds == Funds::OverBudget) waits(till, own, view);
        const std::string currency(view.payout.money ? view.payout.money->currency.code() : "");
        if (funds == Funds::FundTooSmall) own.held_up.insert(currency);
        if (funds != Funds::Enough || own.held_up.contains(currency)) continue;
        auto turn = remedy::step(view.payout, {.step = PayoutStep::Fund});
        check(turn.has_value());
        apply(till, std::move(one), std::move(*turn), PayoutStep::Fund, kSystem, {});
    }
    if (those.size() == static_cast<std::size_t>(most)) return;
    waiting_.erase(tenant);
}

}  // namespace yinuo::engine
