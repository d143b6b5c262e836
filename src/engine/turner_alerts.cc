// Warnings and breaches find an addressee; what is over needs nobody's eyes any more.
#include <algorithm>

#include "engine/alerts.h"
#include "engine/canonical_json.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

using promise::EventKind;
using promise::State;

constexpr std::string_view kSettled = "settled";  // who "acknowledged" an alert that was overtaken

}  // namespace

void Turner::look_after_alerts(Group& group, const Deciding::Row& changed) {
    const auto state = static_cast<State>(changed.row.state);
    const auto before = changed.fresh ? State::Pending : static_cast<State>(changed.before.state);
    const bool at_risk = state == State::AtRisk;
    const bool late = state == State::Broken && changed.row.settled_at == Instant::max();
    const bool newly_broken = state == State::Broken && before != State::Broken;
    std::vector<store::Alert> alerts;
    if (at_risk || late || before == State::AtRisk || before == State::Broken)
        alerts = group.rows.alerts_of(changed.row.id);

    if (!late && !promise::is_open(state)) {
        for (auto& alert : alerts) {
            if (alert.acknowledged_at != Instant::max()) continue;
            alert.acknowledged_at = group.now;
            alert.acknowledged_by = kSettled;
            alert.climbs_at = Instant::max();
            group.rows.put_alert(alert);
        }
    }
    // It was over, and now it isn't: who was told then has seen that it was settled.
    const bool told = std::ranges::any_of(alerts, [&](const store::Alert& alert) {
        return alert.acknowledged_by != kSettled && (at_risk || alert.warning == kBreachAlert);
    });
    const bool warned = std::ranges::any_of(
        changed.steps, [](const auto& step) { return step.kind == EventKind::Warned; });
    const bool breach = newly_broken || (late && !told);
    if (!breach && !(at_risk && (warned || !told))) return;

    const auto& roster = tenant_of(group, changed.row.tenant).roster;
    if (roster.empty()) return;
    std::int32_t warning = kBreachAlert;
    if (!breach) {
        for (const auto& alert : alerts) warning = std::max(warning, alert.warning);
        ++warning;
    }
    const auto addressee = addressee_of(roster.front(), changed.version, changed.row.clause);
    const auto id = group.rows.put_alert({.tenant = changed.row.tenant,
                                          .obligation = changed.row.id,
                                          .stream = changed.row.stream,
                                          .warning = warning,
                                          .addressee = addressee,
                                          .raised_at = group.now,
                                          .climbs_at = climbs_at(roster, 0, group.now),
                                          .acknowledged_by = {}});
    std::string data;
    CanonicalObject object(data);
    object.text("addressee", addressee);
    object.number("alert", id);
    object.number("level", 0);
    object.text("obligation", obligation_text(changed.row.id));
    object.text("step", "raised");
    object.number("warning", warning);
    object.close();
    const auto stream = group.rows.stream(changed.row.stream);
    group.announce(changed.row.tenant, "alert.raised", stream ? stream->name : "", data,
                   changed.row.position);
}

}  // namespace yinuo::engine
