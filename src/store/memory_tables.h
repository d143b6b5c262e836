// The tables of a MemoryStore: maps with an undo log, so that giving a Writing up is exact and
// costs what was written, not what is stored.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "store/rows.h"

namespace yinuo::store {

// Rows by key. `Index` follows every change through its add(row) and remove(row), also backwards.
template <typename Key, typename Row, typename Index>
class Table {
public:
    const Row* find(const Key& key) const {
        const auto found = rows_.find(key);
        return found == rows_.end() ? nullptr : &found->second;
    }

    void put(const Key& key, Row row) {
        auto [place, is_new] = rows_.try_emplace(key);
        if (is_new) {
            undo_.emplace_back(key, std::nullopt);
        } else {
            index_.remove(place->second);
            undo_.emplace_back(key, std::move(place->second));
        }
        place->second = std::move(row);
        index_.add(place->second);
    }

    bool remove(const Key& key) {
        const auto found = rows_.find(key);
        if (found == rows_.end()) return false;
        index_.remove(found->second);
        undo_.emplace_back(key, std::move(found->second));
        rows_.erase(found);
        return true;
    }

    void clear() {
        while (!rows_.empty()) remove(rows_.begin()->first);
    }

    void keep() { undo_.clear(); }

    void give_up() {
        for (; !undo_.empty(); undo_.pop_back()) {
            auto& [key, before] = undo_.back();
            const auto place = rows_.find(key);
            if (place != rows_.end()) {
                index_.remove(place->second);
                rows_.erase(place);
            }
            if (before) index_.add(rows_.emplace(key, std::move(*before)).first->second);
        }
    }

    const std::map<Key, Row>& rows() const { return rows_; }
    const Index& index() const { return index_; }
    std::int64_t last_key() const
        requires std::same_as<Key, std::int64_t>
    {
        return rows_.empty() ? 0 : rows_.rbegin()->first;
    }

private:
    std::map<Key, Row> rows_;
    Index index_;
    std::vector<std::pair<Key, std::optional<Row>>> undo_;
};

struct NoIndex {
    void add(const auto&) {}
    void remove(const auto&) {}
};

// The log only grows, so undoing it is forgetting its end.
class EntryTable {
public:
    const std::deque<Entry>& rows() const { return rows_; }
    const std::vector<Position>& of(StreamId stream) const { return at(of_, stream); }
    const std::vector<Position>& about(TenantId tenant, std::uint8_t kind) const {
        return at(about_, std::pair{tenant, kind});
    }

    void append(Entry entry) {
        index_of(entry).push_back(entry.position);
        rows_.push_back(std::move(entry));
    }
    void keep() { kept_ = rows_.size(); }
    void give_up() {
        for (; rows_.size() > kept_; rows_.pop_back()) index_of(rows_.back()).pop_back();
    }

private:
    static const std::vector<Position>& at(const auto& index, const auto& key) {
        static const std::vector<Position> kNone;
        const auto found = index.find(key);
        return found == index.end() ? kNone : found->second;
    }
    std::vector<Position>& index_of(const Entry& entry) {
        return entry.stream == 0 ? about_[{entry.tenant, entry.kind}] : of_[entry.stream];
    }

    std::deque<Entry> rows_;  // a deque: a `take` may append while it holds an entry
    std::unordered_map<StreamId, std::vector<Position>> of_;
    std::map<std::pair<TenantId, std::uint8_t>, std::vector<Position>> about_;
    std::size_t kept_ = 0;
};

struct StreamIndex {
    std::map<std::pair<TenantId, std::string>, StreamId, std::less<>> by_name;
    std::set<std::pair<CustomerId, StreamId>> by_customer;
    std::map<StreamId, Instant> wakers;
    void add(const Stream& row) {
        by_name[{row.tenant, row.name}] = row.id;
        if (row.wakes_at != Instant::max()) wakers[row.id] = row.wakes_at;
        if (row.customer != 0) by_customer.emplace(row.customer, row.id);
    }
    void remove(const Stream& row) {
        by_name.erase({row.tenant, row.name});
        wakers.erase(row.id);
        by_customer.erase({row.customer, row.id});
    }
};

struct ObligationIndex {
    std::set<std::pair<StreamId, ObligationId>> by_stream;
    using Due = std::pair<Instant, ObligationId>;
    std::map<std::pair<TenantId, std::uint8_t>, std::set<Due>> by_due;  // of a tenant and state
    void add(const ObligationRow& row) {
        by_stream.emplace(row.stream, row.id);
        by_due[{row.tenant, row.state}].emplace(row.due_at, row.id);
    }
    void remove(const ObligationRow& row) {
        by_stream.erase({row.stream, row.id});
        by_due[{row.tenant, row.state}].erase({row.due_at, row.id});
    }
};

struct SourceRow {
    std::int64_t id = 0;
};

struct MemberRow {
    StreamId group = 0;
    StreamId member = 0;
};
struct MemberIndex {
    std::set<std::pair<StreamId, StreamId>> by_member;
    void add(const MemberRow& row) { by_member.emplace(row.member, row.group); }
    void remove(const MemberRow& row) { by_member.erase({row.member, row.group}); }
};

struct MeasureIndex {
    using Key = std::tuple<StreamId, Instant, StreamId, std::int32_t>;
    std::map<Key, Measure> by_at;
    static Key key(const Measure& row) { return {row.group, row.at, row.member, row.ordinal}; }
    void add(const std::vector<Measure>& rows) {
        for (const auto& row : rows) by_at.insert_or_assign(key(row), row);
    }
    void remove(const std::vector<Measure>& rows) {
        for (const auto& row : rows) by_at.erase(key(row));
    }
};

struct ActionIndex {
    std::set<std::pair<Instant, std::int64_t>> waiting;
    std::map<std::pair<TenantId, std::string>, std::int64_t> by_key;
    std::set<std::tuple<TenantId, std::string, Action::State, std::int64_t>> by_target;
    void add(const Action& row) {
        if (row.state == Action::State::Waiting) waiting.emplace(row.due_at, row.id);
        by_key[{row.tenant, row.key}] = row.id;
        by_target.emplace(row.tenant, row.target, row.state, row.id);
    }
    void remove(const Action& row) {
        waiting.erase({row.due_at, row.id});
        by_key.erase({row.tenant, row.key});
        by_target.erase({row.tenant, row.target, row.state, row.id});
    }
};

struct AlertIndex {
    std::set<std::pair<TenantId, std::int64_t>> all;
    std::set<std::pair<TenantId, std::int64_t>> open;
    std::set<std::pair<Instant, std::int64_t>> climbing;
    std::set<std::pair<ObligationId, std::int64_t>> by_obligation;
    void add(const Alert& row) {
        all.emplace(row.tenant, row.id);
        if (row.acknowledged_at == Instant::max()) open.emplace(row.tenant, row.id);
        if (row.climbs_at != Instant::max()) climbing.emplace(row.climbs_at, row.id);
        by_obligation.emplace(row.obligation, row.id);
    }
    void remove(const Alert& row) {
        all.erase({row.tenant, row.id});
        open.erase({row.tenant, row.id});
        climbing.erase({row.climbs_at, row.id});
        by_obligation.erase({row.obligation, row.id});
    }
};

struct DocumentIndex {
    std::map<std::tuple<TenantId, std::string, std::string>, std::string> by_key;  // the id
    void add(const Document& row) {
        if (!row.key.empty()) by_key[{row.tenant, row.collection, row.key}] = row.id;
    }
    void remove(const Document& row) {
        if (!row.key.empty()) by_key.erase({row.tenant, row.collection, row.key});
    }
};

struct CustomerIndex {
    std::map<std::pair<TenantId, std::string>, CustomerId> by_handle;
    void add(const Customer& row) {
        if (!row.handle.empty()) by_handle[{row.tenant, row.handle}] = row.id;
    }
    void remove(const Customer& row) {
        if (!row.handle.empty()) by_handle.erase({row.tenant, row.handle});
    }
};

struct PayoutIndex {
    std::set<std::tuple<TenantId, std::uint8_t, PayoutId>> by_state;
    std::set<std::pair<TenantId, PayoutId>> by_tenant;
    std::set<std::tuple<TenantId, std::int64_t, PayoutId>> by_incident;
    std::set<std::pair<ObligationId, PayoutId>> by_obligation;
    std::set<std::pair<CustomerId, PayoutId>> by_customer;
    std::set<std::tuple<TenantId, std::string, PayoutId>> by_key;
    std::set<std::pair<Instant, PayoutId>> acting;
    void add(const PayoutRow& row) {
        by_state.emplace(row.tenant, row.state, row.id);
        by_tenant.emplace(row.tenant, row.id);
        if (row.incident != 0) by_incident.emplace(row.tenant, row.incident, row.id);
        by_obligation.emplace(row.obligation, row.id);
        if (row.customer != 0) by_customer.emplace(row.customer, row.id);
        if (!row.key.empty()) by_key.emplace(row.tenant, row.key, row.id);
        if (row.acts_at != Instant::max()) acting.emplace(row.acts_at, row.id);
    }
    void remove(const PayoutRow& row) {
        by_state.erase({row.tenant, row.state, row.id});
        by_tenant.erase({row.tenant, row.id});
        by_incident.erase({row.tenant, row.incident, row.id});
        by_obligation.erase({row.obligation, row.id});
        by_customer.erase({row.customer, row.id});
        by_key.erase({row.tenant, row.key, row.id});
        acting.erase({row.acts_at, row.id});
    }
};

struct PostingIndex {
    std::set<std::pair<TenantId, std::int64_t>> by_tenant;
    std::map<std::tuple<TenantId, std::string, std::uint8_t>, std::int64_t> balances;
    using Day = std::tuple<TenantId, std::int32_t, std::string, std::string, std::uint8_t>;
    std::map<Day, std::int64_t> days;
    void add(const PostingRow& row) {
        by_tenant.emplace(row.tenant, row.id);
        count(row, row.minor);
    }
    void remove(const PostingRow& row) {
        by_tenant.erase({row.tenant, row.id});
        count(row, -row.minor);
    }

private:
    void count(const PostingRow& row, std::int64_t minor) {
        balances[{row.tenant, row.currency, row.account}] += minor;
        days[{row.tenant, row.day, row.promise, row.currency, row.account}] += minor;
    }
};

struct CheckpointRow {
    std::int64_t size = 0;
    std::string note;
};

struct MemoryTables {
    EntryTable entries;
    Table<StreamId, Stream, StreamIndex> streams;
    Table<ObligationId, ObligationRow, ObligationIndex> obligations;
    Table<std::pair<TenantId, std::string>, SourceRow, NoIndex> sources;
    Table<std::pair<std::int64_t, std::string>, StreamId, NoIndex> facts;
    Table<std::pair<StreamId, StreamId>, MemberRow, MemberIndex> members;
    Table<std::pair<StreamId, StreamId>, std::vector<Measure>, MeasureIndex> measures;
    Table<std::int64_t, Action, ActionIndex> actions;
    Table<std::int64_t, Alert, AlertIndex> alerts;
    Table<std::tuple<TenantId, std::string, std::string>, Document, DocumentIndex> documents;
    Table<CustomerId, Customer, CustomerIndex> customers;
    Table<PayoutId, PayoutRow, PayoutIndex> payouts;
    Table<std::int64_t, PostingRow, PostingIndex> postings;
    Table<std::tuple<TenantId, std::int32_t, std::int64_t>, Tile, NoIndex> tiles;
    Table<TenantId, CheckpointRow, NoIndex> checkpoints;

    void each(auto&& act) {
        act(entries), act(streams), act(obligations), act(sources), act(facts), act(members);
        act(measures), act(actions), act(alerts), act(documents), act(customers), act(tiles);
        act(checkpoints), act(payouts), act(postings);
    }
    void keep() {
        each([](auto& table) { table.keep(); });
    }
    void give_up() {
        each([](auto& table) { table.give_up(); });
    }
};

}  // namespace yinuo::store
