#include "store/memory_reading.h"

#include <algorithm>
#include <limits>

#include "store/memory_list.h"

namespace yinuo::store {
namespace {

constexpr auto kLast = std::numeric_limits<std::int64_t>::max();

template <typename Row>
std::optional<Row> found(const Row* row) {
    if (row == nullptr) return std::nullopt;
    return *row;
}

// With `until` max, what has no instant at all is asked for too.
Instant open_end(Instant until) { return until == Instant::max() ? Instant{kLast} : until; }

bool is_asked(const ObligationQuery& query, const ObligationRow& row) {
    return (!query.stream || row.stream == *query.stream) &&
           (!query.version || row.version == *query.version);
}

// Those of one state, in the query's direction, no more than its limit.
void take_due(const MemoryTables& tables, const ObligationQuery& query,
              const std::set<ObligationIndex::Due>& dues, std::vector<ObligationRow>& out) {
    using Due = ObligationIndex::Due;
    Due from{query.due_from, 0}, until{open_end(query.due_until), 0};
    if (query.after_due_at) {
        const Due after{*query.after_due_at, query.after_id};
        if (query.latest_first)
            until = std::min(until, after);
        else
            from = std::max(from, {after.first, after.second + 1});
    }
    if (until < from) return;
    const auto begin = dues.lower_bound(from), end = dues.lower_bound(until);
    auto left = query.limit;
    const auto take = [&](const Due& due) {
        const auto& row = *tables.obligations.find(due.second);
        if (is_asked(query, row)) out.push_back(row), --left;
    };
    if (query.latest_first)
        for (auto i = end; left > 0 && i != begin;) take(*--i);
    else
        for (auto i = begin; left > 0 && i != end; ++i) take(*i);
}

constexpr int kAll = std::numeric_limits<int>::max();

}  // namespace

// --- the log

template <typename Base>
Position MemoryReads<Base>::last_position() {
    return static_cast<Position>(tables_->entries.rows().size());
}

template <typename Base>
std::optional<Entry> MemoryReads<Base>::entry(Position position) {
    if (position < 1 || position > last_position()) return std::nullopt;
    return tables_->entries.rows()[static_cast<std::size_t>(position - 1)];
}

template <typename Base>
void MemoryReads<Base>::entries_of(StreamId stream, Position from, const TakeEntry& take) {
    if (stream == 0) return;  // those about no stream have no order among themselves
    const auto& rows = tables_->entries.rows();
    // By number, and looked up anew: `take` may append.
    const auto& first = tables_->entries.of(stream);
    auto next = static_cast<std::size_t>(std::ranges::upper_bound(first, from) - first.begin());
    for (;; ++next) {
        const auto& positions = tables_->entries.of(stream);
        if (next >= positions.size()) return;
        if (!take(rows[static_cast<std::size_t>(positions[next] - 1)])) return;
    }
}

template <typename Base>
void MemoryReads<Base>::entries_after(Position from, const TakeEntry& take) {
    for (auto i = std::max<Position>(from, 0); i < last_position(); ++i)
        if (!take(tables_->entries.rows()[static_cast<std::size_t>(i)])) return;
}

template <typename Base>
void MemoryReads<Base>::entries_about(TenantId tenant, std::uint8_t kind, Position from,
                                      bool latest_first, const TakeEntry& take) {
    auto positions = tables_->entries.about(tenant, kind);  // a copy: `take` may append
    if (latest_first) {
        if (from == 0) from = kLast;
        std::erase_if(positions, [&](Position at) { return at >= from; });
        std::ranges::reverse(positions);
    } else {
        std::erase_if(positions, [&](Position at) { return at <= from; });
    }
    for (const Position at : positions)
        if (!take(tables_->entries.rows()[static_cast<std::size_t>(at - 1)])) return;
}

// --- streams and obligations

template <typename Base>
std::optional<Stream> MemoryReads<Base>::stream(StreamId id) {
    return found(tables_->streams.find(id));
}

template <typename Base>
std::optional<Stream> MemoryReads<Base>::find_stream(TenantId tenant, std::string_view name) {
    const auto& names = tables_->streams.index().by_name;
    const auto place = names.find({tenant, std::string(name)});
    if (place == names.end()) return std::nullopt;
    return stream(place->second);
}

template <typename Base>
std::vector<Stream> MemoryReads<Base>::streams(TenantId tenant, std::string_view name_prefix,
                                               std::string_view after, int limit) {
    std::vector<Stream> out;
    const auto& names = tables_->streams.index().by_name;
    auto i = names.lower_bound(std::pair{tenant, std::string(std::max(name_prefix, after))});
    for (; i != names.end() && static_cast<int>(out.size()) < limit; ++i) {
        const auto& [owner, name] = i->first;
        if (owner != tenant || !name.starts_with(name_prefix)) break;
        if (after.empty() || name != after) out.push_back(*tables_->streams.find(i->second));
    }
    return out;
}

template <typename Base>
std::vector<Stream> MemoryReads<Base>::streams_of_customer(CustomerId customer) {
    if (customer == 0) return {};
    return rows_by(tables_->streams.index().by_customer, std::pair{customer, StreamId{0}},
                   tables_->streams, kAll, [&](const auto& at) { return at.first == customer; });
}

template <typename Base>
void MemoryReads<Base>::wakers(const std::function<void(Instant, StreamId)>& take) {
    for (const auto& [id, at] : tables_->streams.index().wakers) take(at, id);
}

template <typename Base>
std::optional<ObligationRow> MemoryReads<Base>::obligation(ObligationId id) {
    return found(tables_->obligations.find(id));
}

template <typename Base>
std::vector<ObligationRow> MemoryReads<Base>::obligations_of(StreamId stream) {
    return rows_by(tables_->obligations.index().by_stream, std::pair{stream, ObligationId{0}},
                   tables_->obligations, kAll, [&](const auto& at) { return at.first == stream; });
}

template <typename Base>
std::vector<ObligationRow> MemoryReads<Base>::obligations(const ObligationQuery& query) {
    std::vector<ObligationRow> out;
    const auto& states = query.states;
    for (const auto& [of, dues] : tables_->obligations.index().by_due)
        if (of.first == query.tenant &&
            (states.empty() || std::ranges::find(states, of.second) != states.end()))
            take_due(*tables_, query, dues, out);
    std::ranges::sort(out, [&](const ObligationRow& a, const ObligationRow& b) {
        const std::pair left{a.due_at, a.id}, right{b.due_at, b.id};
        return query.latest_first ? right < left : left < right;
    });
    if (static_cast<int>(out.size()) > query.limit)
        out.resize(static_cast<std::size_t>(std::max(query.limit, 0)));
    return out;
}

template <typename Base>
std::vector<StateCount> MemoryReads<Base>::count_by_state(TenantId tenant) {
    std::vector<StateCount> out;
    for (const auto& [of, dues] : tables_->obligations.index().by_due)
        if (of.first == tenant && !dues.empty())
            out.push_back({of.second, static_cast<std::int64_t>(dues.size())});
    return out;
}

template <typename Base>
std::int64_t MemoryReads<Base>::count_due(TenantId tenant, std::uint8_t state, Instant from,
                                          Instant until) {
    const auto& by_due = tables_->obligations.index().by_due;
    const auto dues = by_due.find({tenant, state});
    if (dues == by_due.end() || from >= open_end(until)) return 0;
    const auto first = dues->second.lower_bound({from, ObligationId{0}});
    return std::distance(first, dues->second.lower_bound({open_end(until), ObligationId{0}}));
}

template <typename Base>
ObligationId MemoryReads<Base>::last_obligation() {
    return tables_->obligations.last_key();
}

// --- facts, keys across subjects

template <typename Base>
std::int64_t MemoryReads<Base>::find_source(TenantId tenant, std::string_view name) {
    const auto* row = tables_->sources.find({tenant, std::string(name)});
    return row == nullptr ? 0 : row->id;
}

template <typename Base>
std::string MemoryReads<Base>::source_name(TenantId tenant, std::int64_t source) {
    const auto& rows = tables_->sources.rows();
    for (auto i = rows.lower_bound({tenant, ""}); i != rows.end() && i->first.first == tenant; ++i)
        if (i->second.id == source) return i->first.second;
    return {};
}

template <typename Base>
StreamId MemoryReads<Base>::find_fact(std::int64_t source, std::string_view id) {
    const auto* stream = tables_->facts.find({source, std::string(id)});
    return stream == nullptr ? 0 : *stream;
}

template <typename Base>
std::vector<StreamId> MemoryReads<Base>::members_of(StreamId group) {
    std::vector<StreamId> out;
    const auto& rows = tables_->members.rows();
    for (auto i = rows.lower_bound({group, 0}); i != rows.end() && i->first.first == group; ++i)
        out.push_back(i->first.second);
    return out;
}

template <typename Base>
std::vector<StreamId> MemoryReads<Base>::groups_of(StreamId member) {
    std::vector<StreamId> out;
    const auto& index = tables_->members.index().by_member;
    for (auto i = index.lower_bound({member, 0}); i != index.end() && i->first == member; ++i)
        out.push_back(i->second);
    return out;
}

template <typename Base>
std::vector<Measure> MemoryReads<Base>::measures(StreamId group, Instant from, Instant until) {
    std::vector<Measure> out;
    const auto& index = tables_->measures.index().by_at;
    for (auto i = index.lower_bound({group, from, 0, 0}); i != index.end(); ++i) {
        if (std::get<0>(i->first) != group || i->second.at >= until) break;
        out.push_back(i->second);
    }
    return out;
}

// --- actions and alerts

template <typename Base>
std::vector<Action> MemoryReads<Base>::actions_due(Instant until, int limit) {
    return rows_by(tables_->actions.index().waiting, std::pair{Instant{-kLast}, std::int64_t{0}},
                   tables_->actions, limit, [&](const auto& at) { return at.first <= until; });
}

template <typename Base>
Instant MemoryReads<Base>::next_action_at() {
    const auto& waiting = tables_->actions.index().waiting;
    return waiting.empty() ? Instant::max() : waiting.begin()->first;
}

template <typename Base>
std::vector<Action> MemoryReads<Base>::actions(TenantId tenant, std::string_view target,
                                               Action::State state, std::int64_t after, int limit) {
    return rows_by(tables_->actions.index().by_target,
                   std::tuple{tenant, std::string(target), state, after}, tables_->actions, limit,
                   [&](const auto& at) {
                       return std::get<0>(at) == tenant && std::get<1>(at) == target &&
                              std::get<2>(at) == state;
                   });
}

template <typename Base>
std::optional<Action> MemoryReads<Base>::action(std::int64_t id) {
    return found(tables_->actions.find(id));
}

template <typename Base>
std::vector<Alert> MemoryReads<Base>::alerts(TenantId tenant, bool open_only, std::int64_t after,
                                             int limit) {
    const auto& index = tables_->alerts.index();
    return rows_by(open_only ? index.open : index.all, std::pair{tenant, after}, tables_->alerts,
                   limit, [&](const auto& at) { return at.first == tenant; });
}

template <typename Base>
std::vector<Alert> MemoryReads<Base>::alerts_of(ObligationId obligation) {
    return rows_by(tables_->alerts.index().by_obligation, std::pair{obligation, std::int64_t{0}},
                   tables_->alerts, kAll, [&](const auto& at) { return at.first == obligation; });
}

template <typename Base>
std::optional<Alert> MemoryReads<Base>::alert(std::int64_t id) {
    return found(tables_->alerts.find(id));
}

template <typename Base>
std::vector<Alert> MemoryReads<Base>::alerts_climbing(Instant until, int limit) {
    return rows_by(tables_->alerts.index().climbing, std::pair{Instant{-kLast}, std::int64_t{0}},
                   tables_->alerts, limit, [&](const auto& at) { return at.first <= until; });
}

template <typename Base>
Instant MemoryReads<Base>::next_climb_at() {
    const auto& climbing = tables_->alerts.index().climbing;
    return climbing.empty() ? Instant::max() : climbing.begin()->first;
}

// --- documents, customers, the transparency log

template <typename Base>
std::optional<Document> MemoryReads<Base>::document(TenantId tenant, std::string_view collection,
                                                    std::string_view id) {
    return found(tables_->documents.find({tenant, std::string(collection), std::string(id)}));
}

template <typename Base>
std::optional<Document> MemoryReads<Base>::document_by_key(TenantId tenant,
                                                           std::string_view collection,
                                                           std::string_view key) {
    const auto& keys = tables_->documents.index().by_key;
    const auto place = keys.find({tenant, std::string(collection), std::string(key)});
    if (place == keys.end()) return std::nullopt;
    return document(tenant, collection, place->second);
}

template <typename Base>
std::vector<Document> MemoryReads<Base>::documents(TenantId tenant, std::string_view collection,
                                                   std::string_view after, int limit) {
    std::vector<Document> out;
    const auto& rows = tables_->documents.rows();
    auto i = rows.upper_bound({tenant, std::string(collection), std::string(after)});
    for (; i != rows.end() && static_cast<int>(out.size()) < limit; ++i) {
        if (i->second.tenant != tenant || i->second.collection != collection) break;
        out.push_back(i->second);
    }
    return out;
}

template <typename Base>
std::optional<Customer> MemoryReads<Base>::customer(CustomerId id) {
    return found(tables_->customers.find(id));
}

template <typename Base>
std::optional<Customer> MemoryReads<Base>::find_customer(TenantId tenant, std::string_view handle) {
    const auto& handles = tables_->customers.index().by_handle;
    const auto place = handles.find({tenant, std::string(handle)});
    if (place == handles.end()) return std::nullopt;
    return customer(place->second);
}

template <typename Base>
std::vector<Customer> MemoryReads<Base>::customers(CustomerId after, int limit) {
    std::vector<Customer> out;
    const auto& rows = tables_->customers.rows();
    for (auto i = rows.upper_bound(after); i != rows.end(); ++i) {
        if (static_cast<int>(out.size()) >= limit) break;
        out.push_back(i->second);
    }
    return out;
}

template <typename Base>
std::optional<Tile> MemoryReads<Base>::tile(TenantId tenant, std::int32_t level,
                                            std::int64_t index) {
    return found(tables_->tiles.find({tenant, level, index}));
}

template <typename Base>
Reading::Checkpoint MemoryReads<Base>::checkpoint(TenantId tenant) {
    const auto* row = tables_->checkpoints.find(tenant);
    return row == nullptr ? Reading::Checkpoint{} : Reading::Checkpoint{row->size, row->note};
}

template class MemoryReads<Reading>;
template class MemoryReads<Writing>;

}  // namespace yinuo::store
