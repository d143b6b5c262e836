#include "store/sqlite_reading.h"

#include <algorithm>
#include <limits>

#include "store/sqlite_list.h"

namespace yinuo::store {
namespace {

#define ENTRY "SELECT position, tenant, stream, kind, recorded_at, leaf, leaves, body FROM entries "
#define STREAM "SELECT id, tenant, name, customer, turned_at, wakes_at FROM streams "
#define OBLIGATION                                                                           \
    "SELECT id, tenant, stream, version, clause, occurrence, label, state, claim, excuse, "  \
    "extensions, earlier_kept, provisional, started_at, promised_at, due_at, first_due_at, " \
    "warns_at, broken_at, settled_at, paused, counted, good, position, leaf FROM obligations "
#define ACTION                                                                                  \
    "SELECT id, tenant, topic, key, target, cause, due_at, attempts, state, body, answer FROM " \
    "actions "
#define ALERT                                                                                  \
    "SELECT id, tenant, obligation, stream, warning, level, addressee, raised_at, climbs_at, " \
    "acknowledged_at, acknowledged_by FROM alerts "
#define DOCUMENT "SELECT tenant, collection, id, version, key, body FROM documents "
#define CUSTOMER "SELECT id, tenant, handle, wrapped_key, erased_at FROM customers "

constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
constexpr int kAll = std::numeric_limits<int>::max();

Entry entry_of(const Statement& row) {
    return {.position = row.integer(0),
            .tenant = row.integer(1),
            .stream = row.integer(2),
            .kind = number<std::uint8_t>(row, 3),
            .recorded_at = {row.integer(4)},
            .leaf = row.integer(5),
            .leaves = number<std::int32_t>(row, 6),
            .body = row.text(7)};
}

Stream stream_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .name = row.text(2),
            .customer = row.integer(3),
            .turned_at = row.instant(4),
            .wakes_at = row.instant(5)};
}

ObligationRow obligation_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .stream = row.integer(2),
            .version = row.integer(3),
            .clause = number<std::int32_t>(row, 4),
            .occurrence = number<std::int32_t>(row, 5),
            .label = row.text(6),
            .state = number<std::uint8_t>(row, 7),
            .claim = number<std::uint8_t>(row, 8),
            .excuse = number<std::uint8_t>(row, 9),
            .extensions = number<std::uint8_t>(row, 10),
            .earlier_kept = row.integer(11) != 0,
            .provisional = row.integer(12) != 0,
            .started_at = row.instant(13),
            .promised_at = row.instant(14),
            .due_at = {row.integer(15)},
            .first_due_at = row.instant(16),
            .warns_at = row.instant(17),
            .broken_at = row.instant(18),
            .settled_at = row.instant(19),
            .paused = row.integer(20),
            .counted = row.integer(21),
            .good = row.integer(22),
            .position = row.integer(23),
            .leaf = row.integer(24)};
}

Measure measure_of(const Statement& row) {
    return {.group = row.integer(0),
            .member = row.integer(1),
            .ordinal = number<std::int32_t>(row, 2),
            .at = {row.integer(3)},
            .good = row.integer(4) != 0,
            .value = row.text(5)};
}

Action action_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .topic = row.text(2),
            .key = row.text(3),
            .target = row.text(4),
            .cause = row.integer(5),
            .due_at = {row.integer(6)},
            .attempts = number<std::int32_t>(row, 7),
            .state = static_cast<Action::State>(row.integer(8)),
            .body = row.text(9),
            .answer = row.text(10)};
}

Alert alert_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .obligation = row.integer(2),
            .stream = row.integer(3),
            .warning = number<std::int32_t>(row, 4),
            .level = number<std::int32_t>(row, 5),
            .addressee = row.text(6),
            .raised_at = {row.integer(7)},
            .climbs_at = row.instant(8),
            .acknowledged_at = row.instant(9),
            .acknowledged_by = row.text(10)};
}

Document document_of(const Statement& row) {
    return {.tenant = row.integer(0),
            .collection = row.text(1),
            .id = row.text(2),
            .version = row.integer(3),
            .key = row.text(4),
            .body = row.text(5)};
}

Customer customer_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .handle = row.text(2),
            .wrapped_key = row.text(3),
            .erased_at = row.instant(4)};
}

StreamId number_of(const Statement& row) { return row.integer(0); }

void hand_out(Statement rows, const Reading::TakeEntry& take) {
    while (rows.step())
        if (!take(entry_of(rows))) return;
}

// With `until` max, what has no instant at all is asked for too.
std::int64_t open_end(Instant until) { return until == Instant::max() ? kLast : until.millis; }

// --- obligations by due: one cursor a state, merged

#define OF_STATE OBLIGATION "WHERE tenant = ?1 AND state = ?2 AND "

// Due in [from, until), in the query's direction.
Statement due_within(Connection& on, const ObligationQuery& query, std::uint8_t state,
                     std::int64_t from, std::int64_t until) {
    if (query.latest_first)
        return on.use(OF_STATE "due_at >= ?3 AND due_at < ?4 ORDER BY due_at DESC, id DESC",
                      query.tenant, state, from, until);
    return on.use(OF_STATE "due_at >= ?3 AND due_at < ?4 ORDER BY due_at, id", query.tenant, state,
                  from, until);
}

// Those due in one instant that follow the last row of the page before.
Statement due_with_last(Connection& on, const ObligationQuery& query, std::uint8_t state) {
    const auto due_at = query.after_due_at->millis;
    if (query.latest_first)
        return on.use(OF_STATE "due_at = ?3 AND id < ?4 ORDER BY id DESC", query.tenant, state,
                      due_at, query.after_id);
    return on.use(OF_STATE "due_at = ?3 AND id > ?4 ORDER BY id", query.tenant, state, due_at,
                  query.after_id);
}

// Many obligations fall due in one instant (the end of a day), so going on inside of one must be
// a search of its own: `(due_at, id) > (?, ?)` would walk through all of that instant.
class Cursor {
public:
    Cursor(Connection& on, const ObligationQuery& query, std::uint8_t state)
        : rows_(first(on, query, state)) {
        if (!query.after_due_at) return;
        auto [from, until] = bounds(query);
        const auto last = query.after_due_at->millis;
        if (query.latest_first)
            until = std::min(until, last);
        else
            from = std::max(from, last + 1);
        rest_.emplace(due_within(on, query, state, from, until));
    }

    // To the next row that is asked for; false: there is none.
    bool next(const ObligationQuery& query) {
        for (;;) {
            while (rows_.step()) {
                if (query.stream && rows_.integer(2) != *query.stream) continue;
                if (query.version && rows_.integer(3) != *query.version) continue;
                at_ = {rows_.integer(15), rows_.integer(0)};
                return true;
            }
            if (!rest_) return false;
            rows_ = std::move(*rest_);
            rest_.reset();
        }
    }

    const std::pair<std::int64_t, ObligationId>& at() const { return at_; }
    const Statement& row() const { return rows_; }

private:
    static std::pair<std::int64_t, std::int64_t> bounds(const ObligationQuery& query) {
        return {query.due_from.millis, open_end(query.due_until)};
    }
    static Statement first(Connection& on, const ObligationQuery& query, std::uint8_t state) {
        const auto [from, until] = bounds(query);
        if (!query.after_due_at) return due_within(on, query, state, from, until);
        const auto last = query.after_due_at->millis;
        if (last < from || last >= until) return due_within(on, query, state, 0, 0);  // none
        return due_with_last(on, query, state);
    }

    Statement rows_;
    std::optional<Statement> rest_;
    std::pair<std::int64_t, ObligationId> at_;
};

}  // namespace

// --- the log

template <typename Base>
Position SqliteReads<Base>::last_position() {
    return first_number(on_.use("SELECT max(position) FROM entries"));
}

template <typename Base>
std::optional<Entry> SqliteReads<Base>::entry(Position position) {
    return one(on_.use(ENTRY "WHERE position = ?1", position), entry_of);
}

template <typename Base>
void SqliteReads<Base>::entries_of(StreamId stream, Position from, const TakeEntry& take) {
    hand_out(on_.use(ENTRY "WHERE stream = ?1 AND stream <> 0 AND position > ?2 ORDER BY position",
                     stream, from),
             take);
}

template <typename Base>
void SqliteReads<Base>::entries_after(Position from, const TakeEntry& take) {
    hand_out(on_.use(ENTRY "WHERE position > ?1 ORDER BY position", from), take);
}

template <typename Base>
void SqliteReads<Base>::entries_about(TenantId tenant, std::uint8_t kind, Position from,
                                      bool latest_first, const TakeEntry& take) {
    if (latest_first)
        hand_out(on_.use(ENTRY "WHERE tenant = ?1 AND kind = ?2 AND stream = 0 AND position < ?3 "
                               "ORDER BY position DESC",
                         tenant, kind, from == 0 ? kLast : from),
                 take);
    else
        hand_out(on_.use(ENTRY "WHERE tenant = ?1 AND kind = ?2 AND stream = 0 AND position > ?3 "
                               "ORDER BY position",
                         tenant, kind, from),
                 take);
}

// --- streams and obligations

template <typename Base>
std::optional<Stream> SqliteReads<Base>::stream(StreamId id) {
    return one(on_.use(STREAM "WHERE id = ?1", id), stream_of);
}

template <typename Base>
std::optional<Stream> SqliteReads<Base>::find_stream(TenantId tenant, std::string_view name) {
    return one(on_.use(STREAM "WHERE tenant = ?1 AND name = ?2", tenant, name), stream_of);
}

template <typename Base>
std::vector<Stream> SqliteReads<Base>::streams(TenantId tenant, std::string_view name_prefix,
                                               std::string_view after, int limit) {
    std::vector<Stream> out;
    auto rows = on_.use(STREAM "WHERE tenant = ?1 AND name >= ?2 ORDER BY name", tenant,
                        std::max(name_prefix, after));
    while (static_cast<int>(out.size()) < limit && rows.step()) {
        if (!rows.view(2).starts_with(name_prefix)) break;
        if (after.empty() || rows.view(2) != after) out.push_back(stream_of(rows));
    }
    return out;
}

template <typename Base>
std::vector<Stream> SqliteReads<Base>::streams_of_customer(CustomerId customer) {
    return list(on_.use(STREAM "WHERE customer = ?1 AND customer <> 0 ORDER BY id", customer), kAll,
                stream_of);
}

template <typename Base>
void SqliteReads<Base>::wakers(const std::function<void(Instant, StreamId)>& take) {
    // The whole table: an index by wakes_at would have to move with every turn.
    auto rows = on_.use("SELECT wakes_at, id FROM streams WHERE wakes_at IS NOT NULL");
    while (rows.step()) take({rows.integer(0)}, rows.integer(1));
}

template <typename Base>
std::optional<ObligationRow> SqliteReads<Base>::obligation(ObligationId id) {
    return one(on_.use(OBLIGATION "WHERE id = ?1", id), obligation_of);
}

template <typename Base>
std::vector<ObligationRow> SqliteReads<Base>::obligations_of(StreamId stream) {
    return list(on_.use(OBLIGATION "WHERE stream = ?1 ORDER BY id", stream), kAll, obligation_of);
}

template <typename Base>
std::vector<ObligationRow> SqliteReads<Base>::obligations(const ObligationQuery& query) {
    auto states = query.states;
    if (states.empty())
        for (const auto& [state, count] : this->count_by_state(query.tenant))
            states.push_back(state);
    std::ranges::sort(states);
    states.erase(std::ranges::unique(states).begin(), states.end());

    std::vector<Cursor> cursors;
    for (const auto state : states) {
        Cursor made(on_, query, state);
        if (made.next(query)) cursors.push_back(std::move(made));
    }
    std::vector<ObligationRow> out;
    while (!cursors.empty() && static_cast<int>(out.size()) < query.limit) {
        const auto first = query.latest_first ? std::ranges::max_element(cursors, {}, &Cursor::at)
                                              : std::ranges::min_element(cursors, {}, &Cursor::at);
        out.push_back(obligation_of(first->row()));
        if (!first->next(query)) {
            if (first != cursors.end() - 1) std::swap(*first, cursors.back());
            cursors.pop_back();
        }
    }
    return out;
}

template <typename Base>
std::vector<StateCount> SqliteReads<Base>::count_by_state(TenantId tenant) {
    return list(on_.use("SELECT state, count FROM counts WHERE tenant = ?1 AND count > 0 "
                        "ORDER BY state",
                        tenant),
                kAll, [](const Statement& row) {
                    return StateCount{number<std::uint8_t>(row, 0), row.integer(1)};
                });
}

template <typename Base>
std::int64_t SqliteReads<Base>::count_due(TenantId tenant, std::uint8_t state, Instant from,
                                          Instant until) {
    return first_number(
        on_.use("SELECT count(*) FROM obligations WHERE tenant = ?1 AND "
                "state = ?2 AND due_at >= ?3 AND due_at < ?4",
                tenant, state, from.millis, open_end(until)));
}

template <typename Base>
ObligationId SqliteReads<Base>::last_obligation() {
    return first_number(on_.use("SELECT max(id) FROM obligations"));
}

// --- facts, keys across subjects

template <typename Base>
std::int64_t SqliteReads<Base>::find_source(TenantId tenant, std::string_view name) {
    return first_number(
        on_.use("SELECT id FROM sources WHERE tenant = ?1 AND name = ?2", tenant, name));
}

template <typename Base>
std::string SqliteReads<Base>::source_name(TenantId tenant, std::int64_t source) {
    return one(on_.use("SELECT name FROM sources WHERE id = ?1 AND tenant = ?2", source, tenant),
               [](const Statement& row) { return row.text(0); })
        .value_or("");
}

template <typename Base>
StreamId SqliteReads<Base>::find_fact(std::int64_t source, std::string_view id) {
    return first_number(
        on_.use("SELECT stream FROM facts WHERE source = ?1 AND id = ?2", source, id));
}

template <typename Base>
std::vector<StreamId> SqliteReads<Base>::members_of(StreamId group) {
    return list(on_.use("SELECT member FROM members WHERE of = ?1 ORDER BY member", group), kAll,
                number_of);
}

template <typename Base>
std::vector<StreamId> SqliteReads<Base>::groups_of(StreamId member) {
    return list(on_.use("SELECT of FROM members WHERE member = ?1 ORDER BY of", member), kAll,
                number_of);
}

template <typename Base>
std::vector<Measure> SqliteReads<Base>::measures(StreamId group, Instant from, Instant until) {
    return list(on_.use("SELECT of, member, ordinal, at, good, value FROM measures WHERE of = ?1 "
                        "AND at >= ?2 AND at < ?3 ORDER BY at, member, ordinal",
                        group, from.millis, until.millis),
                kAll, measure_of);
}

// --- actions and alerts

template <typename Base>
std::vector<Action> SqliteReads<Base>::actions_due(Instant until, int limit) {
    return list(
        on_.use(ACTION "WHERE state = 0 AND due_at <= ?1 ORDER BY due_at, id", until.millis), limit,
        action_of);
}

template <typename Base>
Instant SqliteReads<Base>::next_action_at() {
    auto rows = on_.use("SELECT due_at FROM actions WHERE state = 0 ORDER BY due_at LIMIT 1");
    return rows.step() ? Instant{rows.integer(0)} : Instant::max();
}

template <typename Base>
std::vector<Action> SqliteReads<Base>::actions(TenantId tenant, std::string_view target,
                                               Action::State state, std::int64_t after, int limit) {
    return list(on_.use(ACTION "WHERE tenant = ?1 AND target = ?2 AND state = ?3 AND id > ?4 "
                               "ORDER BY id",
                        tenant, target, static_cast<int>(state), after),
                limit, action_of);
}

template <typename Base>
std::optional<Action> SqliteReads<Base>::action(std::int64_t id) {
    return one(on_.use(ACTION "WHERE id = ?1", id), action_of);
}

template <typename Base>
std::vector<Alert> SqliteReads<Base>::alerts(TenantId tenant, bool open_only, std::int64_t after,
                                             int limit) {
    if (open_only)
        return list(on_.use(ALERT "WHERE tenant = ?1 AND acknowledged_at IS NULL AND id > ?2 "
                                  "ORDER BY id",
                            tenant, after),
                    limit, alert_of);
    return list(on_.use(ALERT "WHERE tenant = ?1 AND id > ?2 ORDER BY id", tenant, after), limit,
                alert_of);
}

template <typename Base>
std::vector<Alert> SqliteReads<Base>::alerts_of(ObligationId obligation) {
    return list(on_.use(ALERT "WHERE obligation = ?1 ORDER BY id", obligation), kAll, alert_of);
}

template <typename Base>
std::optional<Alert> SqliteReads<Base>::alert(std::int64_t id) {
    return one(on_.use(ALERT "WHERE id = ?1", id), alert_of);
}

template <typename Base>
std::vector<Alert> SqliteReads<Base>::alerts_climbing(Instant until, int limit) {
    return list(on_.use(ALERT "WHERE climbs_at IS NOT NULL AND climbs_at <= ?1 "
                              "ORDER BY climbs_at, id",
                        until.millis),
                limit, alert_of);
}

template <typename Base>
Instant SqliteReads<Base>::next_climb_at() {
    auto rows = on_.use(
        "SELECT climbs_at FROM alerts WHERE climbs_at IS NOT NULL "
        "ORDER BY climbs_at LIMIT 1");
    return rows.step() ? rows.instant(0) : Instant::max();
}

// --- documents, customers, the transparency log

template <typename Base>
std::optional<Document> SqliteReads<Base>::document(TenantId tenant, std::string_view collection,
                                                    std::string_view id) {
    return one(on_.use(DOCUMENT "WHERE tenant = ?1 AND collection = ?2 AND id = ?3", tenant,
                       collection, id),
               document_of);
}

template <typename Base>
std::optional<Document> SqliteReads<Base>::document_by_key(TenantId tenant,
                                                           std::string_view collection,
                                                           std::string_view key) {
    return one(on_.use(DOCUMENT "WHERE tenant = ?1 AND collection = ?2 AND key = ?3 AND key <> ''",
                       tenant, collection, key),
               document_of);
}

template <typename Base>
std::vector<Document> SqliteReads<Base>::documents(TenantId tenant, std::string_view collection,
                                                   std::string_view after, int limit) {
    return list(on_.use(DOCUMENT "WHERE tenant = ?1 AND collection = ?2 AND id > ?3 ORDER BY id",
                        tenant, collection, after),
                limit, document_of);
}

template <typename Base>
std::optional<Customer> SqliteReads<Base>::customer(CustomerId id) {
    return one(on_.use(CUSTOMER "WHERE id = ?1", id), customer_of);
}

template <typename Base>
std::optional<Customer> SqliteReads<Base>::find_customer(TenantId tenant, std::string_view handle) {
    return one(
        on_.use(CUSTOMER "WHERE tenant = ?1 AND handle = ?2 AND handle <> ''", tenant, handle),
        customer_of);
}

template <typename Base>
std::vector<Customer> SqliteReads<Base>::customers(CustomerId after, int limit) {
    return list(on_.use(CUSTOMER "WHERE id > ?1 ORDER BY id", after), limit, customer_of);
}

template <typename Base>
std::optional<Tile> SqliteReads<Base>::tile(TenantId tenant, std::int32_t level,
                                            std::int64_t index) {
    return one(on_.use("SELECT bytes FROM tiles WHERE tenant = ?1 AND level = ?2 AND number = ?3",
                       tenant, level, index),
               [&](const Statement& row) { return Tile{level, index, row.text(0)}; });
}

template <typename Base>
Reading::Checkpoint SqliteReads<Base>::checkpoint(TenantId tenant) {
    auto rows = on_.use("SELECT size, note FROM checkpoints WHERE tenant = ?1", tenant);
    if (!rows.step()) return {};
    return {rows.integer(0), rows.text(1)};
}

template class SqliteReads<Reading>;
template class SqliteReads<Writing>;

}  // namespace yinuo::store
