// When an incident declares itself: so many breaches of one promise, of one cause's likeness, in so
// short a time, that they aren't chance.
//
// A rule is a document. Obligations in its scope are counted by what its `group` says of them
// ("area"); when `least` of one group broke within `within`, the commit that finds the last of them
// declares an incident for that group. While that one isn't closed, its group isn't counted; what
// broke before it was closed isn't counted again. Only what broke in the last 24 hours counts: facts
// from long ago, handed in today, raise no alarm.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr std::string_view kIncidentRules = "incident-rule";
inline constexpr Millis kRuleReach = hours(24);  // what lies further back isn't counted

struct IncidentRule {
    enum class Counts : std::uint8_t { Broken, AtRisk };  // AtRisk: those at risk, too

    std::string name = {};  // small letters, digits and '-', at most 60
    Text title = {};
    std::string cause = {};
    std::string promise = {};  // "live-24h", or one version: "live-24h@3"
    std::string clause = {};   // empty: each of them
    std::string group = {};    // FEEL, as an incident's condition; empty: all are one group
    std::int64_t within_minutes = 60;
    std::int64_t least = 30;
    std::int64_t lasts_minutes = 24 * 60;  // of the incident's window, from the first of them
    Counts counts = Counts::Broken;
    bool holds = true;
    std::string role = "manager";
    bool enabled = true;
    Instant since =
        Instant::min();  // earlier breaches aren't counted: one window before the change
    std::int64_t etag = 0;
};
std::string_view name_of(IncidentRule::Counts);  // "broken", "at-risk"

std::optional<IncidentRule> find_incident_rule(store::Reading&, store::TenantId, std::string_view);
std::vector<IncidentRule> incident_rules(store::Reading&, store::TenantId, std::string_view after,
                                         int limit);  // by name
// New with etag 0. Refuses names and texts that won't do, an unknown promise or clause, a group that
// isn't FEEL, 2 to 100,000 breaches within 1 minute to 24 hours exceeded, a window above 31 days
// ("bad-rule"), above 100 rules ("too-many"), a stale etag ("stale"). Audited. Counting begins anew,
// one `within` before now.
Result<IncidentRule> put_incident_rule(Turns&, const Actor&, IncidentRule);
Result<void> remove_incident_rule(Turns&, const Actor&, std::string_view name, std::int64_t etag);

// What has been counted of one group.
class RuleCount {
public:
    // The first instant of a stretch of `within` that holds `least`, `at` among them; empty: there is
    // none. An obligation is counted once.
    std::optional<Instant> add(Instant at, store::ObligationId, Millis within, std::int64_t least);
    void drop(Instant at, store::ObligationId id) { counted_.erase({at, id}); }
    void drop_until(Instant);  // those at it, too
    void clear() { counted_.clear(); }
    bool empty() const { return counted_.empty(); }

private:
    std::set<std::pair<Instant, store::ObligationId>> counted_;
};

// When the obligation counts, as it stands; max: it doesn't.
Instant counts_at(const IncidentRule&, const store::ObligationRow&);

// An incident that the rule would have declared.
struct TriedIncident {
    std::string group = {};      // the value, as FEEL writes it; empty: the rule has no group
    std::string condition = {};  // what pins it
    Instant from = {}, until = {};
    Instant declared_at = {};  // when the last of the `least` came
    std::int64_t members = 0;  // that broke in the window
};
struct RuleTrial {
    std::int64_t looked_at = 0;  // obligations in scope
    std::vector<TriedIncident> incidents = {};
};
// The rule held to history, as the obligations stand today: what in [from, until) it would have
// declared, each closed when its window ends. Breaches that were taken back since aren't in it. For a
// worker thread; compiles the tenant's promises anew.
Result<RuleTrial> try_incident_rule(store::Store&, Zones&, store::TenantId, const IncidentRule&,
                                    Instant from, Instant until);

}  // namespace yinuo::engine
