// Where everything is kept: an append-only log, which is the truth, and tables made from it.
//
// One writer at a time, any number of readers. A Writing is one transaction: all of it is on disk
// when commit() returns, or none of it ever was. A Reading sees one moment and never waits for the
// writer, nor the writer for it. Several turns may share one Writing (group commit).
//
// A row's methods throw Trouble when the medium fails (disk full, a torn page, a lost connection).
// Whoever drives the store catches it in one place and gives the whole Writing up; nothing above
// the driver handles it. After that the store may be used again, unless the code is
// "store-must-restart": the disk could not say whether the last commit is on it (a failed fsync),
// so every later write() is refused with that code until the store is opened anew, and only then
// is it known whether that commit took place.
//
// Every list is in the order it names, texts compared byte by byte. What a `take` is handed lives
// as long as the call; a `take` may itself read and, in a Writing, write. Names and types here are chosen so that a store of several nodes can
// follow: a subject is locked by find_stream() of a Writing, timers and actions are claimed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/rows.h"

namespace yinuo::store {

// The medium failed. Not for callers of the API, but for the operator.
class Trouble {
public:
    explicit Trouble(Error error) : error_(std::move(error)) {}
    const Error& error() const { return error_; }

private:
    Error error_;
};

// Which obligations, in which order. Pages go on after the last row seen (`after_*`).
struct ObligationQuery {
    TenantId tenant = 0;
    std::vector<std::uint8_t> states = {};  // empty: all
    std::optional<StreamId> stream = {};
    std::optional<Position> version = {};      // of the promise
    Instant due_from = Instant::min();         // inclusive
    Instant due_until = Instant::max();        // exclusive; max: also those without a due instant
    bool latest_first = false;                 // by due_at, then id; otherwise the earliest first
    std::optional<Instant> after_due_at = {};  // with after_id: the last row of the page before
    ObligationId after_id = 0;
    int limit = 50;
};

// Which payouts, by id, after the last one seen.
struct PayoutQuery {
    TenantId tenant = 0;
    std::optional<std::uint8_t> state = {};
    std::optional<std::int64_t> incident = {};
    PayoutId after = 0;
    int limit = 50;
};

struct StateCount {
    std::uint8_t state = 0;
    std::int64_t count = 0;
};

class Reading {
public:
    virtual ~Reading() = default;

    // --- the log
    virtual Position last_position() = 0;  // 0: empty
    virtual std::optional<Entry> entry(Position) = 0;
    // Calls `take` for each entry after `from`, in order, until it returns false.
    using TakeEntry = std::function<bool(const Entry&)>;
    virtual void entries_of(StreamId, Position from, const TakeEntry& take) = 0;
    virtual void entries_after(Position from, const TakeEntry& take) = 0;
    // Those about no stream, of one tenant and kind, after `from`; when `latest_first`, those before
    // it, backwards (0: from the end).
    virtual void entries_about(TenantId, std::uint8_t kind, Position from, bool latest_first,
                               const TakeEntry& take) = 0;

    // --- streams and obligations
    virtual std::optional<Stream> stream(StreamId) = 0;
    virtual std::optional<Stream> find_stream(TenantId, std::string_view name) = 0;
    virtual std::vector<Stream> streams(TenantId, std::string_view name_prefix,
                                        std::string_view after, int limit) = 0;  // by name
    virtual std::vector<Stream> streams_of_customer(CustomerId) = 0;             // by id
    // (wakes_at, id) of every stream that wakes, in any order.
    virtual void wakers(const std::function<void(Instant, StreamId)>& take) = 0;
    virtual std::optional<ObligationRow> obligation(ObligationId) = 0;
    virtual std::vector<ObligationRow> obligations_of(StreamId) = 0;  // by id
    virtual std::vector<ObligationRow> obligations(const ObligationQuery&) = 0;
    virtual std::vector<StateCount> count_by_state(TenantId) = 0;  // by state; none that is 0
    // Due in [from, until); with `until` max also those without a due instant.
    virtual std::int64_t count_due(TenantId, std::uint8_t state, Instant from, Instant until) = 0;
    virtual ObligationId last_obligation() = 0;

    // --- facts
    // The number that stands for a source's name; 0 when it was never heard of.
    virtual std::int64_t find_source(TenantId, std::string_view name) = 0;
    virtual std::string source_name(TenantId, std::int64_t source) = 0;  // "": it stands for none
    // The stream in which a fact of that source and id lies; 0 when there is none.
    virtual StreamId find_fact(std::int64_t source, std::string_view id) = 0;

    // --- keys across subjects
    virtual std::vector<StreamId> members_of(StreamId group) = 0;
    virtual std::vector<StreamId> groups_of(StreamId member) = 0;
    // In [from, until), by at, then member and ordinal.
    virtual std::vector<Measure> measures(StreamId group, Instant from, Instant until) = 0;

    // --- actions and alerts
    // Due at `until` or before and still waiting, by due_at, then id.
    virtual std::vector<Action> actions_due(Instant until, int limit) = 0;
    virtual Instant next_action_at() = 0;  // max: none waits
    // By id; `after` is the last one seen, here and below.
    virtual std::vector<Action> actions(TenantId, std::string_view target, Action::State,
                                        std::int64_t after, int limit) = 0;
    virtual std::optional<Action> action(std::int64_t id) = 0;
    virtual std::vector<Alert> alerts(TenantId, bool open_only, std::int64_t after, int limit) = 0;
    virtual std::vector<Alert> alerts_of(ObligationId) = 0;
    virtual std::optional<Alert> alert(std::int64_t id) = 0;
    virtual std::vector<Alert> alerts_climbing(Instant until, int limit) = 0;  // as actions_due
    virtual Instant next_climb_at() = 0;

    // --- the guarantee fund
    virtual std::optional<PayoutRow> payout(PayoutId) = 0;
    virtual std::vector<PayoutRow> payouts(const PayoutQuery&) = 0;
    virtual std::vector<PayoutRow> payouts_of(ObligationId) = 0;                    // by id
    virtual std::vector<PayoutRow> payouts_of_customer(CustomerId) = 0;             // by id
    virtual std::vector<PayoutRow> payouts_of_key(TenantId, std::string_view) = 0;  // by id
    virtual std::vector<PayoutRow> payouts_acting(Instant until, int limit) = 0;  // by acts_at, id
    virtual Instant next_payout_at() = 0;                                         // max: none acts
    // By state; none that is 0.
    virtual std::vector<StateCount> count_payouts(TenantId,
                                                  std::optional<std::int64_t> incident) = 0;
    virtual PayoutId last_payout() = 0;
    virtual std::vector<PostingRow> postings(TenantId, std::int64_t after, int limit) = 0;  // by id
    virtual std::vector<PostingSum> balances(TenantId) = 0;  // by currency, account; none that is 0
    // By day, promise, currency, account, of the days in [from, until); none that is 0.
    virtual std::vector<PostingSum> daily_sums(TenantId, std::int32_t from, std::int32_t until) = 0;

    // --- beside the log: documents, customers
    virtual std::optional<Document> document(TenantId, std::string_view collection,
                                             std::string_view id) = 0;
    virtual std::optional<Document> document_by_key(TenantId, std::string_view collection,
                                                    std::string_view key) = 0;
    virtual std::vector<Document> documents(TenantId, std::string_view collection,
                                            std::string_view after, int limit) = 0;  // by id
    virtual std::optional<Customer> customer(CustomerId) = 0;
    virtual std::optional<Customer> find_customer(TenantId, std::string_view handle) = 0;
    // Every tenant's, by id, the erased ones too: for the installation's own work on their keys.
    virtual std::vector<Customer> customers(CustomerId after, int limit) = 0;

    // --- the transparency log
    virtual std::optional<Tile> tile(TenantId, std::int32_t level, std::int64_t index) = 0;
    // The latest checkpoint's tree size and note; {0, ""} before the first.
    struct Checkpoint {
        std::int64_t size = 0;
        std::string note = {};
    };
    virtual Checkpoint checkpoint(TenantId) = 0;
};

// Reads what it has written itself.
class Writing : public Reading {
public:
    // Makes everything written durable. Throws Trouble if it could not; then nothing was written
    // (but see "store-must-restart" above). Once, and last: a Writing does nothing after it.
    virtual void commit() = 0;  // without it, destruction gives everything up

    virtual Position append(Entry) = 0;  // the position it was given

    // New, or what changed. Never their tenant, name, stream: those are for good.
    virtual void put_stream(const Stream&) = 0;
    virtual void put_obligation(const ObligationRow&) = 0;
    virtual std::int64_t source(TenantId, std::string_view name) = 0;  // made if it is new
    virtual void put_fact(std::int64_t source, std::string_view id, StreamId) = 0;

    virtual void put_member(StreamId group, StreamId member) = 0;  // does nothing if it is one
    // Replaces what this member counts for in the group; the rows' own group and member aren't read.
    virtual void put_measures(StreamId group, StreamId member, const std::vector<Measure>&) = 0;

    // Id 0: a new one, unless its key is known in the tenant: then the known one, as it stands.
    virtual std::int64_t put_action(const Action&) = 0;
    virtual std::int64_t put_alert(const Alert&) = 0;  // id 0: a new one

    // False when a document stands there whose version isn't `document.version - 1` (0: nothing
    // stands there), or when its key belongs to another.
    virtual bool put_document(const Document&) = 0;
    virtual bool remove_document(TenantId, std::string_view collection, std::string_view id) = 0;
    virtual CustomerId put_customer(const Customer&) = 0;  // id 0: a new one

    virtual void put_payout(const PayoutRow&) = 0;    // new, or what changed: never whose it is
    virtual void put_posting(const PostingRow&) = 0;  // id 0: the next

    virtual void put_tile(TenantId, const Tile&) = 0;
    virtual void put_checkpoint(TenantId, const Checkpoint&) = 0;

    // Drops what can be made again from the log: streams, obligations, facts' ids, members,
    // measures, payouts, postings. Used by rebuilding only.
    virtual void drop_projections() = 0;
};

class Store {
public:
    virtual ~Store() = default;

    // Throw Trouble. One Writing at a time; a second waits. Both end before the Store does.
    virtual std::unique_ptr<Writing> write() = 0;
    virtual std::unique_ptr<Reading> read() = 0;

    // A consistent copy of everything while work goes on. Refuses when `path` exists.
    virtual Result<void> backup(const std::string& path) = 0;
    // What is wrong with the medium itself (torn pages, broken indexes); empty: nothing.
    virtual Findings examine() = 0;
};

}  // namespace yinuo::store
