#include "server/incidents_out.h"

#include <map>

#include "base/check.h"
#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using engine::IncidentSum;

void write_sum(JsonOut& out, const IncidentSum& sum) {
    out.open('{').member("kind", sum.kind).member("unit", sum.unit).member("extra", sum.extra);
    out.member("payouts", sum.payouts).member("paid", sum.paid).member("failed", sum.failed);
    out.member("amount", sum.amount.to_string()).close('}');
}

std::string amount_of(const Currency& currency, std::int64_t minor) {
    return Money{.minor = minor, .currency = currency}.amount().to_string();
}

// What is free of each currency now, what the gift asks for, and what is left then.
void write_fund_after(JsonOut& out, store::Reading& reading, store::TenantId tenant,
                      const std::optional<IncidentSum>& to_come) {
    std::map<std::string, std::pair<std::int64_t, std::int64_t>, std::less<>> by;
    for (const auto& sum : reading.balances(tenant))
        if (sum.account == static_cast<std::uint8_t>(remedy::Account::Fund))
            by[sum.currency].first = sum.minor;
    if (to_come && Currency::parse(to_come->unit)) by[to_come->unit].second = to_come->minor;
    out.key("fund").open('[');
    for (const auto& [code, amounts] : by) {
        const auto currency = *Currency::parse(code);
        out.open('{').member("currency", code).member("free", amount_of(currency, amounts.first));
        out.member("needed", amount_of(currency, amounts.second));
        out.member("after", amount_of(currency, amounts.first - amounts.second)).close('}');
    }
    out.close(']');
}

std::string_view word_of(engine::FundPolicy::Budget::Period period) {
    using Period = engine::FundPolicy::Budget::Period;
    switch (period) {
        case Period::Month: return "month";
        case Period::Quarter: return "quarter";
        case Period::Year: return "year";
        case Period::Ever: return "ever";
    }
    check(false);
}

void write_cost(JsonOut& out, const engine::IncidentCost& cost) {
    out.key("budgets").open('[');
    for (const auto& one : cost.budgets) {
        const auto& currency = one.budget.most.currency;
        out.open('{').member("promise", one.budget.promise);
        out.member("period", word_of(one.budget.period)).member("currency", currency.code());
        out.member("from", one.from.to_string()).member("until", one.until.to_string());
        out.member("left", amount_of(currency, one.left));
        out.member("needed", amount_of(currency, one.needed));
        out.member("after", amount_of(currency, one.left - one.needed)).close('}');
    }
    out.close(']').key("approvals").open('[');
    for (const auto& one : cost.approvals) {
        out.open('{').member("role", one.line.role);
        out.member("above", amount_of(one.line.above.currency, one.line.above.minor));
        out.member("currency", one.line.above.currency.code());
        out.member("payouts", one.payouts).close('}');
    }
    out.close(']').key("caps").open('[');
    for (const auto& one : cost.cuts) {
        const auto& currency = one.cap.most.currency;
        out.open('{').member("period", word_of(one.cap.period));
        out.member("most", amount_of(currency, one.cap.most.minor));
        out.member("currency", currency.code()).member("customers", one.customers);
        out.member("cut", amount_of(currency, one.minor)).close('}');
    }
    out.close(']');
}

}  // namespace

void write_incident(JsonOut& out, store::Reading& reading, const engine::Incident& incident) {
    const auto& wish = incident.wish;
    out.open('{').member("id", std::to_string(incident.number));
    out.member("state", engine::name_of(incident.state));
    write_text(out.key("state_text"), engine::describe(incident.state));
    write_text(out.key("title"), wish.title);
    out.member("cause", wish.cause).member("promise", wish.promise);
    if (!wish.clause.empty()) out.member("clause", wish.clause);
    if (!wish.condition.empty()) out.member("condition", wish.condition);
    out.member("from", wish.from).member("until", wish.until);
    out.member("holds", wish.holds).member("role", wish.role).member("public", wish.is_public);
    if (!incident.rule.empty()) out.member("rule", incident.rule);
    out.member("declared_by", incident.declared_by).member("declared_at", incident.declared_at);
    if (incident.state >= engine::IncidentState::Decided) {
        out.key("decision").open('{').member("reason", incident.decision.reason);
        if (const auto& gift = incident.decision.gift)
            out.key("gift")
                .open('{')
                .member("kind", gift->kind)
                .member("unit", gift->unit)
                .member("amount", gift->amount.to_string())
                .close('}');
        out.close('}');
        out.member("decided_by", incident.decided_by).member("decided_at", incident.decided_at);
    }
    if (!incident.approved_by.empty()) out.member("approved_by", incident.approved_by);
    out.member_if("approved_at", incident.approved_at);
    out.member_if("done_at", incident.done_at);
    if (!incident.closed_by.empty()) out.member("closed_by", incident.closed_by);
    out.member_if("closed_at", incident.closed_at);
    out.key("payouts").open('{');
    for (const auto& [state, count] : reading.count_payouts(incident.tenant, incident.number))
        out.member(remedy::name_of(static_cast<remedy::PayoutState>(state)), count);
    out.close('}').close('}');
}

void write_public(JsonOut& out, const engine::Incident& incident,
                  const IncidentBoard::Numbers& numbers) {
    out.open('{').member("id", std::to_string(incident.number));
    out.member("state", engine::name_of(incident.state));
    write_text(out.key("state_text"), engine::describe(incident.state));
    write_text(out.key("title"), incident.wish.title);
    out.member("cause", incident.wish.cause);
    out.member("from", incident.wish.from).member("until", incident.wish.until);
    out.member("members", numbers.members).member("made_good", numbers.made_good).close('}');
}

void write_figures(JsonOut& out, store::Reading& reading, const engine::Incident& incident,
                   const engine::IncidentFigures& figures, const engine::IncidentCost& cost) {
    out.open('{').member("members", figures.members).member("compensated", figures.compensated);
    out.member("failed", figures.failed).member("to_do", figures.to_do);
    out.member("passed_by", figures.passed_by).key("sums").open('[');
    for (const auto& sum : figures.sums) write_sum(out, sum);
    out.close(']');
    if (figures.to_come) write_sum(out.key("to_come"), *figures.to_come);
    write_fund_after(out, reading, incident.tenant, figures.to_come);
    write_cost(out, cost);
    out.close('}');
}

}  // namespace yinuo::server
