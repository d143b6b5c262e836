// Reading payouts and postings; MemoryReads (memory_reading.h) stands on it.
#pragma once

#include <memory>

#include "store/memory_tables.h"
#include "store/store.h"

namespace yinuo::store {

// `Base` is Reading or Writing.
template <typename Base>
class MemoryFund : public Base {
public:
    explicit MemoryFund(std::shared_ptr<MemoryTables> tables) : tables_(std::move(tables)) {}

    std::optional<PayoutRow> payout(PayoutId) override;
    std::vector<PayoutRow> payouts(const PayoutQuery&) override;
    std::vector<PayoutRow> payouts_of(ObligationId) override;
    std::vector<PayoutRow> payouts_of_customer(CustomerId) override;
    std::vector<PayoutRow> payouts_of_key(TenantId, std::string_view) override;
    std::vector<PayoutRow> payouts_acting(Instant until, int limit) override;
    Instant next_payout_at() override;
    std::vector<StateCount> count_payouts(TenantId, std::optional<std::int64_t> incident) override;
    PayoutId last_payout() override;
    std::vector<PostingRow> postings(TenantId, std::int64_t after, int limit) override;
    std::vector<PostingSum> balances(TenantId) override;
    std::vector<PostingSum> daily_sums(TenantId, std::int32_t from, std::int32_t until) override;

protected:
    std::shared_ptr<MemoryTables> tables_;
};

}  // namespace yinuo::store
