// Reading payouts and postings; SqliteReads (sqlite_reading.h) stands on it.
#pragma once

#include "store/sqlite.h"
#include "store/store.h"

namespace yinuo::store {

// `Base` is Reading or Writing.
template <typename Base>
class SqliteFund : public Base {
public:
    explicit SqliteFund(Connection& on) : on_(on) {}

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
    Connection& on_;
};

}  // namespace yinuo::store
