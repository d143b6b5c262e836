#include "store/sqlite_layout.h"

#include <array>

namespace yinuo::store {
namespace {

// Instants are NULL where they are Instant::max(), but for due_at: there it is what an index is
// ordered by. A partial index is used only where the query repeats its condition.
constexpr const char* kFirst = R"sql(
CREATE TABLE entries (
    position INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    leaf INTEGER NOT NULL,
    leaves INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX entries_of ON entries (stream) WHERE stream <> 0;
CREATE INDEX entries_about ON entries (tenant, kind) WHERE stream = 0;

CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    customer INTEGER NOT NULL,
    turned_at INTEGER,
    wakes_at INTEGER
) STRICT;
CREATE UNIQUE INDEX streams_by_name ON streams (tenant, name);
CREATE INDEX streams_by_customer ON streams (customer) WHERE customer <> 0;

CREATE TABLE obligations (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    version INTEGER NOT NULL,
    clause INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    label TEXT NOT NULL,
    state INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    excuse INTEGER NOT NULL,
    extensions INTEGER NOT NULL,
    earlier_kept INTEGER NOT NULL,
    provisional INTEGER NOT NULL,
    started_at INTEGER,
    promised_at INTEGER,
    due_at INTEGER NOT NULL,
    first_due_at INTEGER,
    warns_at INTEGER,
    broken_at INTEGER,
    settled_at INTEGER,
    paused INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    good INTEGER NOT NULL,
    position INTEGER NOT NULL,
    leaf INTEGER NOT NULL
) STRICT;
CREATE INDEX obligations_of ON obligations (stream);
CREATE INDEX obligations_by_due ON obligations (tenant, state, due_at);
CREATE TABLE counts (
    tenant INTEGER NOT NULL,
    state INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;
CREATE TABLE facts (
    source INTEGER NOT NULL,
    id TEXT NOT NULL,
    stream INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    of INTEGER NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (of, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_member ON members (member);
CREATE TABLE measures (
    of INTEGER NOT NULL,
    at INTEGER NOT NULL,
    member INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    good INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (of, at, member, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX measures_by_member ON measures (of, member);

CREATE TABLE actions (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    target TEXT NOT NULL,
    cause INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    state INTEGER NOT NULL,
    body BLOB NOT NULL,
    answer TEXT NOT NULL,
    UNIQUE (tenant, key)
) STRICT;
CREATE INDEX actions_waiting ON actions (due_at) WHERE state = 0;
CREATE INDEX actions_by_target ON actions (tenant, target, state);

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    obligation INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    warning INTEGER NOT NULL,
    level INTEGER NOT NULL,
    addressee TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    climbs_at INTEGER,
    acknowledged_at INTEGER,
    acknowledged_by TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_of ON alerts (obligation);
CREATE INDEX alerts_by_tenant ON alerts (tenant);
CREATE INDEX alerts_open ON alerts (tenant) WHERE acknowledged_at IS NULL;
CREATE INDEX alerts_climbing ON alerts (climbs_at) WHERE climbs_at IS NOT NULL;

CREATE TABLE documents (
    tenant INTEGER NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, collection, id)
) STRICT;
CREATE UNIQUE INDEX documents_by_key ON documents (tenant, collection, key) WHERE key <> '';

CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    handle TEXT NOT NULL,
    wrapped_key BLOB NOT NULL,
    erased_at INTEGER
) STRICT;
CREATE UNIQUE INDEX customers_by_handle ON customers (tenant, handle) WHERE handle <> '';

CREATE TABLE tiles (
    tenant INTEGER NOT NULL,
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (tenant, level, number)
) STRICT;
CREATE TABLE checkpoints (
    tenant INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
)sql";

constexpr const char* kFund = R"sql(
CREATE TABLE payouts (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    obligation INTEGER NOT NULL,
    customer INTEGER NOT NULL,
    incident INTEGER NOT NULL,
    state INTEGER NOT NULL,
    acts_at INTEGER,
    body BLOB NOT NULL,
    position INTEGER NOT NULL,
    leaf INTEGER NOT NULL
) STRICT;
CREATE INDEX payouts_by_state ON payouts (tenant, state, id);
CREATE INDEX payouts_of ON payouts (obligation);
CREATE INDEX payouts_by_customer ON payouts (customer) WHERE customer <> 0;
CREATE INDEX payouts_by_incident ON payouts (tenant, incident, state, id) WHERE incident <> 0;
CREATE INDEX payouts_acting ON payouts (acts_at) WHERE acts_at IS NOT NULL;

CREATE TABLE postings (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account INTEGER NOT NULL,
    currency TEXT NOT NULL,
    minor INTEGER NOT NULL,
    payout INTEGER NOT NULL,
    promise TEXT NOT NULL,
    at INTEGER NOT NULL,
    day INTEGER NOT NULL
) STRICT;
CREATE INDEX postings_by_tenant ON postings (tenant);
CREATE TABLE posting_days (
    tenant INTEGER NOT NULL,
    day INTEGER NOT NULL,
    promise TEXT NOT NULL,
    currency TEXT NOT NULL,
    account INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    PRIMARY KEY (tenant, day, promise, currency, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE balances (
    tenant INTEGER NOT NULL,
    currency TEXT NOT NULL,
    account INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    PRIMARY KEY (tenant, currency, account)
) STRICT, WITHOUT ROWID;
)sql";

// What is paid once between several subjects is found by its key. Payouts from before have none.
constexpr const char* kPayoutKeys = R"sql(
ALTER TABLE payouts ADD COLUMN key TEXT NOT NULL DEFAULT '';
CREATE INDEX payouts_by_key ON payouts (tenant, key) WHERE key <> '';
)sql";

constexpr std::array kSteps{kFirst, kFund, kPayoutKeys};

}  // namespace

Error not_a_store() {
    return {.code = "not-a-store",
            .what = {"这是别的程序的 SQLite 文件", "it is another program's SQLite file"},
            .mend = {"指明一诺的库文件，或一个还不存在的文件",
                     "name a store of Yinuo, or a file that doesn't exist yet"}};
}

std::span<const char* const> layout_steps() { return kSteps; }

Result<int> layout_of(Connection& connection, std::span<const char* const> steps) {
    const auto application = connection.number("PRAGMA application_id");
    const auto layout = connection.number("PRAGMA user_version");
    if (application != kApplicationId) {
        const bool is_empty = connection.number("SELECT count(*) FROM sqlite_schema") == 0;
        if (application != 0 || layout != 0 || !is_empty) return refuse(not_a_store());
        return 0;
    }
    if (layout < 0 || layout > static_cast<std::int64_t>(steps.size())) {
        const auto has = std::to_string(layout), knows = std::to_string(steps.size());
        return refuse({.code = "store-too-new",
                       .what = {"库的布局是第 " + has + " 版，本程序只认得到第 " + knows + " 版",
                                "the store has layout " + has +
                                    "; this program knows layouts up to " + knows},
                       .mend = {"使用写过它的那个或更新的程序",
                                "use the program that wrote it, or a newer one"}});
    }
    return static_cast<int>(layout);
}

Result<void> bring_up_to_date(Connection& connection, std::span<const char* const> steps) {
    const auto layout = TRY(layout_of(connection, steps));
    for (auto step = static_cast<std::size_t>(layout); step < steps.size(); ++step) {
        connection.run("BEGIN IMMEDIATE");
        try {
            connection.run(steps[step]);
            connection.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
            connection.run(("PRAGMA user_version = " + std::to_string(step + 1)).c_str());
            connection.run("COMMIT");
        } catch (const Trouble&) {
            connection.give_up();
            throw;
        }
    }
    return {};
}

}  // namespace yinuo::store
