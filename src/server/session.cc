#include "server/session.h"

#include <algorithm>

#include "server/own_facts.h"

namespace yinuo::server {

bool may_see(const Session& who, const store::Stream& stream) {
    if (stream.tenant != who.tenant) return false;
    switch (who.role) {
        case Role::Guest:
        case Role::Operator: return false;
        case Role::Customer: return who.customer != 0 && stream.customer == who.customer;
        case Role::Partner:
            return std::ranges::any_of(who.subjects, [&](const auto& beginning) {
                return stream.name.starts_with(beginning);
            });
        case Role::Owner:
        case Role::Manager:
        case Role::Agent:
        case Role::SecondLine:
        case Role::Auditor:
        case Role::Key: return true;
    }
    return false;
}

bool may_report(const Session& who, std::string_view source) {
    return who.may.has(Permission::FactsWrite) && source != kOwnSource &&
           (who.sources.empty() || std::ranges::find(who.sources, source) != who.sources.end());
}

}  // namespace yinuo::server
