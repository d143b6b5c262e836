#include "store/memory_fund.h"

#include <limits>

#include "store/memory_list.h"

namespace yinuo::store {
namespace {

constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
constexpr int kAll = std::numeric_limits<int>::max();

}  // namespace

template <typename Base>
std::optional<PayoutRow> MemoryFund<Base>::payout(PayoutId id) {
    const auto* row = tables_->payouts.find(id);
    return row == nullptr ? std::nullopt : std::optional(*row);
}

template <typename Base>
std::vector<PayoutRow> MemoryFund<Base>::payouts(const PayoutQuery& query) {
    const auto& index = tables_->payouts.index();
    if (!query.incident && query.state)
        return rows_by(index.by_state, std::tuple{query.tenant, *query.state, query.after},
                       tables_->payouts, query.limit, [&](const auto& at) {
                           return std::get<0>(at) == query.tenant &&
                                  std::get<1>(at) == *query.state;
                       });
    if (!query.incident)
        return rows_by(index.by_tenant, std::pair{query.tenant, query.after}, tables_->payouts,
                       query.limit, [&](const auto& at) { return at.first == query.tenant; });
    std::vector<PayoutRow> out;
    const std::tuple begin{query.tenant, *query.incident, query.after};
    for (auto i = index.by_incident.upper_bound(begin); i != index.by_incident.end(); ++i) {
        const auto& [tenant, incident, id] = *i;
        if (tenant != query.tenant || incident != *query.incident) break;
        if (static_cast<int>(out.size()) >= query.limit) break;
        const auto& row = *tables_->payouts.find(id);
        if (!query.state || row.state == *query.state) out.push_back(row);
    }
    return out;
}

template <typename Base>
std::vector<PayoutRow> MemoryFund<Base>::payouts_of(ObligationId obligation) {
    return rows_by(tables_->payouts.index().by_obligation, std::pair{obligation, std::int64_t{0}},
                   tables_->payouts, kAll, [&](const auto& at) { return at.first == obligation; });
}

template <typename Base>
std::vector<PayoutRow> MemoryFund<Base>::payouts_of_customer(CustomerId customer) {
    return rows_by(tables_->payouts.index().by_customer, std::pair{customer, std::int64_t{0}},
                   tables_->payouts, kAll, [&](const auto& at) { return at.first == customer; });
}

template <typename Base>
std::vector<PayoutRow> MemoryFund<Base>::payouts_of_key(TenantId tenant, std::string_view key) {
    const std::tuple begin{tenant, std::string(key), PayoutId{0}};
    return rows_by(
        tables_->payouts.index().by_key, begin, tables_->payouts, kAll,
        [&](const auto& at) { return std::get<0>(at) == tenant && std::get<1>(at) == key; });
}

template <typename Base>
std::vector<PayoutRow> MemoryFund<Base>::payouts_acting(Instant until, int limit) {
    return rows_by(tables_->payouts.index().acting, std::pair{Instant{-kLast}, std::int64_t{0}},
                   tables_->payouts, limit, [&](const auto& at) { return at.first <= until; });
}

template <typename Base>
Instant MemoryFund<Base>::next_payout_at() {
    const auto& acting = tables_->payouts.index().acting;
    return acting.empty() ? Instant::max() : acting.begin()->first;
}

template <typename Base>
std::vector<StateCount> MemoryFund<Base>::count_payouts(TenantId tenant,
                                                        std::optional<std::int64_t> incident) {
    std::map<std::uint8_t, std::int64_t> counts;
    for (const auto& row :
         payouts({.tenant = tenant, .state = {}, .incident = incident, .limit = kAll}))
        ++counts[row.state];
    std::vector<StateCount> out;
    for (const auto& [state, count] : counts) out.push_back({.state = state, .count = count});
    return out;
}

template <typename Base>
PayoutId MemoryFund<Base>::last_payout() {
    return tables_->payouts.last_key();
}

template <typename Base>
std::vector<PostingRow> MemoryFund<Base>::postings(TenantId tenant, std::int64_t after, int limit) {
    return rows_by(tables_->postings.index().by_tenant, std::pair{tenant, after}, tables_->postings,
                   limit, [&](const auto& at) { return at.first == tenant; });
}

template <typename Base>
std::vector<PostingSum> MemoryFund<Base>::balances(TenantId tenant) {
    std::vector<PostingSum> out;
    const auto& rows = tables_->postings.index().balances;
    for (auto i = rows.lower_bound({tenant, "", 0}); i != rows.end(); ++i) {
        const auto& [of, currency, account] = i->first;
        if (of != tenant) break;
        if (i->second != 0)
            out.push_back({.currency = currency, .account = account, .minor = i->second});
    }
    return out;
}

template <typename Base>
std::vector<PostingSum> MemoryFund<Base>::daily_sums(TenantId tenant, std::int32_t from,
                                                     std::int32_t until) {
    std::vector<PostingSum> out;
    const auto& rows = tables_->postings.index().days;
    for (auto i = rows.lower_bound({tenant, from, "", "", 0}); i != rows.end(); ++i) {
        const auto& [of, day, promise, currency, account] = i->first;
        if (of != tenant || day >= until) break;
        if (i->second != 0) out.push_back({day, promise, currency, account, i->second});
    }
    return out;
}

template class MemoryFund<Reading>;
template class MemoryFund<Writing>;

}  // namespace yinuo::store
