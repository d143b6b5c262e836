// One transaction of the file's only writer.
#pragma once

#include <map>

#include "store/sqlite_reading.h"

namespace yinuo::store {

class Desk;

class SqliteWriting : public SqliteReads<Writing> {
public:
    explicit SqliteWriting(Desk&);  // begins; the desk is the caller's alone until done()
    ~SqliteWriting() override;

    void commit() override;
    Position append(Entry) override;
    void put_stream(const Stream&) override;
    void put_obligation(const ObligationRow&) override;
    std::int64_t source(TenantId, std::string_view name) override;
    void put_fact(std::int64_t source, std::string_view id, StreamId) override;
    void put_member(StreamId group, StreamId member) override;
    void put_measures(StreamId group, StreamId member, const std::vector<Measure>&) override;
    std::int64_t put_action(const Action&) override;
    std::int64_t put_alert(const Alert&) override;
    bool put_document(const Document&) override;
    bool remove_document(TenantId, std::string_view collection, std::string_view id) override;
    CustomerId put_customer(const Customer&) override;
    void put_payout(const PayoutRow&) override;
    void put_posting(const PostingRow&) override;
    void put_tile(TenantId, const Tile&) override;
    void put_checkpoint(TenantId, const Checkpoint&) override;
    void drop_projections() override;

    Position last_position() override { return last_position_; }
    ObligationId last_obligation() override { return last_obligation_; }
    std::vector<StateCount> count_by_state(TenantId) override;

private:
    void write_counts();

    Desk& desk_;
    Position last_position_ = 0;
    StreamId last_stream_ = 0;
    ObligationId last_obligation_ = 0;
    std::map<std::pair<TenantId, std::uint8_t>, std::int64_t> counts_;  // not yet in the table
    bool erased_ = false;
    bool committed_ = false;
};

}  // namespace yinuo::store
