// What stands behind incidents.h in the engine's thread: which incidents are open, compiled, and who
// belongs to them. Inside the room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/incidents.h"
#include "engine/incidents_watch.h"
#include "engine/shelf.h"
#include "feel/expression.h"
#include "store/store.h"

namespace yinuo::engine {

std::string incident_id(std::int64_t number);        // of its document: sorts by number
std::string member_collection(std::int64_t number);  // of its members' documents
std::string member_id(store::ObligationId);          // of theirs: sorts by number
std::string write_incident(const Incident&);         // the document's body
Result<Incident> read_incident(const store::Document&);
bool is_broken(const store::ObligationRow&);
// Is this clause of this version meant? `promise`: a name or "name@version"; `clause` empty: each.
bool is_scope(std::string_view promise, std::string_view clause, const Version&, int of);
// Refuses ("bad-incident") what was never published.
Result<void> check_scope(Turns&, store::TenantId, std::string_view promise,
                         std::string_view clause);
// What an expression makes of an obligation: it sees the fields of the fact that began it and, behind
// those, each field of the subject as it was said last by `by`. Null for keys and rates: they have no
// such fact.
feel::Value seen_in(const feel::Expression&, store::Reading&, Shelf&, const store::Stream&,
                    const store::ObligationRow&, Instant by, Arena&);

Incident finish_incident(Turns&, Incident);  // Running -> Done
// A rule's: the promise, clause and group are known to be right.
Incident declare_by_rule(const Till&, store::TenantId, const IncidentWatch::Found&);
// That what broke before it was declared has been looked through.
void mark_gathered(store::Writing&, const Incident&);

class IncidentDesk {
public:
    explicit IncidentDesk(Shelf& shelf) : shelf_(shelf), watch_(shelf) {}

    void forget() {
        open_.clear();
        watch_.forget();
    }
    void forget(store::TenantId tenant) { open_.erase(tenant); }

    struct Open {
        Incident incident;
        std::optional<feel::Expression> condition;
    };
    // Those that aren't closed, by number.
    const std::vector<Open>& of(store::Reading&, store::TenantId);
    const Open* find(store::Reading&, store::TenantId, std::int64_t number);

    bool is_in_scope(store::Reading&, const Open&, const store::Stream&,
                     const store::ObligationRow&);
    bool is_member(store::Reading&, const Incident&, store::ObligationId);
    // False: it is one already.
    bool join(store::Writing&, const Incident&, store::ObligationId);

    // The first that this obligation belongs to; 0: none.
    std::int64_t incident_of(store::Reading&, store::TenantId, store::ObligationId);
    // Who may let go what it holds; empty: it holds nothing now.
    std::string role_of(store::Reading&, store::TenantId, std::int64_t number);

    Result<std::optional<feel::Expression>> compile(std::string_view condition);

    IncidentWatch& watch() { return watch_; }

private:
    Shelf& shelf_;
    IncidentWatch watch_;
    Arena memory_;
    std::map<store::TenantId, std::vector<Open>> open_;
};

}  // namespace yinuo::engine
