#include "store/memory_store.h"

#include <condition_variable>
#include <mutex>

#include "base/check.h"
#include "store/memory_reading.h"

namespace yinuo::store {

// `tables` belongs to the Writing while there is one, and is then changed under `mutex` only, which
// is what lets read() copy it. Readings between Writings share it; a Writing that begins while one
// does leaves it to them and goes on with a copy.
struct MemoryStore::Shared {
    std::mutex mutex;
    std::condition_variable free;
    bool is_written = false;
    bool must_restart = false;
    std::shared_ptr<MemoryTables> tables = std::make_shared<MemoryTables>();
    std::function<CommitFault()> on_commit;
};

namespace {

using Shared = MemoryStore::Shared;

Trouble disk_full() {
    return Trouble({.code = "disk-full",
                    .what = {"磁盘已满", "the disk is full"},
                    .mend = {"腾出空间后重试", "make room, then try again"}});
}

Trouble must_restart() {
    return Trouble(
        {.code = "store-must-restart",
         .what = {"磁盘没有确认最后一次提交", "the disk did not confirm the last commit"},
         .mend = {"重新启动程序", "restart the program"}});
}

// A row that can't stand beside another: a bug above, but told like a broken medium, because with
// a real one it could be either.
Trouble inconsistent(const char* zh, const char* en) {
    return Trouble({.code = "store-inconsistent", .what = {zh, en}, .mend = {}});
}

class MemoryReading : public MemoryReads<Reading> {
public:
    MemoryReading(Shared& shared, std::shared_ptr<MemoryTables> tables)
        : MemoryReads(std::move(tables)), shared_(shared) {}
    ~MemoryReading() override {
        const std::lock_guard lock(shared_.mutex);
        tables_.reset();
    }

private:
    Shared& shared_;
};

class MemoryWriting : public MemoryReads<Writing> {
    auto change(auto&& act) {
        check(!committed_);
        const std::lock_guard lock(shared_.mutex);
        return act(*tables_);
    }

    template <typename Table, typename Row>
    std::int64_t put_numbered(Table MemoryTables::* of, Row row) {
        return change([&](MemoryTables& tables) {
            auto& table = tables.*of;
            if (row.id == 0) row.id = table.last_key() + 1;
            table.put(row.id, row);
            return row.id;
        });
    }

public:
    explicit MemoryWriting(Shared& shared) : MemoryReads(shared.tables), shared_(shared) {}

    ~MemoryWriting() override {
        const std::lock_guard lock(shared_.mutex);
        if (!committed_) tables_->give_up();
        tables_.reset();
        shared_.is_written = false;
        shared_.free.notify_one();
    }

    void commit() override {
        check(!committed_);
        const auto fault = shared_.on_commit ? shared_.on_commit() : MemoryStore::CommitFault::None;
        const std::lock_guard lock(shared_.mutex);
        if (fault == MemoryStore::CommitFault::BeforeDisk) throw disk_full();
        tables_->keep();
        committed_ = true;
        if (fault == MemoryStore::CommitFault::AfterDisk) {
            shared_.must_restart = true;
            throw must_restart();
        }
    }

    Position append(Entry entry) override {
        return change([&](MemoryTables& tables) {
            entry.position = last_position() + 1;
            tables.entries.append(std::move(entry));
            return last_position();
        });
    }

    void put_stream(const Stream& stream) override {
        const auto known = find_stream(stream.tenant, stream.name);
        if (known && known->id != stream.id)
            throw inconsistent("两条流同名", "two streams have one name");
        change([&](MemoryTables& tables) { tables.streams.put(stream.id, stream); });
    }

    void put_obligation(const ObligationRow& row) override {
        change([&](MemoryTables& tables) { tables.obligations.put(row.id, row); });
    }

    std::int64_t source(TenantId tenant, std::string_view name) override {
        if (const auto known = find_source(tenant, name); known != 0) return known;
        return change([&](MemoryTables& tables) {
            const auto id = static_cast<std::int64_t>(tables.sources.rows().size()) + 1;
            tables.sources.put({tenant, std::string(name)}, {id});
            return id;
        });
    }

    void put_fact(std::int64_t source, std::string_view id, StreamId stream) override {
        change([&](MemoryTables& tables) { tables.facts.put({source, std::string(id)}, stream); });
    }

    void put_member(StreamId group, StreamId member) override {
        change([&](MemoryTables& tables) { tables.members.put({group, member}, {group, member}); });
    }

    void put_measures(StreamId group, StreamId member, const std::vector<Measure>& rows) override {
        change([&](MemoryTables& tables) {
            tables.measures.remove({group, member});
            if (rows.empty()) return;
            auto own = rows;
            for (auto& row : own) row.group = group, row.member = member;
            tables.measures.put({group, member}, std::move(own));
        });
    }

    std::int64_t put_action(const Action& action) override {
        const auto& keys = tables_->actions.index().by_key;
        const auto known = keys.find({action.tenant, action.key});
        if (known != keys.end() && action.id == 0) return known->second;
        if (known != keys.end() && known->second != action.id)
            throw inconsistent("两个动作同键", "two actions have one key");
        return put_numbered(&MemoryTables::actions, action);
    }

    std::int64_t put_alert(const Alert& alert) override {
        return put_numbered(&MemoryTables::alerts, alert);
    }

    bool put_document(const Document& document) override {
        const auto standing = this->document(document.tenant, document.collection, document.id);
        if ((standing ? standing->version : 0) != document.version - 1) return false;
        if (!document.key.empty()) {
            const auto other = document_by_key(document.tenant, document.collection, document.key);
            if (other && other->id != document.id) return false;
        }
        change([&](MemoryTables& tables) {
            tables.documents.put({document.tenant, document.collection, document.id}, document);
        });
        return true;
    }

    bool remove_document(TenantId tenant, std::string_view collection,
                         std::string_view id) override {
        return change([&](MemoryTables& tables) {
            return tables.documents.remove({tenant, std::string(collection), std::string(id)});
        });
    }

    CustomerId put_customer(const Customer& customer) override {
        const auto known = find_customer(customer.tenant, customer.handle);
        if (known && known->id != customer.id)
            throw inconsistent("两位客户同名", "two customers have one handle");
        return put_numbered(&MemoryTables::customers, customer);
    }

    void put_payout(const PayoutRow& row) override {
        change([&](MemoryTables& tables) { tables.payouts.put(row.id, row); });
    }

    void put_posting(const PostingRow& row) override { put_numbered(&MemoryTables::postings, row); }

    void put_tile(TenantId tenant, const Tile& tile) override {
        change([&](MemoryTables& tables) {
            tables.tiles.put({tenant, tile.level, tile.index}, tile);
        });
    }

    void put_checkpoint(TenantId tenant, const Checkpoint& checkpoint) override {
        change([&](MemoryTables& tables) {
            tables.checkpoints.put(tenant, {checkpoint.size, checkpoint.note});
        });
    }

    void drop_projections() override {
        change([](MemoryTables& tables) {
            tables.streams.clear();
            tables.obligations.clear();
            tables.facts.clear();
            tables.members.clear();
            tables.measures.clear();
            tables.payouts.clear();
            tables.postings.clear();
        });
    }

private:
    Shared& shared_;
    bool committed_ = false;
};

}  // namespace

MemoryStore::MemoryStore() : shared_(std::make_unique<Shared>()) {}
MemoryStore::~MemoryStore() = default;

std::unique_ptr<Writing> MemoryStore::write() {
    std::unique_lock lock(shared_->mutex);
    shared_->free.wait(lock, [&] { return !shared_->is_written; });
    if (shared_->must_restart) throw must_restart();
    if (shared_->tables.use_count() > 1)
        shared_->tables = std::make_shared<MemoryTables>(*shared_->tables);
    shared_->is_written = true;
    return std::make_unique<MemoryWriting>(*shared_);
}

std::unique_ptr<Reading> MemoryStore::read() {
    const std::lock_guard lock(shared_->mutex);
    auto tables = shared_->tables;
    if (shared_->is_written) {
        tables = std::make_shared<MemoryTables>(*tables);
        tables->give_up();
    }
    return std::make_unique<MemoryReading>(*shared_, std::move(tables));
}

Result<void> MemoryStore::backup(const std::string&) {
    return refuse({.code = "no-backup",
                   .what = {"内存中的库没有文件可备份", "a store in memory has no file to back up"},
                   .mend = {"使用 SQLite 库", "use a SQLite store"}});
}

Findings MemoryStore::examine() { return {}; }

void MemoryStore::on_commit(std::function<CommitFault()> fault) {
    shared_->on_commit = std::move(fault);
}

void MemoryStore::restart() {
    const std::lock_guard lock(shared_->mutex);
    shared_->must_restart = false;
}

}  // namespace yinuo::store
