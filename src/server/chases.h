// 催办 and 督办: somebody asks again how far we are, and is answered in time or it climbs.
//
// A chase is a subject "chase/ID" under the house promise `chase`, whose clauses are the answer's
// deadline and what follows silence. Customers chase by the company's stated rule; people of the
// company as they see fit. What is said both ways is personal and lies sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/customers.h"
#include "engine/shelf.h"
#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::server {

inline constexpr std::string_view kChases = "chase";  // documents, the promise, the kind of subject

struct Chase {
    std::string id;
    std::string about = {};          // "order/4711"
    std::string obligation = {};     // "obl_…"; empty: about the subject as a whole
    store::CustomerId customer = 0;  // who made it; 0: somebody of the company
    std::string by = {};             // "customer", or an actor's id
    std::string addressee = {};      // who is to answer
    Instant made_at = {};
    std::string text = {};    // sealed
    std::string answer = {};  // sealed; empty: not yet
    std::string answered_by = {};
    Instant answered_at = Instant::max();
    std::int64_t etag = 0;

    std::string subject() const { return "chase/" + id; }
};

std::optional<Chase> find_chase(store::Reading&, store::TenantId, std::string_view id);
std::optional<Chase> read_chase(const store::Document&);
void put_chase(engine::Turns&, store::TenantId, Chase&);

// --- the rule for customers

struct ChaseRule {
    std::int64_t first_after_minutes = 60;  // from when what they wait for began
    std::int64_t every_minutes = 240;       // from their last one about the same subject
    std::int64_t most_open_per_subject = 2;
    std::int64_t etag = 0;  // 0: nobody wrote any
};
ChaseRule chase_rule(store::Reading&, store::TenantId);
// Refuses a stale etag ("stale").
Result<std::int64_t> put_chase_rule(engine::Turns&, const engine::Actor&, const ChaseRule&);

// May a customer chase about this now? `since`: when what they wait for began. Refuses with the
// rule's words and the instant from which it is possible ("too-early", "too-often"), or while
// earlier ones aren't answered ("chases-open").
Result<void> may_chase(store::Reading&, store::TenantId, const ChaseRule&, std::string_view about,
                       Instant since, Instant now);
// From when the next one is possible, whatever isn't answered yet.
Instant next_chase(store::Reading&, store::TenantId, const ChaseRule&, std::string_view about,
                   Instant since);
Text describe(const ChaseRule&);
// Keeps it in mind for may_chase().
void note_chase(engine::Turns&, store::TenantId, const Chase&);

// Who holds the obligation now: the owner of the leg that runs, otherwise of the clause, otherwise
// of the promise.
std::string holder_of(store::Reading&, const engine::Shelf&, const store::ObligationRow&);

}  // namespace yinuo::server
