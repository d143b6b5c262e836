// What an incident (incidents.h) does to payouts: holds them, lets them go on, adds its own.
#include <algorithm>

#include "base/check.h"
#include "engine/damage.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

using remedy::PayoutState;
using remedy::PayoutStep;

constexpr std::string_view kSystem = "system";

bool gives(IncidentState state) {
    return state == IncidentState::Running || state == IncidentState::Done;
}

}  // namespace

void Cashier::meet_incidents(const Till& till, const store::Stream& stream,
                             const store::ObligationRow& row) {
    auto& rows = till.group.rows;
    std::vector<std::string> rules;  // whose incidents it has joined
    const auto meet = [&](const IncidentDesk::Open& open) {
        if (!incidents_.is_in_scope(rows, open, stream, row)) return;
        incidents_.join(rows, open.incident, row.id);
        if (!open.incident.rule.empty()) rules.push_back(open.incident.rule);
        if (gives(open.incident.state)) serve(till, open.incident, row);
    };
    for (const auto& open : incidents_.of(rows, stream.tenant)) meet(open);
    const auto found = incidents_.watch().meet(rows, stream, row, till.group.now, rules);
    for (const auto& one : found) {
        const auto made = declare_by_rule(till, stream.tenant, one);
        if (const auto* open = incidents_.find(rows, stream.tenant, made.number)) meet(*open);
    }
}

void Cashier::hold(const Till& till, const Incident& incident, const store::ObligationRow& row) {
    if (!incident.wish.holds || incident.state > IncidentState::Decided) return;
    for (const auto& payout : till.group.rows.payouts_of(row.id)) {
        const auto state = static_cast<PayoutState>(payout.state);
        if (payout.incident != 0 ||
            (state != PayoutState::Reserved && state != PayoutState::Waiting))
            continue;
        PayoutEntry one = readable(read_payout(payout.body));
        one.view.row = payout;
        if (one.view.statutory || one.view.payout.back) continue;
        one.view.row.incident = incident.number;
        auto turn = remedy::step(one.view.payout, {.step = PayoutStep::Hold});
        check(turn.has_value());
        apply(till, std::move(one), std::move(*turn), PayoutStep::Hold, kSystem,
              "等待群障的决定 / waits for the incident's decision");
    }
}

bool Cashier::serve(const Till& till, const Incident& incident, const store::ObligationRow& row) {
    auto& rows = till.group.rows;
    auto& own = books(till, incident.tenant);
    const auto& decision = incident.decision;
    bool has_gift = !decision.gift;
    for (const auto& payout : rows.payouts_of(row.id)) {
        if (payout.incident != incident.number) continue;
        PayoutEntry one = readable(read_payout(payout.body));
        one.view.row = payout;
        has_gift = has_gift || (one.view.remedy_index == kIncidentGift && !one.view.payout.back);
        // What asks for more than the incident's decision stays where it is.
        if (one.view.payout.state != PayoutState::Approving ||
            !role_for(till, own, one.view).empty())
            continue;
        auto turn = remedy::step(one.view.payout,
                                 {.step = PayoutStep::Approve,
                                  .has_funds = funds_for(till, own, one.view) == Funds::Enough});
        check(turn.has_value());
        apply(till, std::move(one), std::move(*turn), PayoutStep::Approve, incident.approver,
              decision.reason);
    }
    if (has_gift || !is_broken(row)) return false;
    const auto stream = rows.stream(row.stream);
    const Version* version = shelf_.find(row.version);
    if (!stream || version == nullptr)
        damaged({"履约单的业务或承诺不在了", "an obligation's subject or promise is missing"});
    PayoutEntry one;
    auto& view = one.view;
    view.row = {.tenant = incident.tenant,
                .stream = stream->id,
                .obligation = row.id,
                .customer = stream->customer,
                .incident = incident.number};
    view.payout.amount = view.owed = decision.gift->amount;
    if (const auto currency = Currency::parse(decision.gift->unit))
        view.payout.money = round_to_minor(view.owed, *currency, Rounding::HalfUp);
    view.owed_minor = remedy::minor_left(view.payout);
    view.subject = stream->name;
    view.promise = version->label;
    view.remedy = "incident-" + std::to_string(incident.number);
    view.remedy_index = kIncidentGift;
    view.kind = decision.gift->kind;
    view.unit = decision.gift->unit;
    view.by = incident.approver;
    view.why = decision.reason;
    view.owed_at = till.group.now;
    start(till, std::move(one), true);
    return true;
}

}  // namespace yinuo::engine
