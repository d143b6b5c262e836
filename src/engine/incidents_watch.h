// What rules (incidents_rules.h) have counted so far, in the engine's thread. Inside the room.
//
// Kept in memory by rule and group; which obligations count is a question to their rows and the
// incidents' documents alone, so that after a restart, a rebuild or a change of the rules the same is
// read again, at the first obligation that changes then.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "engine/incidents.h"
#include "engine/incidents_rules.h"
#include "engine/shelf.h"
#include "feel/expression.h"
#include "store/store.h"

namespace yinuo::engine {

// A group's value as FEEL writes it: "\"A\"", "12", "true". Empty: there is none that could be named
// (null, a list, a text above 100 bytes).
std::string literal_of(const feel::Value&);
std::string condition_of(const IncidentRule&, std::string_view literal);  // what pins it
IncidentWish wish_of(const IncidentRule&, std::string_view literal, Instant from);

class IncidentWatch {
public:
    explicit IncidentWatch(Shelf& shelf) : shelf_(shelf) {}

    void forget() { tenants_.clear(); }
    void forget(store::TenantId tenant) { tenants_.erase(tenant); }
    void changed(const Incident&);  // it was declared, or closed

    // An incident to be declared now, because this one has changed.
    struct Found {
        IncidentWish wish;
        std::string rule;
        std::string group;  // the literal
    };
    // `joined`: rules whose incident it has joined already.
    std::vector<Found> meet(store::Reading&, const store::Stream&, const store::ObligationRow&,
                            Instant now, const std::vector<std::string>& joined);

private:
    struct Group {
        RuleCount count = {};
        std::int64_t incident = 0;       // that isn't closed; 0: none
        Instant floor = Instant::min();  // what counts is later: the last one was closed then
    };
    struct Watched {
        IncidentRule rule;
        std::optional<feel::Expression> group;
        std::map<std::string, Group, std::less<>> groups = {};
        struct Known {
            std::string group;
            Instant at;
        };
        std::unordered_map<store::ObligationId, Known> known = {};
    };
    struct Tenant {
        std::vector<Watched> rules;
        Instant swept_at;
    };

    Tenant& of(store::Reading&, store::TenantId, Instant now);
    void read_rows(store::Reading&, store::TenantId, Watched&, Instant now);
    bool is_in_scope(const Watched&, store::TenantId, const store::ObligationRow&) const;
    // Where it is counted since; nullptr: it isn't.
    const Watched::Known* count(store::Reading&, Watched&, const store::Stream&,
                                const store::ObligationRow&, Instant now);
    static void drop(Watched&, store::ObligationId);
    static void sweep(Tenant&, Instant now);

    Shelf& shelf_;
    Arena memory_;
    std::map<store::TenantId, Tenant> tenants_;
};

}  // namespace yinuo::engine
