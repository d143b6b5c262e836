#include "store/sqlite_writing.h"

#include "base/check.h"
#include "store/sqlite_desk.h"
#include "store/sqlite_list.h"

namespace yinuo::store {

SqliteWriting::SqliteWriting(Desk& desk) : SqliteReads(desk.connection()), desk_(desk) {
    on_.use("BEGIN IMMEDIATE").run();
    auto last = on_.use(
        "SELECT (SELECT max(position) FROM entries), (SELECT max(id) FROM streams), "
        "(SELECT max(id) FROM obligations)");
    last.step();
    last_position_ = last.integer(0);
    last_stream_ = last.integer(1);
    last_obligation_ = last.integer(2);
}

SqliteWriting::~SqliteWriting() { desk_.done(); }

void SqliteWriting::commit() {
    check(!committed_);
    try {
        write_counts();
        on_.use("COMMIT").run();
    } catch (const Trouble& trouble) {
        desk_.failed(trouble.error());
        throw;
    }
    committed_ = true;
    desk_.committed(erased_);
}

Position SqliteWriting::append(Entry entry) {
    on_.use("INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", last_position_ + 1,
            entry.tenant, entry.stream, entry.kind, entry.recorded_at.millis, entry.leaf,
            entry.leaves, Blob{entry.body})
        .run();
    return ++last_position_;
}

void SqliteWriting::put_stream(const Stream& row) {
    if (row.id <= last_stream_) {
        // What a turn changes, and nothing that an index holds.
        on_.use("UPDATE streams SET turned_at = ?3, wakes_at = ?4 WHERE id = ?1 AND customer = ?2",
                row.id, row.customer, row.turned_at, row.wakes_at)
            .run();
        if (on_.changed() == 1) return;
    }
    on_.use(
           "INSERT INTO streams VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET "
           "customer = excluded.customer, turned_at = excluded.turned_at, "
           "wakes_at = excluded.wakes_at",
           row.id, row.tenant, row.name, row.customer, row.turned_at, row.wakes_at)
        .run();
    last_stream_ = std::max(last_stream_, row.id);
}

// What changes about an obligation while its place in the order of due instants stays.
#define OBLIGATION_SET                                                                            \
    "UPDATE obligations SET version = ?2, clause = ?3, occurrence = ?4, label = ?5, claim = ?6, " \
    "excuse = ?7, extensions = ?8, earlier_kept = ?9, provisional = ?10, started_at = ?11, "      \
    "promised_at = ?12, first_due_at = ?13, warns_at = ?14, broken_at = ?15, settled_at = ?16, "  \
    "paused = ?17, counted = ?18, good = ?19, position = ?20, leaf = ?21"
#define OBLIGATION_VALUES                                                                       \
    row.id, row.version, row.clause, row.occurrence, row.label, row.claim, row.excuse,          \
        row.extensions, row.earlier_kept, row.provisional, row.started_at, row.promised_at,     \
        row.first_due_at, row.warns_at, row.broken_at, row.settled_at, row.paused, row.counted, \
        row.good, row.position, row.leaf

void SqliteWriting::put_obligation(const ObligationRow& row) {
    if (row.id <= last_obligation_) {
        auto before = on_.use("SELECT state, due_at FROM obligations WHERE id = ?1", row.id);
        if (before.step()) {
            const auto state = static_cast<std::uint8_t>(before.integer(0));
            if (state == row.state && before.integer(1) == row.due_at.millis) {
                on_.use(OBLIGATION_SET " WHERE id = ?1", OBLIGATION_VALUES).run();
                return;
            }
            on_.use(OBLIGATION_SET ", state = ?22, due_at = ?23 WHERE id = ?1", OBLIGATION_VALUES,
                    row.state, row.due_at.millis)
                .run();
            --counts_[{row.tenant, state}];
            ++counts_[{row.tenant, row.state}];
            return;
        }
    }
    on_.use(
           "INSERT INTO obligations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
           "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
           row.id, row.tenant, row.stream, row.version, row.clause, row.occurrence, row.label,
           row.state, row.claim, row.excuse, row.extensions, row.earlier_kept, row.provisional,
           row.started_at, row.promised_at, row.due_at.millis, row.first_due_at, row.warns_at,
           row.broken_at, row.settled_at, row.paused, row.counted, row.good, row.position, row.leaf)
        .run();
    ++counts_[{row.tenant, row.state}];
    last_obligation_ = std::max(last_obligation_, row.id);
}

void SqliteWriting::write_counts() {
    for (const auto& [of, change] : counts_)
        if (change != 0)
            on_.use(
                   "INSERT INTO counts VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
                   "count = count + excluded.count",
                   of.first, of.second, change)
                .run();
    counts_.clear();
}

std::vector<StateCount> SqliteWriting::count_by_state(TenantId tenant) {
    write_counts();
    return SqliteReads::count_by_state(tenant);
}

std::int64_t SqliteWriting::source(TenantId tenant, std::string_view name) {
    if (const auto known = find_source(tenant, name); known != 0) return known;
    on_.use("INSERT INTO sources (tenant, name) VALUES (?1, ?2)", tenant, name).run();
    return on_.last_id();
}

void SqliteWriting::put_fact(std::int64_t source, std::string_view id, StreamId stream) {
    on_.use("INSERT OR REPLACE INTO facts VALUES (?1, ?2, ?3)", source, id, stream).run();
}

void SqliteWriting::put_member(StreamId group, StreamId member) {
    on_.use("INSERT OR IGNORE INTO members VALUES (?1, ?2)", group, member).run();
}

void SqliteWriting::put_measures(StreamId group, StreamId member,
                                 const std::vector<Measure>& rows) {
    on_.use("DELETE FROM measures WHERE of = ?1 AND member = ?2", group, member).run();
    for (const auto& row : rows)
        on_.use("INSERT OR REPLACE INTO measures VALUES (?1, ?2, ?3, ?4, ?5, ?6)", group,
                row.at.millis, member, row.ordinal, row.good, row.value)
            .run();
}

std::int64_t SqliteWriting::put_action(const Action& row) {
    const auto state = static_cast<int>(row.state);
    if (row.id == 0) {
        auto known =
            on_.use("SELECT id FROM actions WHERE tenant = ?1 AND key = ?2", row.tenant, row.key);
        if (known.step()) return known.integer(0);
        on_.use("INSERT INTO actions VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                row.tenant, row.topic, row.key, row.target, row.cause, row.due_at.millis,
                row.attempts, state, Blob{row.body}, row.answer)
            .run();
        return on_.last_id();
    }
    on_.use(
           "INSERT INTO actions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
           "ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, topic = excluded.topic, "
           "key = excluded.key, target = excluded.target, cause = excluded.cause, "
           "due_at = excluded.due_at, attempts = excluded.attempts, state = excluded.state, "
           "body = excluded.body, answer = excluded.answer",
           row.id, row.tenant, row.topic, row.key, row.target, row.cause, row.due_at.millis,
           row.attempts, state, Blob{row.body}, row.answer)
        .run();
    return row.id;
}

std::int64_t SqliteWriting::put_alert(const Alert& row) {
    if (row.id == 0) {
        on_.use("INSERT INTO alerts VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                row.tenant, row.obligation, row.stream, row.warning, row.level, row.addressee,
                row.raised_at.millis, row.climbs_at, row.acknowledged_at, row.acknowledged_by)
            .run();
        return on_.last_id();
    }
    on_.use("INSERT OR REPLACE INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            row.id, row.tenant, row.obligation, row.stream, row.warning, row.level, row.addressee,
            row.raised_at.millis, row.climbs_at, row.acknowledged_at, row.acknowledged_by)
        .run();
    return row.id;
}

bool SqliteWriting::put_document(const Document& row) {
    const auto standing = document(row.tenant, row.collection, row.id);
    if ((standing ? standing->version : 0) != row.version - 1) return false;
    if (!row.key.empty()) {
        const auto other = document_by_key(row.tenant, row.collection, row.key);
        if (other && other->id != row.id) return false;
    }
    on_.use(
           "INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
           "ON CONFLICT (tenant, collection, id) DO UPDATE SET version = excluded.version, "
           "key = excluded.key, body = excluded.body",
           row.tenant, row.collection, row.id, row.version, row.key, row.body)
        .run();
    return true;
}

bool SqliteWriting::remove_document(TenantId tenant, std::string_view collection,
                                    std::string_view id) {
    on_.use("DELETE FROM documents WHERE tenant = ?1 AND collection = ?2 AND id = ?3", tenant,
            collection, id)
        .run();
    return on_.changed() == 1;
}

CustomerId SqliteWriting::put_customer(const Customer& row) {
    if (row.id == 0) {
        on_.use("INSERT INTO customers VALUES (NULL, ?1, ?2, ?3, ?4)", row.tenant, row.handle,
                Blob{row.wrapped_key}, row.erased_at)
            .run();
        return on_.last_id();
    }
    on_.use(
           "INSERT INTO customers VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET "
           "tenant = excluded.tenant, handle = excluded.handle, "
           "wrapped_key = excluded.wrapped_key, erased_at = excluded.erased_at",
           row.id, row.tenant, row.handle, Blob{row.wrapped_key}, row.erased_at)
        .run();
    if (row.wrapped_key.empty()) erased_ = true;
    return row.id;
}

void SqliteWriting::put_payout(const PayoutRow& row) {
    on_.use(
           "INSERT INTO payouts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
           "ON CONFLICT (id) DO UPDATE SET incident = excluded.incident, state = excluded.state, "
           "acts_at = excluded.acts_at, body = excluded.body, position = excluded.position, "
           "leaf = excluded.leaf",
           row.id, row.tenant, row.stream, row.obligation, row.customer, row.incident, row.state,
           row.acts_at, Blob{row.body}, row.position, row.leaf, row.key)
        .run();
}

void SqliteWriting::put_posting(const PostingRow& row) {
    on_.use("INSERT INTO postings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            row.id != 0 ? row.id : first_number(on_.use("SELECT max(id) FROM postings")) + 1,
            row.tenant, row.position, row.account, row.currency, row.minor, row.payout, row.promise,
            row.at.millis, row.day)
        .run();
    on_.use(
           "INSERT INTO posting_days VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
           "ON CONFLICT DO UPDATE SET minor = minor + excluded.minor",
           row.tenant, row.day, row.promise, row.currency, row.account, row.minor)
        .run();
    on_.use(
           "INSERT INTO balances VALUES (?1, ?2, ?3, ?4) "
           "ON CONFLICT DO UPDATE SET minor = minor + excluded.minor",
           row.tenant, row.currency, row.account, row.minor)
        .run();
}

void SqliteWriting::put_tile(TenantId tenant, const Tile& tile) {
    on_.use(
           "INSERT INTO tiles VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
           "bytes = excluded.bytes",
           tenant, tile.level, tile.index, Blob{tile.bytes})
        .run();
}

void SqliteWriting::put_checkpoint(TenantId tenant, const Checkpoint& checkpoint) {
    on_.use(
           "INSERT INTO checkpoints VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
           "size = excluded.size, note = excluded.note",
           tenant, checkpoint.size, checkpoint.note)
        .run();
}

void SqliteWriting::drop_projections() {
    for (const char* table : {"streams", "obligations", "counts", "facts", "members", "measures",
                              "payouts", "postings", "posting_days", "balances"})
        on_.run((std::string("DELETE FROM ") + table).c_str());
    counts_.clear();
    last_stream_ = 0;
    last_obligation_ = 0;
}

}  // namespace yinuo::store
