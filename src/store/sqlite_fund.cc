#include "store/sqlite_fund.h"

#include <limits>

#include "store/sqlite_list.h"

namespace yinuo::store {
namespace {

#define PAYOUT                                                                                    \
    "SELECT id, tenant, stream, obligation, customer, incident, state, acts_at, body, position, " \
    "leaf, key FROM payouts "

constexpr int kAll = std::numeric_limits<int>::max();

PayoutRow payout_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .stream = row.integer(2),
            .obligation = row.integer(3),
            .customer = row.integer(4),
            .incident = row.integer(5),
            .state = number<std::uint8_t>(row, 6),
            .acts_at = row.instant(7),
            .body = row.text(8),
            .position = row.integer(9),
            .leaf = row.integer(10),
            .key = row.text(11)};
}

PostingRow posting_of(const Statement& row) {
    return {.id = row.integer(0),
            .tenant = row.integer(1),
            .position = row.integer(2),
            .account = number<std::uint8_t>(row, 3),
            .currency = row.text(4),
            .minor = row.integer(5),
            .payout = row.integer(6),
            .promise = row.text(7),
            .at = {row.integer(8)},
            .day = number<std::int32_t>(row, 9)};
}

PostingSum sum_of(const Statement& row) {
    return {.day = number<std::int32_t>(row, 0),
            .promise = row.text(1),
            .currency = row.text(2),
            .account = number<std::uint8_t>(row, 3),
            .minor = row.integer(4)};
}

StateCount count_of(const Statement& row) {
    return {.state = number<std::uint8_t>(row, 0), .count = row.integer(1)};
}

}  // namespace

template <typename Base>
std::optional<PayoutRow> SqliteFund<Base>::payout(PayoutId id) {
    return one(on_.use(PAYOUT "WHERE id = ?1", id), payout_of);
}

template <typename Base>
std::vector<PayoutRow> SqliteFund<Base>::payouts(const PayoutQuery& query) {
    const auto rows = [&](Statement found) {
        return list(std::move(found), query.limit, payout_of);
    };
    if (query.incident && query.state)
        return rows(on_.use(PAYOUT "WHERE tenant = ?1 AND incident = ?2 AND incident <> 0 AND "
                                   "state = ?3 AND id > ?4 ORDER BY id",
                            query.tenant, *query.incident, *query.state, query.after));
    if (query.incident)
        return rows(on_.use(PAYOUT "WHERE tenant = ?1 AND incident = ?2 AND incident <> 0 AND "
                                   "id > ?3 ORDER BY id",
                            query.tenant, *query.incident, query.after));
    if (query.state)
        return rows(on_.use(PAYOUT "WHERE tenant = ?1 AND state = ?2 AND id > ?3 ORDER BY id",
                            query.tenant, *query.state, query.after));
    return rows(
        on_.use(PAYOUT "WHERE tenant = ?1 AND id > ?2 ORDER BY id", query.tenant, query.after));
}

template <typename Base>
std::vector<PayoutRow> SqliteFund<Base>::payouts_of(ObligationId obligation) {
    return list(on_.use(PAYOUT "WHERE obligation = ?1 ORDER BY id", obligation), kAll, payout_of);
}

template <typename Base>
std::vector<PayoutRow> SqliteFund<Base>::payouts_of_customer(CustomerId customer) {
    return list(on_.use(PAYOUT "WHERE customer = ?1 AND customer <> 0 ORDER BY id", customer), kAll,
                payout_of);
}

template <typename Base>
std::vector<PayoutRow> SqliteFund<Base>::payouts_of_key(TenantId tenant, std::string_view key) {
    return list(
        on_.use(PAYOUT "WHERE tenant = ?1 AND key = ?2 AND key <> '' ORDER BY id", tenant, key),
        kAll, payout_of);
}

template <typename Base>
std::vector<PayoutRow> SqliteFund<Base>::payouts_acting(Instant until, int limit) {
    return list(on_.use(PAYOUT "WHERE acts_at IS NOT NULL AND acts_at <= ?1 ORDER BY acts_at, id",
                        until.millis),
                limit, payout_of);
}

template <typename Base>
Instant SqliteFund<Base>::next_payout_at() {
    auto rows =
        on_.use("SELECT acts_at FROM payouts WHERE acts_at IS NOT NULL ORDER BY acts_at LIMIT 1");
    return rows.step() ? Instant{rows.integer(0)} : Instant::max();
}

template <typename Base>
std::vector<StateCount> SqliteFund<Base>::count_payouts(TenantId tenant,
                                                        std::optional<std::int64_t> incident) {
    if (incident)
        return list(on_.use("SELECT state, count(*) FROM payouts WHERE tenant = ?1 AND "
                            "incident = ?2 AND incident <> 0 GROUP BY state ORDER BY state",
                            tenant, *incident),
                    kAll, count_of);
    return list(on_.use("SELECT state, count(*) FROM payouts WHERE tenant = ?1 GROUP BY state "
                        "ORDER BY state",
                        tenant),
                kAll, count_of);
}

template <typename Base>
PayoutId SqliteFund<Base>::last_payout() {
    return first_number(on_.use("SELECT max(id) FROM payouts"));
}

template <typename Base>
std::vector<PostingRow> SqliteFund<Base>::postings(TenantId tenant, std::int64_t after, int limit) {
    return list(on_.use("SELECT id, tenant, position, account, currency, minor, payout, promise, "
                        "at, day FROM postings WHERE tenant = ?1 AND id > ?2 ORDER BY id",
                        tenant, after),
                limit, posting_of);
}

template <typename Base>
std::vector<PostingSum> SqliteFund<Base>::balances(TenantId tenant) {
    return list(on_.use("SELECT 0, '', currency, account, minor FROM balances WHERE tenant = ?1 "
                        "AND minor <> 0 "
                        "ORDER BY currency, account",
                        tenant),
                kAll, sum_of);
}

template <typename Base>
std::vector<PostingSum> SqliteFund<Base>::daily_sums(TenantId tenant, std::int32_t from,
                                                     std::int32_t until) {
    return list(on_.use("SELECT day, promise, currency, account, minor FROM posting_days WHERE "
                        "tenant = ?1 AND day >= ?2 AND day < ?3 AND minor <> 0 "
                        "ORDER BY day, promise, currency, account",
                        tenant, from, until),
                kAll, sum_of);
}

template class SqliteFund<Reading>;
template class SqliteFund<Writing>;

}  // namespace yinuo::store
