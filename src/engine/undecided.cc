#include "engine/undecided.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace yinuo::engine {
namespace {

constexpr std::string_view kClaims[] = {"", "claim/claimed", "claim/confirmed", "claim/rejected"};
constexpr std::string_view kExcuses[] = {"", "excuse/withheld", "excuse/released", "excuse/waived"};

// Sorts as the numbers do.
std::string padded(store::ObligationId id) {
    const auto digits = std::to_string(id);
    return std::string(19 - std::min<std::size_t>(19, digits.size()), '0') + digits;
}

void move(store::Writing& rows, const store::ObligationRow& row, std::string_view from,
          std::string_view to) {
    if (from == to) return;
    if (!from.empty()) rows.remove_document(row.tenant, from, padded(row.id));
    if (!to.empty())
        rows.put_document({.tenant = row.tenant,
                           .collection = std::string(to),
                           .id = padded(row.id),
                           .key = {},
                           .body = "{}"});
}

std::vector<store::ObligationId> those_in(store::Reading& rows, store::TenantId tenant,
                                          std::string_view collection, store::ObligationId after,
                                          int limit) {
    std::vector<store::ObligationId> ids;
    if (collection.empty()) return ids;
    for (const auto& one : rows.documents(tenant, collection, padded(after), limit)) {
        store::ObligationId id = 0;
        std::from_chars(one.id.data(), one.id.data() + one.id.size(), id);
        ids.push_back(id);
    }
    return ids;
}

}  // namespace

void note_decisions(store::Writing& rows, const store::ObligationRow& before,
                    const store::ObligationRow& now) {
    move(rows, now, kClaims[before.claim], kClaims[now.claim]);
    move(rows, now, kExcuses[before.excuse], kExcuses[now.excuse]);
}

std::vector<store::ObligationId> claims_that(store::Reading& rows, store::TenantId tenant,
                                             promise::Claim claim, store::ObligationId after,
                                             int limit) {
    return those_in(rows, tenant, kClaims[static_cast<std::size_t>(claim)], after, limit);
}

std::vector<store::ObligationId> excuses_that(store::Reading& rows, store::TenantId tenant,
                                              promise::Excuse excuse, store::ObligationId after,
                                              int limit) {
    return those_in(rows, tenant, kExcuses[static_cast<std::size_t>(excuse)], after, limit);
}

}  // namespace yinuo::engine
