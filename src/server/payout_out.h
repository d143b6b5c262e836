// Payouts 赔付 as the API shows them, and to whom.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/paying.h"
#include "server/api.h"
#include "server/json_out.h"
#include "server/session.h"
#include "store/store.h"

namespace yinuo::server {

// May they see this payout? Whoever sees its subject does; a partner only where the remedy is
// charged on to those who lost the time, for the rest isn't theirs.
bool may_see(const Call&, store::Reading&, const store::PayoutRow&);

// The payout of that text ("pay_…") as far as who asks may see it. Refused alike, whatever the
// reason, when they may not.
Answered<engine::PayoutView> find_payout(const Call&, store::Reading&, std::string_view id);

// What concerns only the company (who pays it, who may approve it, who took the last step) is left
// out for customers and partners.
void write_payout(JsonOut&, const engine::PayoutView&, Role reader);

// {"minor":2000,"amount":"20.00","currency":"CNY"}
void write_money(JsonOut&, const Money&);
// Minor units as people write them: "20.00"; the same for a currency that ISO 4217 no longer knows.
std::string amount_text(std::int64_t minor, std::string_view currency);

// Does a person of this role reach the one that a payout asks for? Owners and managers reach all
// but the owner's; a program reaches none, for whoever agrees is a person.
bool reaches(Role, std::string_view asked);
Refusal does_not_reach(std::string_view asked);

}  // namespace yinuo::server
