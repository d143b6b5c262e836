// From a remedy entry to a payout, and back.
#include <algorithm>
#include <ranges>

#include "base/check.h"
#include "engine/damage.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

using remedy::PayoutState;
using remedy::PayoutStep;

constexpr std::string_view kSystem = "system";
constexpr std::size_t kStandingsMost = 20'000;  // streams kept in mind
constexpr std::string_view kNotOwed = "不再需要支付 / not owed any more";

bool is_nothing(const remedy::Payout& payout) {
    return payout.amount.is_zero() || (payout.money && payout.money->minor == 0);
}

}  // namespace

void Cashier::owe(const Till& till, const store::Stream& stream, std::span<const Owed> all) {
    if (standings_.size() > kStandingsMost) standings_.clear();
    standings_.erase(stream.id);
    for (const auto& owed : all)
        if (owed.entry.back) take_back(till, stream, owed);
    for (const auto& owed : all)
        if (!owed.entry.back) give(till, stream, owed);
    even_out(till);
}

void Cashier::give(const Till& till, const store::Stream& stream, const Owed& owed) {
    const auto& entry = owed.entry;
    const auto& remedy = owed.version.promise->remedies[static_cast<std::size_t>(entry.remedy)];
    const auto& gift = remedy.gifts[static_cast<std::size_t>(entry.gift)];
    PayoutEntry one;
    auto& view = one.view;
    view.row = {.tenant = stream.tenant,
                .stream = stream.id,
                .obligation = owed.obligation,
                .customer = stream.customer,
                .incident = incidents_.incident_of(till.group.rows, stream.tenant, owed.obligation),
                .key = key_of_failure(owed.key)};
    view.payout.amount = entry.amount;
    view.payout.money = entry.money;
    view.owed = entry.amount;
    view.owed_minor = entry.money ? entry.money->minor : 0;
    view.subject = stream.name;
    view.promise = owed.version.label;
    view.remedy = remedy.name;
    view.remedy_index = entry.remedy;
    view.gift_index = entry.gift;
    view.payee = entry.payee;
    view.kind = gift.kind;
    view.unit = gift.unit;
    view.choices = owed.choices;
    view.by = kSystem;
    view.statutory = remedy.statutory;
    view.owed_at = entry.at;
    if (may_be_shared(shelf_, owed.version, remedy, stream.name)) share(till, view);
    start(till, std::move(one), true);
}

// `even_nothing`: what a cap leaves nothing of is written down, too.
void Cashier::start(const Till& till, PayoutEntry one, bool even_nothing) {
    auto& view = one.view;
    auto& own = books(till, view.row.tenant);
    cut_to_cap(till, own, view);
    if (is_nothing(view.payout) && !even_nothing) return;
    view.row.id = next_++;
    if (is_nothing(view.payout)) {
        view.payout.state = PayoutState::Cancelled;
        record(till, std::move(one), 0);
        return;
    }
    view.connector = connector_for(till, own, view);
    view.role = role_for(till, own, view);
    if (!view.choices.empty())
        view.payout.expires_at = till.group.now + own.policy.offers_expire_after;
    auto turn = remedy::begin(view.payout, !view.choices.empty(), !view.role.empty(),
                              funds_for(till, own, view) == Funds::Enough);
    view.payout = std::move(turn.payout);
    one.postings = std::move(turn.postings);
    const auto made = record(till, std::move(one), 0);
    if (made.payout.state == PayoutState::Reserved) put_order(till, made, false);
}

void Cashier::take_back(const Till& till, const store::Stream& stream, const Owed& owed) {
    const auto& entry = owed.entry;
    const auto& remedy = owed.version.promise->remedies[static_cast<std::size_t>(entry.remedy)];
    const bool shared = may_be_shared(shelf_, owed.version, remedy, stream.name);
    std::vector<PayoutEntry> all;
    for (const auto& row : till.group.rows.payouts_of(owed.obligation)) {
        PayoutEntry one = readable(read_payout(row.body));
        one.view.row = row;
        if (one.view.remedy_index == entry.remedy && one.view.gift_index == entry.gift &&
            one.view.payee == entry.payee)
            all.push_back(std::move(one));
    }
    if (all.empty()) return;
    if (shared) return take_back_shared(till, all.back().view, entry.at);
    take_off(till, all,
             {.amount = entry.amount,
              .minor = entry.money ? entry.money->minor : 0,
              .at = entry.at,
              .why = kNotOwed});
}

// The newest first: what isn't on its way is cancelled, what may have been paid is asked back.
Decimal Cashier::take_off(const Till& till, const std::vector<PayoutEntry>& all,
                          const Taking& taking) {
    Decimal amount = taking.amount, taken = 0;
    std::int64_t minor = taking.minor;
    std::vector<const PayoutEntry*> those;
    for (const auto& one : all | std::views::reverse)
        if (taking.of_others || one.view.owed_at == taking.at) those.push_back(&one);
    std::ranges::stable_partition(those,
                                  [&](const auto* one) { return one->view.owed_at == taking.at; });
    for (const auto* one : those) {
        const auto& view = one->view;
        const auto& payout = view.payout;
        if (payout.back || amount.is_zero() ||
            (is_final(payout.state) && payout.state != PayoutState::Paid) ||
            (taking.unsent_only && may_have_paid(payout.state)))
            continue;
        Decimal left = payout.amount;
        std::int64_t left_minor = remedy::minor_left(payout);
        for (const auto& other : all)
            if (other.view.takes_back == view.row.id &&
                other.view.payout.state != PayoutState::Cancelled) {
                left = left.subtract(other.view.payout.amount).value_or(Decimal(0));
                left_minor -= remedy::minor_left(other.view.payout);
            }
        Decimal part = std::min(left, amount);
        const auto part_minor = std::min(left_minor, minor);
        if (payout.money)  // money goes by its minor units; the last of them takes the whole
            part = part_minor == left_minor
                       ? left
                       : Money{.minor = part_minor, .currency = payout.money->currency}.amount();
        if (part.is_zero() || part.is_negative() || (payout.money && part_minor == 0)) continue;
        amount = amount.subtract(part).value_or(Decimal(0));
        if (amount.is_negative()) amount = 0;
        minor -= part_minor;
        taken = taken.add(part).value_or(taken);
        if (may_have_paid(payout.state)) {
            begin_back(till, view, part, part_minor);
            continue;
        }
        auto turn = remedy::step(
            payout, {.step = PayoutStep::Lessen, .lessened = part, .lessened_minor = part_minor});
        check(turn.has_value());
        apply(till, *one, std::move(*turn), PayoutStep::Lessen, kSystem, std::string(taking.why));
    }
    return taken;
}

void Cashier::begin_back(const Till& till, const PayoutView& paid, const Decimal& amount,
                         std::int64_t minor) {
    PayoutEntry one{.view = paid, .step = {}, .postings = {}};
    auto& view = one.view;
    auto& own = books(till, paid.row.tenant);
    view.row = {.id = next_++,
                .tenant = paid.row.tenant,
                .stream = paid.row.stream,
                .obligation = paid.row.obligation,
                .customer = paid.row.customer,
                .incident = paid.row.incident,
                .key = paid.row.key};
    view.takes_back = paid.row.id;
    view.payout.back = true;
    view.payout.amount = view.owed = amount;
    if (view.payout.money) view.payout.money->minor = minor;
    view.owed_minor = minor;
    view.by = kSystem;
    view.why = "后来的事实说明不该赔付 / later facts say that it wasn't owed";
    view.connector = connector_for(till, own, view);
    view.payout = remedy::begin(view.payout, false, false, true).payout;
    put_order(till, record(till, std::move(one), 0), false);
}

// What made sure that nothing was paid leaves nothing to ask back.
void Cashier::drop_backs(const Till& till, const PayoutView& abandoned) {
    for (const auto& row : till.group.rows.payouts_of(abandoned.row.obligation)) {
        auto one = readable(read_payout(row.body));
        one.view.row = row;
        const auto& payout = one.view.payout;
        if (one.view.takes_back != abandoned.row.id || may_have_paid(payout.state) ||
            is_final(payout.state))
            continue;
        auto turn = remedy::step(payout, {.step = PayoutStep::Lessen,
                                          .lessened = payout.amount,
                                          .lessened_minor = remedy::minor_left(payout)});
        check(turn.has_value());
        apply(till, std::move(one), std::move(*turn), PayoutStep::Lessen, kSystem,
              "原赔付并未支付 / the payout was never paid");
    }
}

}  // namespace yinuo::engine
