#include "server/incidents_out.h"

#include <future>
#include <map>

#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using engine::IncidentSum;
using engine::IncidentWalk;

constexpr int kPiece = 500;

void write_sum(JsonOut& out, const IncidentSum& sum) {
    out.open('{').member("kind", sum.kind).member("unit", sum.unit).member("extra", sum.extra);
    out.member("payouts", sum.payouts).member("paid", sum.paid).member("failed", sum.failed);
    out.member("amount", sum.amount.to_string()).close('}');
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
        const auto text = [&](std::int64_t minor) {
            return Money{.minor = minor, .currency = currency}.amount().to_string();
        };
        out.open('{').member("currency", code).member("free", text(amounts.first));
        out.member("needed", text(amounts.second));
        out.member("after", text(amounts.first - amounts.second)).close('}');
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
    out.member("holds", wish.holds).member("role", wish.role);
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

void write_figures(JsonOut& out, store::Reading& reading, const engine::Incident& incident,
                   const engine::IncidentFigures& figures) {
    out.open('{').member("members", figures.members).member("compensated", figures.compensated);
    out.member("failed", figures.failed).member("to_do", figures.to_do);
    out.member("passed_by", figures.passed_by).key("sums").open('[');
    for (const auto& sum : figures.sums) write_sum(out, sum);
    out.close(']');
    if (figures.to_come) write_sum(out.key("to_come"), *figures.to_come);
    write_fund_after(out, reading, incident.tenant, figures.to_come);
    out.close('}');
}

Jobs::Task incident_task(engine::Engine& engine, store::TenantId tenant, std::int64_t number) {
    return [&engine, tenant, number](Progress& progress) -> Result<std::string> {
        IncidentWalk walk;
        while (walk.phase != IncidentWalk::Phase::Over && !progress.cancelled) {
            auto done = std::make_shared<std::promise<Result<IncidentWalk>>>();
            auto made = std::make_shared<IncidentWalk>(walk);
            engine.act(
                [=](engine::Turns& turns) -> Result<void> {
                    *made = TRY(engine::work_on_incident(turns, tenant, number, *made, kPiece));
                    return {};
                },
                [=](const Result<void>& said) {
                    done->set_value(said ? Result<IncidentWalk>(*made) : refuse(said.error()));
                });
            walk = TRY(done->get_future().get());
            progress.rows = static_cast<std::uint64_t>(walk.looked_at + walk.served);
            progress.percent = walk.phase == IncidentWalk::Phase::Giving ? 50 : 0;
        }
        JsonOut out;
        out.open('{').member("incident", std::to_string(number));
        out.member("looked_at", walk.looked_at).member("joined", walk.joined);
        out.member("served", walk.served).member("given", walk.given);
        out.member("passed_by", walk.passed_by).close('}');
        return out.take();
    };
}

}  // namespace yinuo::server
