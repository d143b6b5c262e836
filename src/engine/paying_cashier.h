// 出纳: what stands behind paying.h in the engine's thread. Inside the room.
//
// Keeps in memory what every payout asks for: how each company pays, its fund's balances, what
// budgets and customers' caps have used up. All of it can be read from the rows again; forget() is
// called when a commit has failed.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/incidents_desk.h"
#include "engine/paying.h"
#include "engine/paying_entry.h"
#include "engine/paying_failure.h"
#include "engine/shelf.h"
#include "promise/promise.h"
#include "remedy/entries.h"
#include "store/store.h"

namespace yinuo::engine {

struct Group;
class Turner;
class Cashier;

// What a step is written through.
struct Till {
    Group& group;
    Turner& turner;
    Cashier& cashier;
};

// Does a posting of this promise and account use the budget up?
bool is_used_by(const FundPolicy::Budget&, std::string_view promise, std::string_view currency,
                remedy::Account);

inline constexpr std::string_view kByHand = "hand";  // a connector that nobody need be told of

class Cashier {
public:
    explicit Cashier(Shelf& shelf) : shelf_(shelf), incidents_(shelf) {}

    void begin(store::Reading&);  // of the program: continues its numbers
    void forget();
    void policy_changed(store::TenantId);  // by put_fund_policy()

    // One remedy entry that a turn has written down.
    struct Owed {
        const remedy::Entry& entry;
        const Version& version;
        store::ObligationId obligation = 0;
        std::vector<std::string> choices = {};
        std::string key = {};  // remedy::key_of
    };
    // Everything that one turn has written down, after it.
    void owe(const Till&, const store::Stream&, std::span<const Owed>);

    Result<PayoutView> take_step(const Till&, const Actor&, store::PayoutId, remedy::PayoutCommand);
    Result<store::Position> move_money(const Till&, const Actor&, const FundWish&);

    // Offers that have expired, and what waited for funds that are there now; at most `most` of each.
    void tend(const Till&, int most);
    // paying_incidents.cc
    IncidentDesk& incidents() { return incidents_; }
    // A turn has found this one broken: it joins the incidents that it is of; before owe().
    void meet_incidents(const Till&, const store::Stream&, const store::ObligationRow&);
    // What isn't on its way to a member waits for the decision.
    void hold(const Till&, const Incident&, const store::ObligationRow&);
    // What waited for the decision goes on, and the decision's gift is given unless it was. True: it
    // was given now.
    bool serve(const Till&, const Incident&, const store::ObligationRow&);

    // When tend() has something to do, besides Reading::next_payout_at(); max: never.
    Instant next_at() const;

private:
    struct Books {                // of one tenant
        bool is_current = false;  // the policy is what the document says
        FundPolicy policy;
        const Zone* zone = nullptr;
        remedy::Balances balances;
        std::vector<BudgetUse> uses;         // by the policy's budgets
        store::PayoutId looked_at = 0;       // of those that wait, up to here
        std::set<std::string> held_up = {};  // currencies in which one of these lacks funds
        Instant renews_at = Instant::max();  // a budget that something waits for
    };
    using Taken = std::map<std::pair<std::string, int>, std::int64_t>;  // by currency and month

    enum class Funds : std::uint8_t { Enough, FundTooSmall, OverBudget };

    // paying_cashier.cc
    Books& books(const Till&, store::TenantId);
    PayoutView record(const Till&, PayoutEntry, std::int64_t counted_before);
    void post(const Till&, Books&, const store::Entry&, std::int32_t day,
              const std::string& promise, store::PayoutId, const std::vector<remedy::Posting>&);
    void put_order(const Till&, const PayoutView&, bool anew);
    void withdraw_order(const Till&, const PayoutView&);
    PayoutView apply(const Till&, PayoutEntry, remedy::PayoutTurn, remedy::PayoutStep,
                     std::string_view by, std::string why);
    void look_again(store::TenantId, Books&);
    void go_on(const Till&, store::TenantId, int most);

    // paying_rules.cc
    Funds funds_for(const Till&, Books&, const PayoutView&);
    const BudgetUse& use_in_hand(const Till&, Books&, store::TenantId, std::size_t budget);
    void waits(const Till&, Books&, const PayoutView&);
    std::string role_for(const Till&, const Books&, const PayoutView&);
    std::string connector_for(const Till&, const Books&, const PayoutView&) const;
    void cut_to_cap(const Till&, Books&, PayoutView&);
    // What a payout adds to what its customer's cap is held to: minor units; below 0: taken back.
    static std::int64_t counted(const PayoutView&);
    void count(const Books&, const PayoutView&, std::int64_t minor);
    Taken& taken_by(const Till&, const Books&, store::CustomerId);
    Result<void> may_approve(const Till&, const Actor&, const PayoutView&);

    // paying_owing.cc
    struct Taking {  // off the payouts of one remedy of one obligation
        Decimal amount;
        std::int64_t minor = 0;  // the same, if it is money
        Instant at;              // of the increase that it is about
        bool of_others = false;  // when that isn't enough, of other increases, too
        bool unsent_only = false;
        std::string_view why;  // of what isn't paid at all
    };
    void give(const Till&, const store::Stream&, const Owed&);
    void start(const Till&, PayoutEntry, bool even_nothing);
    void take_back(const Till&, const store::Stream&, const Owed&);
    Decimal take_off(const Till&, const std::vector<PayoutEntry>& all, const Taking&);  // how much
    void begin_back(const Till&, const PayoutView& paid, const Decimal& amount, std::int64_t minor);
    void drop_backs(const Till&, const PayoutView& abandoned);

    // paying_sharing.cc
    bool is_shared(const Till&, const PayoutView&) const;
    void share(const Till&, PayoutView&);
    bool make_room(const Till&, Failure, const PayoutView&);
    void take_back_shared(const Till&, const PayoutView&, Instant at);
    void gives_way(const Till&, const PayoutView&);
    void even_out(const Till&);
    void raise(const Till&, const Bundle&);

    Shelf& shelf_;
    IncidentDesk incidents_;
    store::PayoutId next_ = 1;
    std::map<store::TenantId, Books> books_;
    std::unordered_map<store::CustomerId, Taken> taken_;
    Standings standings_;                // of streams whose payouts others have a part in
    std::vector<PayoutView> uneven_;     // less than before was given for these: others may rise
    std::set<store::TenantId> waiting_;  // tenants in which something may go on, to be looked at
};

}  // namespace yinuo::engine
