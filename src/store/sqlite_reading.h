// How the file's tables are read: the same by a Reading and by a Writing, each on its connection
// and inside the transaction that its owner began.
#pragma once

#include "store/sqlite_fund.h"

namespace yinuo::store {

// `Base` is Reading or Writing.
template <typename Base>
class SqliteReads : public SqliteFund<Base> {
public:
    using SqliteFund<Base>::SqliteFund;

    using TakeEntry = Reading::TakeEntry;
    Position last_position() override;
    std::optional<Entry> entry(Position) override;
    void entries_of(StreamId, Position from, const TakeEntry&) override;
    void entries_after(Position from, const TakeEntry&) override;
    void entries_about(TenantId, std::uint8_t kind, Position from, bool latest_first,
                       const TakeEntry&) override;

    std::optional<Stream> stream(StreamId) override;
    std::optional<Stream> find_stream(TenantId, std::string_view name) override;
    std::vector<Stream> streams(TenantId, std::string_view name_prefix, std::string_view after,
                                int limit) override;
    std::vector<Stream> streams_of_customer(CustomerId) override;
    void wakers(const std::function<void(Instant, StreamId)>& take) override;
    std::optional<ObligationRow> obligation(ObligationId) override;
    std::vector<ObligationRow> obligations_of(StreamId) override;
    std::vector<ObligationRow> obligations(const ObligationQuery&) override;
    std::vector<StateCount> count_by_state(TenantId) override;
    std::int64_t count_due(TenantId, std::uint8_t state, Instant from, Instant until) override;
    ObligationId last_obligation() override;

    std::int64_t find_source(TenantId, std::string_view name) override;
    std::string source_name(TenantId, std::int64_t source) override;
    StreamId find_fact(std::int64_t source, std::string_view id) override;

    std::vector<StreamId> members_of(StreamId group) override;
    std::vector<StreamId> groups_of(StreamId member) override;
    std::vector<Measure> measures(StreamId group, Instant from, Instant until) override;

    std::vector<Action> actions_due(Instant until, int limit) override;
    Instant next_action_at() override;
    std::vector<Action> actions(TenantId, std::string_view target, Action::State,
                                std::int64_t after, int limit) override;
    std::optional<Action> action(std::int64_t id) override;
    std::vector<Alert> alerts(TenantId, bool open_only, std::int64_t after, int limit) override;
    std::vector<Alert> alerts_of(ObligationId) override;
    std::optional<Alert> alert(std::int64_t id) override;
    std::vector<Alert> alerts_climbing(Instant until, int limit) override;
    Instant next_climb_at() override;

    std::optional<Document> document(TenantId, std::string_view collection,
                                     std::string_view id) override;
    std::optional<Document> document_by_key(TenantId, std::string_view collection,
                                            std::string_view key) override;
    std::vector<Document> documents(TenantId, std::string_view collection, std::string_view after,
                                    int limit) override;
    std::optional<Customer> customer(CustomerId) override;
    std::optional<Customer> find_customer(TenantId, std::string_view handle) override;
    std::vector<Customer> customers(CustomerId after, int limit) override;

    std::optional<Tile> tile(TenantId, std::int32_t level, std::int64_t index) override;
    Reading::Checkpoint checkpoint(TenantId) override;

protected:
    using SqliteFund<Base>::on_;
};

}  // namespace yinuo::store
