// What stands behind incidents.h in the engine's thread: which incidents are open, compiled, and who
// belongs to them. Inside the room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/incidents.h"
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
Incident finish_incident(Turns&, Incident);  // Running -> Done

class IncidentDesk {
public:
    explicit IncidentDesk(Shelf& shelf) : shelf_(shelf) {}

    void forget() { open_.clear(); }
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

private:
    Shelf& shelf_;
    Arena memory_;
    std::map<store::TenantId, std::vector<Open>> open_;
};

}  // namespace yinuo::engine
