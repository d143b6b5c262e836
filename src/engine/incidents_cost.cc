#include "engine/incidents_cost.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "engine/damage.h"
#include "engine/paying_entry.h"

namespace yinuo::engine {
namespace {

using remedy::PayoutState;

constexpr int kPage = 200;

bool is_out(PayoutState state) {
    return state == PayoutState::Refused || state == PayoutState::Cancelled ||
           state == PayoutState::Expired;
}

std::string name_of_promise(const std::string& wish) { return wish.substr(0, wish.rfind('@')); }

class Costing {
public:
    Costing(store::Reading& rows, Zones& zones, const Incident& incident,
            const std::optional<IncidentGift>& gift, Instant now)
        : rows_(rows), incident_(incident), policy_(fund_policy(rows, incident.tenant)) {
        zone_ = zones.find(policy_.zone);
        check(zone_ != nullptr);
        today_ = zone_->to_local(now).date();
        if (const auto currency = gift ? Currency::parse(gift->unit) : std::nullopt)
            if (const auto money = round_to_minor(gift->amount, *currency, Rounding::HalfUp))
                gift_ = *money;
        for (const auto& line : policy_.approvals) made_.approvals.push_back({line, 0});
        for (const auto& budget : policy_.budgets) {
            const auto use = use_of(rows, incident.tenant, budget, today_);
            made_.budgets.push_back(
                {budget, use.from, use.until, budget.most.minor - use.minor, 0});
        }
        for (const auto& cap : policy_.caps)
            if (gift_ && cap.most.currency == gift_->currency) {
                made_.cuts.push_back({cap, 0, 0});
                periods_.push_back(use_of(rows, incident.tenant,
                                          {.promise = {}, .period = cap.period, .most = cap.most},
                                          today_));
            }
    }

    IncidentCost run() {
        store::ObligationId after = 0;
        for (bool more = true; more;) {
            const auto page = incident_members(rows_, incident_, after, kPage);
            more = page.size() == static_cast<std::size_t>(kPage);
            for (const auto& member : page) {
                after = member.obligation.id;
                take(member);
            }
        }
        std::erase_if(made_.budgets, [](const auto& one) { return one.needed == 0; });
        std::erase_if(made_.approvals, [](const auto& one) { return one.payouts == 0; });
        std::erase_if(made_.cuts, [](const auto& one) { return one.minor == 0; });
        return std::move(made_);
    }

private:
    void take(const IncidentMember& member) {
        bool given = false;
        for (const auto& view : member.payouts) {
            const auto state = view.payout.state;
            given = given || (view.remedy_index == kIncidentGift && !view.payout.back);
            if (view.payout.back || !view.payout.money) continue;
            const bool waits = state == PayoutState::Approving || state == PayoutState::Waiting;
            if (!waits) continue;
            if (!view.statutory) need(promise_name(view), *view.payout.money);
            if (state == PayoutState::Approving) ask(*view.payout.money);
        }
        if (given || !gift_ || !member.is_broken) return;
        const auto stream = rows_.stream(member.obligation.stream);
        const auto money = cut(stream ? stream->customer : 0);
        if (money.minor == 0) return;
        need(name_of_promise(incident_.wish.promise), money);
        ask(money);
    }

    void need(const std::string& promise, const Money& money) {
        for (auto& one : made_.budgets)
            if (one.budget.most.currency == money.currency &&
                (one.budget.promise.empty() || one.budget.promise == promise))
                one.needed += money.minor;
    }

    // The highest line that it is above.
    void ask(const Money& money) {
        IncidentApproval* highest = nullptr;
        for (auto& one : made_.approvals)
            if (one.line.above.currency == money.currency && money.minor > one.line.above.minor)
                highest = &one;
        if (highest != nullptr) ++highest->payouts;
    }

    // The gift as the caps leave it, after what this customer has had and gets here.
    Money cut(store::CustomerId customer) {
        Money money = *gift_;
        if (customer == 0 || made_.cuts.empty()) return money;
        const auto [place, fresh] = taken_.try_emplace(customer);
        auto& taken = place->second;
        if (fresh) taken = taken_by(customer);
        for (std::size_t i = 0; i < made_.cuts.size(); ++i) {
            auto& one = made_.cuts[i];
            const auto left =
                std::max<std::int64_t>(one.cap.most.minor - std::max<std::int64_t>(taken[i], 0), 0);
            if (left >= money.minor) continue;
            ++one.customers;
            one.minor += money.minor - left;
            money.minor = left;
        }
        for (auto& minor : taken) minor += money.minor;
        return money;
    }

    // In each cap's period.
    std::vector<std::int64_t> taken_by(store::CustomerId customer) {
        std::vector<std::int64_t> taken(made_.cuts.size(), 0);
        for (const auto& row : rows_.payouts_of_customer(customer)) {
            const auto view = readable(open_payout(row));
            const auto& payout = view.payout;
            if (view.statutory || !view.payee.empty() || is_out(payout.state) || !payout.money ||
                payout.money->currency != gift_->currency)
                continue;
            const auto day = zone_->to_local(view.owed_at).date();
            for (std::size_t i = 0; i < taken.size(); ++i) {
                if (periods_[i].from <= day && day < periods_[i].until)
                    taken[i] += (payout.back ? -1 : 1) * remedy::minor_left(payout);
            }
        }
        return taken;
    }

    store::Reading& rows_;
    const Incident& incident_;
    const FundPolicy policy_;
    const Zone* zone_ = nullptr;
    Date today_;
    std::optional<Money> gift_;
    std::vector<BudgetUse> periods_;                                // of the caps
    std::map<store::CustomerId, std::vector<std::int64_t>> taken_;  // by cap
    IncidentCost made_;
};

}  // namespace

IncidentCost incident_cost(store::Reading& rows, Zones& zones, const Incident& incident,
                           const std::optional<IncidentGift>& gift, Instant now) {
    return Costing(rows, zones, incident, gift, now).run();
}

}  // namespace yinuo::engine
