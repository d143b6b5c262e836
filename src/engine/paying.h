// 赔付: from what became owed to what has arrived, and the guarantee fund it comes from.
//
// A remedy that a turn records becomes a payout in the same commit: nothing is owed that nobody
// pays, and a crash can't come between. Each step of a payout (remedy/payout.h) is an entry of its
// subject's stream with a leaf of its own, the payout's row, the postings that the step means and,
// once money is set aside, an action of topic "payout" whose key is the payout's id: whoever pays
// hears that key with every attempt, so that a second time has no second effect.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "remedy/payout.h"
#include "time/civil.h"

namespace yinuo::engine {

inline constexpr std::string_view kPayoutTopic = "payout";  // store::Action::topic

std::string payout_text(store::PayoutId);  // "pay_" and the number in base 32, like obligations'
Result<store::PayoutId> parse_payout(std::string_view text);

// A payout's row, opened.
struct PayoutView {
    store::PayoutRow row;
    remedy::Payout payout;
    std::string subject;               // the stream's name: "order/4711"
    std::string promise;               // "same-day-install@3"
    std::string remedy;                // its name there
    std::int32_t remedy_index = 0;     // in Promise::remedies
    std::int32_t gift_index = 0;       // in Remedy::gifts
    std::string payee;                 // empty: the customer of the subject
    std::string kind;                  // of the gift: "bill credit", "data", "apology"
    std::string unit;                  // currency code, "MB"; empty: not countable
    std::vector<std::string> choices;  // what the customer may choose between; empty: nothing
    std::string connector;             // who pays this kind, by the policy
    std::string role;                  // while approving: who may
    std::string why;                   // of the latest step: failed, refused or lessened because
    std::string by;                    // who took the latest step: Actor::name, "system"
    store::PayoutId takes_back = 0;    // the payout that this one takes back
    bool statutory = false;            // owed by law: no cap, no budget, no stacking holds it
    // What the remedy said, before caps and what doesn't stack; `payout` has what is meant to be paid.
    Decimal owed;
    std::int64_t owed_minor = 0;  // the same, if it is money
    Instant owed_at;
    Instant changed_at;
};
// Refuses ("log-entry-unreadable") what it can't have written.
Result<PayoutView> open_payout(const store::PayoutRow&);

// 同一事由: what of this obligation isn't owed because another subject's or promise's remedy for the
// same failure is the larger one (of equals the one that came first).
struct Outdone {
    std::string remedy, payee, unit;
    Text why;
};
std::vector<Outdone> outdone(store::Reading&, const Shelf&, store::ObligationId);

// One step, by whom it says: what only the policy can know of the command (`needs_approval`,
// `has_funds`) is found out here. Refuses what remedy::step() refuses, an unknown payout, one of
// another tenant ("no-payout"), a choice that isn't offered ("no-such-choice"), an approval by who
// recorded its cause ("same-person"), funding what the fund or a budget doesn't hold
// ("fund-too-small"), refusing without saying why ("needs-reason") and texts above 500 bytes.
// Whoever pays takes Send before it acts, and acts only when that wasn't refused.
Result<PayoutView> take_step(Turns&, const Actor&, store::PayoutId, remedy::PayoutCommand);

// Money into and out of the fund by hand. `reference`: what the books call it, shown in the ledger.
enum class FundMove : std::uint8_t { Deposit, Withdraw, Recover };
struct FundWish {
    FundMove move = FundMove::Deposit;
    Money money;
    std::string reference;
    std::string promise = {};    // Recover: for which promise, its name
    store::PayoutId payout = 0;  // Recover: for which payout
    std::string partner = {};    // Recover: from whom
};
// Refuses an amount that isn't positive and a withdrawal of more than is free ("fund-too-small").
// What waits for funds goes on, the oldest first, as far as it reaches.
Result<store::Position> move_money(Turns&, const Actor&, const FundWish&);

// How a company pays: one document ("fund", "policy") that owners change; the change is audited.
struct FundPolicy {
    struct Approval {  // above this, somebody of the role must agree
        Money above;
        std::string role;  // as server::user_role spells it
    };
    struct Budget {           // no more in one period is set aside for the promise
        std::string promise;  // its name; empty: all of them
        enum class Period : std::uint8_t { Month, Quarter, Year, Ever } period = Period::Month;
        Money most;
    };
    struct Cap {  // no customer gets more in a period; statutory remedies aren't counted
        Budget::Period period = Budget::Period::Month;
        Money most;
    };
    struct Pays {          // who pays a kind of gift
        std::string kind;  // empty: every other
        std::string connector;
    };
    std::vector<Approval> approvals = {};  // rising
    std::vector<Budget> budgets = {};
    std::vector<Cap> caps = {};
    // Nobody named: "sandbox" in a demo, otherwise "hand": a person does it and confirms; there is no
    // action then. What isn't countable (an apology) goes to "notice" unless its kind is named.
    std::vector<Pays> pays = {};
    std::string zone = "Asia/Shanghai";  // whose days the ledger closes by
    Millis offers_expire_after = hours(24 * 30);
    bool overdraws = false;  // what is owed is set aside even when the fund has too little
    std::int64_t etag = 0;
};
FundPolicy fund_policy(store::Reading&, store::TenantId);

// A budget's period in hand, and what of it is used: set aside, paid, less what was taken back.
struct BudgetUse {
    Date from, until;  // [from, until)
    std::int64_t minor = 0;
};
BudgetUse use_of(store::Reading&, store::TenantId, const FundPolicy::Budget&, Date today);
// Refuses a stale etag ("stale") and what makes no sense ("bad-policy").
Result<FundPolicy> put_fund_policy(Turns&, const Actor&, FundPolicy);

}  // namespace yinuo::engine
