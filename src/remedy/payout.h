// 赔付: one increase of what is owed, on its way to whoever is owed it.
//
// A remedy entry (entries.h) says that something became owed. Its payout says what has become of
// that: what the customer chose, who approved it, that money was set aside for it, that it was sent
// and that it arrived. Each step is told by whoever drives it and answered with the postings that
// it means; a payout pays at most once, whatever is told how often and in which order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remedy/ledger.h"
#include "time/instant.h"

namespace yinuo::remedy {

enum class PayoutState : std::uint8_t {
    Choosing,   // 待客户选择: between what the promise offers
    Approving,  // 待审批: above what is paid without asking
    Waiting,    // 待资金: the fund or the budget has too little in it
    Reserved,   // 已预留: set aside, to be sent
    Sent,       // 已发出: the system that pays has been told; it may have paid
    Paid,       // 已到账
    Failed,     // 赔付失败: it was refused, or nobody answered; a person must look
    Refused,    // 未予批准
    Cancelled,  // 已撤销: not owed any more, and not yet sent
    Expired,    // 已过期: offered, and not taken in time
};
inline constexpr int kPayoutStates = 10;
std::string_view name_of(PayoutState);
std::optional<PayoutState> payout_state(std::string_view name);
Text describe(PayoutState);
bool is_final(PayoutState);  // Paid, Refused, Cancelled, Expired: nothing comes after
// Could somebody have been paid? From then on nothing is cancelled, only taken back.
bool may_have_paid(PayoutState);

struct Payout {
    PayoutState state = PayoutState::Reserved;
    bool back = false;                    // takes back what another paid
    Decimal amount;                       // what is meant to be given: exact, in the gift's unit
    std::optional<Money> money;           // the same, rounded; absent: data, points, an apology
    std::string choice = {};              // what was chosen; empty: nothing to choose, or not yet
    Instant expires_at = Instant::max();  // while Choosing
    bool operator==(const Payout&) const = default;
};

// What is still meant to be paid: minor units, 0 when it isn't money.
std::int64_t minor_left(const Payout&);

enum class PayoutStep : std::uint8_t {
    Choose,   // `text`: the choice
    Approve,  // by whoever may
    Refuse,   // `text`: why not
    Fund,     // there is enough now
    Send,     // the order is on its way
    Confirm,  // it has arrived; also when it was said before, or while Failed: it came late
    Fail,     // `text`: why
    Retry,    // a failed one, by a person
    Abandon,  // a failed one, by a person who made sure that nothing was paid
    Lessen,   // not owed any more, `lessened` of it; the whole: Cancelled
    Expire,
    Hold,  // not sent yet, and somebody is to decide first: back to Approving
};

struct PayoutCommand {
    PayoutStep step = PayoutStep::Send;
    std::string text = {};
    Decimal lessened = {};            // Lessen: exact
    std::int64_t lessened_minor = 0;  // Lessen: the same in minor units, if it is money
    bool needs_approval = false;      // Choose: what comes next
    bool has_funds = true;            // Choose, Approve: what comes next
};

struct PayoutTurn {
    Payout payout;
    std::vector<Posting> postings;
    bool changed = true;  // false: it was told before; nothing to write down
};

// Refuses a step that this state doesn't take ("wrong-payout-state", naming both), and lessening by
// more than is left. A step that has already had its effect changes nothing and isn't refused.
Result<PayoutTurn> step(const Payout&, const PayoutCommand&);

// How a payout begins, with the postings of that. `choices`: the promise lets the customer choose.
PayoutTurn begin(Payout, bool choices, bool needs_approval, bool has_funds);

}  // namespace yinuo::remedy
