#include "engine/alerts.h"

#include "engine/canonical_json.h"
#include "engine/tenants.h"

namespace yinuo::engine {
namespace {

// An entry of the log and, under the same words, what is announced.
void tell(Turns& turns, const store::Alert& alert, std::string_view step, std::string_view by) {
    std::string body;
    CanonicalObject object(body);
    object.text("addressee", alert.addressee);
    object.number("alert", alert.id);
    if (!by.empty()) object.text("by", by);
    object.number("level", alert.level);
    object.text("obligation", obligation_text(alert.obligation));
    object.text("step", step);
    object.number("warning", alert.warning);
    object.close();
    const auto position = turns.append(alert.tenant, EntryKind::Alert, body);
    const auto stream = turns.rows().stream(alert.stream);
    turns.announce(alert.tenant, "alert." + std::string(step), stream ? stream->name : "", body,
                   position);
}

}  // namespace

Result<store::Alert> acknowledge(Turns& turns, const Actor& actor, std::int64_t id) {
    auto alert = turns.rows().alert(id);
    if (!alert || alert->tenant != actor.tenant)
        return refuse({.code = "no-alert", .what = {"没有这条预警", "there is no such alert"}});
    if (alert->acknowledged_at != Instant::max()) return *alert;
    alert->acknowledged_at = turns.now();
    alert->acknowledged_by = actor.id;
    alert->climbs_at = Instant::max();
    turns.rows().put_alert(*alert);
    tell(turns, *alert, "acknowledged", actor.id);
    return *alert;
}

std::string addressee_of(const Rung& rung, const Version* version, int clause) {
    if (rung.addressee != "owner" || version == nullptr) return rung.addressee;
    const auto& promise = *version->promise;
    const auto& own = promise.clauses[static_cast<std::size_t>(clause)].owner;
    if (!own.empty()) return own;
    return promise.owner.empty() ? rung.addressee : promise.owner;
}

Instant climbs_at(const std::vector<Rung>& roster, std::int32_t level, Instant from) {
    const auto place = static_cast<std::size_t>(level);
    if (place + 1 >= roster.size()) return Instant::max();
    return from + minutes(roster[place].minutes);
}

int climb(Turns& turns, int most) {
    int climbed = 0;
    for (auto& alert : turns.rows().alerts_climbing(turns.now(), most)) {
        const auto who = tenant(turns.rows(), alert.tenant);
        // The roster may have become shorter since: then there is nobody above.
        if (!who || static_cast<std::size_t>(alert.level) + 1 >= who->roster.size()) {
            alert.climbs_at = Instant::max();
            turns.rows().put_alert(alert);
            continue;
        }
        ++alert.level;
        const auto obligation = turns.rows().obligation(alert.obligation);
        alert.addressee =
            addressee_of(who->roster[static_cast<std::size_t>(alert.level)],
                         obligation ? turns.shelf().find(obligation->version) : nullptr,
                         obligation ? obligation->clause : 0);
        alert.climbs_at = climbs_at(who->roster, alert.level, turns.now());
        turns.rows().put_alert(alert);
        tell(turns, alert, "climbed", {});
        ++climbed;
    }
    return climbed;
}

}  // namespace yinuo::engine
