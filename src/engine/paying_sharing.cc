// Remedies that are about the same failure: one sum between them (paying_failure.h).
#include <algorithm>

#include "base/check.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kSetOff = "已抵扣法定的一笔 / what the statute grants is set off";
constexpr std::string_view kNotMore =
    "同一事由的另一笔已够，或已不再需要支付 / covered by another for the same cause, or not owed "
    "any more";

Decimal amount_of(const remedy::Payout& payout) {
    return payout.money ? payout.money->amount() : payout.amount;
}

std::int64_t minor_of(const Decimal& amount, std::string_view unit) {
    const auto currency = Currency::parse(unit);
    const auto money =
        currency ? round_to_minor(amount, *currency, Rounding::HalfUp) : std::optional<Money>();
    return money ? money->minor : 0;
}

void lessen_to(PayoutView& view, const Decimal& amount) {
    view.payout.amount = amount;
    if (view.payout.money) view.payout.money->minor = minor_of(amount, view.unit);
}

std::string name_of(const Bundle& one) { return one.remedy + "@" + one.version->label; }

}  // namespace

bool Cashier::is_shared(const Till& till, const PayoutView& view) const {
    if (view.remedy_index < 0) return false;
    const auto row = till.group.rows.obligation(view.row.obligation);
    const Version* version = row ? shelf_.find(row->version) : nullptr;
    if (version == nullptr) return false;
    const auto& all = version->promise->remedies;
    const auto found = std::ranges::find(all, view.remedy, &promise::Remedy::name);
    return found != all.end() && may_be_shared(shelf_, *version, *found, view.subject);
}

// What begins gives only what nothing else for the same failure has given.
void Cashier::share(const Till& till, PayoutView& view) {
    auto& rows = till.group.rows;
    auto failure = Failure::of(rows, shelf_, standings_, view);
    const Bundle* own = failure.of(view);
    if (own == nullptr)
        return;  // moved to a version that knows no such remedy: it has no part in it
    if (view.statutory && make_room(till, failure, view)) {
        failure = Failure::of(rows, shelf_, standings_, view);
        own = failure.of(view);
    }
    const auto wanted = amount_of(view.payout);
    const auto left = failure.lack(*own);
    if (left >= wanted) return;
    lessen_to(view, left);
    for (const auto& other : failure.bundles) {
        if (!Failure::are_related(*own, other) || other.given.is_zero()) continue;
        const auto name = name_of(other);
        if (other.unit != own->unit)
            view.why = "不与 " + name + " 叠加 / not on top of " + name;
        else if (other.remedy == own->remedy)
            view.why = "同一事由只赔一次，取最高一笔（" + name +
                       "） / paid once for the same cause, the largest single one (" + name + ")";
        else
            view.why = "已抵扣 " + name + " / " + name + " is set off";
    }
}

// 法定: the statute's own is given whole as far as what it is set off against isn't on its way yet.
bool Cashier::make_room(const Till& till, Failure failure, const PayoutView& view) {
    Bundle* law = failure.of(view);
    check(law != nullptr);
    const auto missing = law->meant.subtract(law->given).value_or(Decimal(0));
    const auto coming = std::min(amount_of(view.payout), missing);
    law->given = law->given.add(coming).value_or(law->given);  // as if it were
    bool made = false;
    for (auto& other : failure.bundles) {
        if (!Failure::are_related(*law, other) || other.rule().statutory) continue;
        const Decimal room = other.unit == law->unit ? failure.excess(other) : other.given;
        if (room.is_zero() || room.is_negative()) continue;
        const auto taken = take_off(till, other.payouts,
                                    {.amount = room,
                                     .minor = minor_of(room, other.unit),
                                     .at = other.at,
                                     .of_others = true,
                                     .unsent_only = true,
                                     .why = kSetOff});
        other.given = other.given.subtract(taken).value_or(other.given);
        made = made || !taken.is_zero();
    }
    return made;
}

// As much as isn't meant any more, and as nothing else needs.
void Cashier::take_back_shared(const Till& till, const PayoutView& about, Instant at) {
    auto failure = Failure::of(till.group.rows, shelf_, standings_, about);
    const Bundle* own = failure.of(about);
    if (own == nullptr) return;
    const auto over = failure.excess(*own);
    if (!over.is_zero())
        take_off(till, own->payouts,
                 {.amount = over,
                  .minor = minor_of(over, own->unit),
                  .at = at,
                  .of_others = true,
                  .why = kNotMore});
    uneven_.push_back(about);
}

void Cashier::gives_way(const Till& till, const PayoutView& view) {
    if (!view.payout.back && is_shared(till, view)) uneven_.push_back(view);
}

// Where one gave way the others rise up to their own, the largest first.
void Cashier::even_out(const Till& till) {
    while (!uneven_.empty()) {
        const PayoutView about = std::move(uneven_.back());
        uneven_.pop_back();
        auto failure = Failure::of(till.group.rows, shelf_, standings_, about);
        const Bundle* own = failure.of(about);
        if (own == nullptr) continue;
        std::vector<std::pair<Decimal, const Bundle*>> those;
        for (const auto& other : failure.bundles)
            if (!other.payouts.empty() && Failure::are_related(*own, other))
                if (auto lack = failure.lack(other); !lack.is_zero())
                    those.emplace_back(std::move(lack), &other);
        std::ranges::stable_sort(those,
                                 [](const auto& a, const auto& b) { return a.first > b.first; });
        for (const auto& [lack, other] : those) raise(till, *other);
    }
}

void Cashier::raise(const Till& till, const Bundle& bundle) {
    PayoutEntry one;
    auto& view = one.view;
    for (const auto& before : bundle.payouts)
        if (!before.view.payout.back) view = before.view;
    auto failure = Failure::of(till.group.rows, shelf_, standings_, view);
    const Bundle* own = failure.of(view);
    if (own == nullptr) return;
    const auto lack = failure.lack(*own);
    if (lack.is_zero()) return;
    view.row = {.tenant = view.row.tenant,
                .stream = view.row.stream,
                .obligation = view.row.obligation,
                .customer = view.row.customer,
                .incident = view.row.incident,
                .key = view.row.key};
    view.payout = {.amount = lack, .money = view.payout.money};
    lessen_to(view, lack);
    view.gift_index = own->gift;
    view.kind = own->rule().gifts[static_cast<std::size_t>(own->gift)].kind;
    view.owed = lack;
    view.owed_minor = remedy::minor_left(view.payout);
    view.owed_at = own->at;
    view.by = "system";
    view.why = "同一事由的另一笔收回了，补足差额 / another for the same cause gave way: the rest";
    start(till, std::move(one), false);
}

}  // namespace yinuo::engine
