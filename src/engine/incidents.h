// 群障: one cause, many obligations, one decision, everyone compensated exactly once.
//
// An incident is a document with a window of time and a scope. Whatever in its scope breaks in its
// window is a member: what broke before it was declared is found by walking, what breaks afterwards
// joins in the turn that finds the breach. Until two people have decided, what the promise itself
// gives to members waits for them; then a run lets it go on and adds the decision's own gift, once
// for each member. What was given follows from the payouts' rows (incident and obligation), never
// from a counter, so a run may be broken off anywhere, repeated, and started twice.
//
// Declaring, deciding, approving and closing are entries of the log with a leaf each, and audited.
// One may declare itself, by a rule (incidents_rules.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/money.h"
#include "engine/paying.h"
#include "engine/turns.h"

namespace yinuo::engine {

inline constexpr std::string_view kIncidents = "incident";
inline constexpr std::int32_t kIncidentGift = -1;  // PayoutView::remedy_index of what it adds

enum class IncidentState : std::uint8_t {
    Open,     // 已声明: members are gathered, their payouts wait
    Decided,  // 待第二人同意
    Running,  // 执行中: agreed; being given
    Done,     // 已执行: all members have theirs; who comes later gets it at once
    Closed,   // 已关闭: nobody joins any more
};
std::string_view name_of(IncidentState);  // "open"
std::optional<IncidentState> incident_state(std::string_view name);
Text describe(IncidentState);

struct IncidentWish {
    Text title = {};
    std::string cause = {};  // a code of the company's own: "fibre-cut"
    Instant from = {}, until = {};
    std::string promise = {};      // "live-24h", or one version: "live-24h@3"
    std::string clause = {};       // empty: each of them
    std::string condition = {};    // FEEL over the start fact and the subject's latest attributes
    bool holds = true;             // payouts not yet sent wait for the decision
    std::string role = "manager";  // who may let a held one go by itself
    bool is_public = false;        // 公开: anybody may read how it stands; numbers only
};

// What is given on top of what the promise gives. `unit`: a currency's code, "MB", "".
struct IncidentGift {
    std::string kind;
    std::string unit;
    Decimal amount;
};

struct IncidentDecision {
    std::string reason = {};
    std::optional<IncidentGift> gift = {};  // absent: what the promise gives is enough
};

struct Incident {
    store::TenantId tenant = 0;
    std::int64_t number = 0;  // from 1 in each tenant
    IncidentState state = IncidentState::Open;
    IncidentWish wish = {};
    IncidentDecision decision = {};  // from Decided on
    std::string rule = {};           // that declared it (incidents_rules.h); empty: a person did
    std::string group = {};          // of the rule: the value it has in common, as FEEL writes it
    std::string declared_by = {}, decided_by = {}, approved_by = {}, closed_by = {};  // Actor::id
    std::string approver = {};  // their name, on the payouts
    Instant declared_at = Instant::max(), decided_at = Instant::max(), approved_at = Instant::max(),
            done_at = Instant::max(), closed_at = Instant::max();
    std::int64_t etag = 0;
};

std::optional<Incident> find_incident(store::Reading&, store::TenantId, std::int64_t number);
std::vector<Incident> incidents(store::Reading&, store::TenantId, std::int64_t after, int limit);

std::int64_t last_incident(store::Reading&, store::TenantId);  // its number; 0: there is none

// Refuses a window that is empty or longer than 366 days, an unknown promise or clause, a condition
// that isn't FEEL (with its place), texts above 500 bytes ("bad-incident").
Result<Incident> declare_incident(Turns&, const Actor&, const IncidentWish&);
// Open -> Decided. Refuses a gift that isn't positive, and money that isn't whole minor units. These and
// the following refuse another state ("wrong-incident-state") and a stale etag ("stale").
Result<Incident> decide_incident(Turns&, const Actor&, std::int64_t number, std::int64_t etag,
                                 const IncidentDecision&);
// Whether anybody may read how it stands; in every state. Audited, an entry like the other steps.
Result<Incident> publish_incident(Turns&, const Actor&, std::int64_t number, std::int64_t etag,
                                  bool is_public);
// Decided -> Running. Refuses who decided ("same-person").
Result<Incident> approve_incident(Turns&, const Actor&, std::int64_t number, std::int64_t etag);
// Decided -> Open: somebody doesn't agree, and says why.
Result<Incident> turn_down_incident(Turns&, const Actor&, std::int64_t number, std::int64_t etag,
                                    std::string_view reason);
// Done -> Closed.
Result<Incident> close_incident(Turns&, const Actor&, std::int64_t number, std::int64_t etag);

// --- the work, in pieces -------------------------------------------------------------------------

// How far a worker is. Kept by nobody: a worker that is gone is replaced by one that begins anew.
struct IncidentWalk {
    enum class Phase : std::uint8_t { Gathering, Giving, Over } phase = Phase::Gathering;
    std::size_t version = 0;  // of those in scope
    Instant due_at = Instant::min();
    store::ObligationId after = 0;
    std::int64_t looked_at = 0, joined = 0;             // of this walk
    std::int64_t served = 0, given = 0, passed_by = 0;  // members; the last: not broken any more
};
// One piece: looks at, or serves, at most `most`. Gathers in every state but Closed; gives while
// Running or Done; then a Running one is Done. Refuses "no-incident" and, while Gathering,
// "wrong-incident-state" for a closed one. Doing it again has no effect.
Result<IncidentWalk> work_on_incident(Turns&, store::TenantId, std::int64_t number, IncidentWalk,
                                      int most = 500);
// Whether somebody must work on it: nobody has looked through what broke before it was declared, or
// it is agreed and not everybody has theirs.
bool has_work(store::Reading&, const Incident&);

// --- looking -------------------------------------------------------------------------------------

struct IncidentMember {
    store::ObligationRow obligation;
    std::string subject = {};
    std::vector<PayoutView> payouts = {};  // the promise's own and the incident's, by id
    bool is_broken = false;                // otherwise it is passed by
};
std::vector<IncidentMember> incident_members(store::Reading&, const Incident&,
                                             store::ObligationId after, int limit);
std::int64_t count_members(store::Reading&, const Incident&);

struct IncidentSum {
    std::string kind = {}, unit = {};
    bool extra = false;  // the decision's gift
    std::int64_t payouts = 0, paid = 0, failed = 0;
    Decimal amount = {};     // of all that isn't out
    std::int64_t minor = 0;  // the same, if `unit` is a currency
};
// Whole members, one by one; for a worker thread.
struct IncidentFigures {
    std::int64_t members = 0;
    std::int64_t passed_by = 0;               // not broken any more, and nothing was given
    std::int64_t compensated = 0;             // all of theirs has arrived
    std::int64_t failed = 0;                  // one of theirs has failed
    std::int64_t to_do = 0;                   // the others
    std::vector<IncidentSum> sums = {};       // by extra, kind, unit: what stands
    std::optional<IncidentSum> to_come = {};  // the decision's gift, for those without it
};
IncidentFigures incident_figures(store::Reading&, const Incident&,
                                 const std::optional<IncidentGift>&);

}  // namespace yinuo::engine
