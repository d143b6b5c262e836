// The rows a store keeps, as plain data. Instants are milliseconds UTC; what a body says is the
// writer's business: a store never looks into one.
#pragma once

#include <cstdint>
#include <string>

#include "time/instant.h"

namespace yinuo::store {

using TenantId = std::int64_t;      // from 1; 0: the installation itself
using Position = std::int64_t;      // in the log: from 1, without holes
using StreamId = std::int64_t;      // a subject or a key: the position of its first entry
using ObligationId = std::int64_t;  // from 1 in the order in which obligations began
using CustomerId = std::int64_t;
using PayoutId = std::int64_t;  // from 1 in the order in which payouts began

// One entry of the log, which is the truth. Never changed, never removed.
struct Entry {
    Position position = 0;  // given by append()
    TenantId tenant = 0;
    StreamId stream = 0;    // 0: about no stream (a promise was published, a key was made)
    std::uint8_t kind = 0;  // the engine's: engine/entry.h
    Instant recorded_at = {};
    std::int64_t leaf = 0;    // number of its first leaf in the tenant's transparency log
    std::int32_t leaves = 0;  // how many leaves it has there, one after the other
    std::string body = {};
};

// What facts are about: a subject, or the key of a clause with `per`. Made with its first entry.
struct Stream {
    StreamId id = 0;
    TenantId tenant = 0;
    std::string name = {};    // unique in the tenant: "order/4711"
    CustomerId customer = 0;  // whose it is; 0: nobody's that we know of
    Instant turned_at = {};   // the `now` of its last turn: its obligations stand as of then
    Instant wakes_at = Instant::max();  // when time alone changes something; max: never
};

// An obligation as it stood at its stream's last turn. A projection: the fold can make it again.
struct ObligationRow {
    ObligationId id = 0;
    TenantId tenant = 0;
    StreamId stream = 0;
    Position version = 0;  // of its promise: the position of the entry that published it
    std::int32_t clause = 0;
    std::int32_t occurrence = 1;
    std::string label = {};   // of rates: the group and period; otherwise empty
    std::uint8_t state = 0;   // promise::State
    std::uint8_t claim = 0;   // promise::Claim
    std::uint8_t excuse = 0;  // promise::Excuse
    std::uint8_t extensions = 0;
    bool earlier_kept = false;
    bool provisional = false;
    Instant started_at = Instant::max();
    Instant promised_at = Instant::max();
    Instant due_at = Instant::max();
    Instant first_due_at = Instant::max();
    Instant warns_at = Instant::max();
    Instant broken_at = Instant::max();
    Instant settled_at = Instant::max();
    std::int64_t paused = 0;  // milliseconds
    std::int64_t counted = 0;
    std::int64_t good = 0;
    Position position = 0;  // of the entry that last changed it
    std::int64_t leaf = 0;  // of that change in the transparency log
    bool operator==(const ObligationRow&) const = default;
};

// Something to be done in the world after its cause is on disk: a delivery, a notice.
struct Action {
    std::int64_t id = 0;
    TenantId tenant = 0;
    std::string topic = {};   // who performs it: "webhook"
    std::string key = {};     // idempotency key: doing it twice under one key has one effect
    std::string target = {};  // of a webhook: the endpoint's id
    Position cause = 0;       // the entry it follows from
    Instant due_at = {};      // of the next attempt
    std::int32_t attempts = 0;
    enum class State : std::uint8_t { Waiting, Done, Dead } state = State::Waiting;
    std::string body = {};
    std::string answer = {};  // what the last attempt met
};

// A warning that somebody must acknowledge, or it climbs to the next on the roster.
struct Alert {
    std::int64_t id = 0;
    TenantId tenant = 0;
    ObligationId obligation = 0;
    StreamId stream = 0;
    std::int32_t warning = 0;    // which of the clause's, from 0; -1: the breach
    std::int32_t level = 0;      // rung of the roster, from 0
    std::string addressee = {};  // a role or user of that rung
    Instant raised_at = {};
    Instant climbs_at = Instant::max();  // max: nobody above, or acknowledged
    Instant acknowledged_at = Instant::max();
    std::string acknowledged_by = {};
};

// One member of a rate's population.
struct Measure {
    StreamId group = 0;
    StreamId member = 0;
    std::int32_t ordinal = 0;
    Instant at = {};
    bool good = false;
    std::string value = {};  // decimal text; empty where only shares are asked
};

// Everything that comes in small numbers: users, keys, drafts, endpoints, jobs. JSON text.
struct Document {
    TenantId tenant = 0;
    std::string collection = {};
    std::string id = {};
    std::int64_t version = 1;  // grows by one with each change: the ETag
    std::string key = {};      // optional second name, unique in tenant and collection
    std::string body = {};
};

// A customer and the wrapped key that everything personal about them is sealed with. Erasing
// empties `handle` and `wrapped_key`; the row stays so that its number is never given again.
struct Customer {
    CustomerId id = 0;
    TenantId tenant = 0;
    std::string handle = {};  // what the company calls them; unique in the tenant
    std::string wrapped_key = {};
    Instant erased_at = Instant::max();
};

// What is paid for a breach, as its last step left it. A projection: its steps are in the log.
struct PayoutRow {
    PayoutId id = 0;
    TenantId tenant = 0;
    StreamId stream = 0;  // in which it became owed
    ObligationId obligation = 0;
    CustomerId customer = 0;           // 0: nobody's that we know of
    std::int64_t incident = 0;         // 0: none
    std::uint8_t state = 0;            // remedy::PayoutState
    Instant acts_at = Instant::max();  // when time alone changes something: an offer expires
    std::string body = {};             // the engine's
    Position position = 0;             // of the entry that last changed it
    std::int64_t leaf = 0;             // of that change in the transparency log
    std::string key = {};              // the same for what is paid once between them; empty: none
    bool operator==(const PayoutRow&) const = default;
};

// One line of the guarantee fund's ledger. Made from the log; never changed.
struct PostingRow {
    std::int64_t id = 0;  // from 1 in the order of the log
    TenantId tenant = 0;
    Position position = 0;      // the entry it follows from
    std::uint8_t account = 0;   // remedy::Account
    std::string currency = {};  // ISO 4217
    std::int64_t minor = 0;     // positive: into the account
    PayoutId payout = 0;        // 0: none (a deposit)
    std::string promise = {};   // its name without the version; empty: none
    Instant at = {};            // when it was recorded
    std::int32_t day = 0;       // the same as yyyymmdd in the tenant's zone: the day's closing
    bool operator==(const PostingRow&) const = default;
};

// Postings added up.
struct PostingSum {
    std::int32_t day = 0;      // yyyymmdd; 0 where all days are summed
    std::string promise = {};  // empty where all promises are summed
    std::string currency = {};
    std::uint8_t account = 0;
    std::int64_t minor = 0;
    bool operator==(const PostingSum&) const = default;
};

// A piece of a tenant's transparency log as tlog/tile.h cuts it.
struct Tile {
    std::int32_t level = 0;  // -1: entries
    std::int64_t index = 0;
    std::string bytes = {};  // of a partial one: as many as it has
};

}  // namespace yinuo::store
