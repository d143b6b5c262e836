#include "remedy/payout.h"

#include "base/check.h"

namespace yinuo::remedy {
namespace {

struct Named {
    PayoutState state;
    std::string_view name;
    Text text;
};

const Named kStates[] = {
    {PayoutState::Choosing, "choosing", {"待客户选择", "to be chosen by the customer"}},
    {PayoutState::Approving, "approving", {"待审批", "to be approved"}},
    {PayoutState::Waiting, "waiting", {"待资金", "waiting for funds"}},
    {PayoutState::Reserved, "reserved", {"已预留", "reserved"}},
    {PayoutState::Sent, "sent", {"已发出", "sent"}},
    {PayoutState::Paid, "paid", {"已到账", "paid"}},
    {PayoutState::Failed, "failed", {"赔付失败", "failed"}},
    {PayoutState::Refused, "refused", {"未予批准", "not approved"}},
    {PayoutState::Cancelled, "cancelled", {"已撤销", "cancelled"}},
    {PayoutState::Expired, "expired", {"已过期", "expired"}},
};

std::string_view name_of(PayoutStep step) {
    switch (step) {
        case PayoutStep::Choose: return "choose";
        case PayoutStep::Approve: return "approve";
        case PayoutStep::Refuse: return "refuse";
        case PayoutStep::Fund: return "fund";
        case PayoutStep::Send: return "send";
        case PayoutStep::Confirm: return "confirm";
        case PayoutStep::Fail: return "fail";
        case PayoutStep::Retry: return "retry";
        case PayoutStep::Abandon: return "abandon";
        case PayoutStep::Lessen: return "lessen";
        case PayoutStep::Expire: return "expire";
        case PayoutStep::Hold: return "hold";
    }
    check(false);
}

Result<PayoutTurn> wrong(const Payout& payout, PayoutStep step) {
    const auto is = describe(payout.state);
    return refuse({.code = "wrong-payout-state",
                   .what = {"这笔赔付" + is.zh + "，不能做“" + std::string(name_of(step)) + "”",
                            "this payout is " + is.en + "; it can't take the step '" +
                                std::string(name_of(step)) + "'"}});
}

PayoutTurn same(const Payout& payout) {
    return {.payout = payout, .postings = {}, .changed = false};
}

// Holds money, in the reserved account.
bool holds(PayoutState state) {
    return state == PayoutState::Reserved || state == PayoutState::Sent ||
           state == PayoutState::Failed;
}

// To a new state, with the postings that follow from whether money is held before and after.
PayoutTurn go(const Payout& from, PayoutState to) {
    PayoutTurn turn{.payout = from, .postings = {}};
    turn.payout.state = to;
    const auto left = minor_left(from);
    if (left == 0) return turn;
    const Money money{.minor = left, .currency = from.money->currency};
    if (from.back) {
        if (to == PayoutState::Paid) turn.postings = take_back(money);
        return turn;
    }
    if (to == PayoutState::Paid)
        turn.postings = pay(money);
    else if (holds(to) && !holds(from.state))
        turn.postings = reserve(money);
    else if (!holds(to) && holds(from.state))
        turn.postings = release(money);
    return turn;
}

PayoutState after_asking(bool needs_approval, bool has_funds) {
    return needs_approval ? PayoutState::Approving
           : has_funds    ? PayoutState::Reserved
                          : PayoutState::Waiting;
}

Result<PayoutTurn> lessen(const Payout& payout, const PayoutCommand& command) {
    if (may_have_paid(payout.state) || is_final(payout.state)) return wrong(payout, command.step);
    const auto left = payout.amount.subtract(command.lessened);
    const auto minor = minor_left(payout) - command.lessened_minor;
    if (!left || *left < Decimal(0) || minor < 0 || command.lessened_minor < 0)
        return refuse({.code = "more-than-left",
                       .what = {"撤销的比这笔赔付剩下的还多",
                                "that is more than what is left of this payout"}});
    if (*left == Decimal(0) || (payout.money && minor == 0))
        return go(payout, PayoutState::Cancelled);
    PayoutTurn turn{.payout = payout, .postings = {}};
    turn.payout.amount = *left;
    if (!payout.money || command.lessened_minor == 0) return turn;
    turn.payout.money->minor = minor;
    if (holds(payout.state))
        turn.postings =
            release({.minor = command.lessened_minor, .currency = payout.money->currency});
    return turn;
}

}  // namespace

std::string_view name_of(PayoutState state) {
    for (const auto& one : kStates)
        if (one.state == state) return one.name;
    check(false);
}

std::optional<PayoutState> payout_state(std::string_view name) {
    for (const auto& one : kStates)
        if (one.name == name) return one.state;
    return std::nullopt;
}

Text describe(PayoutState state) {
    for (const auto& one : kStates)
        if (one.state == state) return one.text;
    check(false);
}

bool is_final(PayoutState state) {
    return state == PayoutState::Paid || state == PayoutState::Refused ||
           state == PayoutState::Cancelled || state == PayoutState::Expired;
}

bool may_have_paid(PayoutState state) {
    return state == PayoutState::Sent || state == PayoutState::Failed || state == PayoutState::Paid;
}

std::int64_t minor_left(const Payout& payout) { return payout.money ? payout.money->minor : 0; }

PayoutTurn begin(Payout payout, bool choices, bool needs_approval, bool has_funds) {
    const auto first = choices ? PayoutState::Choosing : after_asking(needs_approval, has_funds);
    payout.state = PayoutState::Choosing;  // holds nothing yet
    return go(payout, payout.back ? PayoutState::Reserved : first);
}

Result<PayoutTurn> step(const Payout& payout, const PayoutCommand& command) {
    const auto is = payout.state;
    switch (command.step) {
        case PayoutStep::Choose: {
            if (is != PayoutState::Choosing)
                return !payout.choice.empty() && payout.choice == command.text
                           ? Result<PayoutTurn>(same(payout))
                           : wrong(payout, command.step);
            auto turn = go(payout, after_asking(command.needs_approval, command.has_funds));
            turn.payout.choice = command.text;
            turn.payout.expires_at = Instant::max();
            return turn;
        }
        case PayoutStep::Approve:
            if (is != PayoutState::Approving) return wrong(payout, command.step);
            return go(payout, after_asking(false, command.has_funds));
        case PayoutStep::Refuse:
            if (is == PayoutState::Refused) return same(payout);
            if (is != PayoutState::Approving) return wrong(payout, command.step);
            return go(payout, PayoutState::Refused);
        case PayoutStep::Fund:
            if (is == PayoutState::Reserved) return same(payout);
            if (is != PayoutState::Waiting) return wrong(payout, command.step);
            return go(payout, PayoutState::Reserved);
        case PayoutStep::Send:
            if (is == PayoutState::Sent || is == PayoutState::Paid) return same(payout);
            if (is != PayoutState::Reserved) return wrong(payout, command.step);
            return go(payout, PayoutState::Sent);
        case PayoutStep::Confirm:
            if (is == PayoutState::Paid) return same(payout);
            if (!holds(is)) return wrong(payout, command.step);
            return go(payout, PayoutState::Paid);
        case PayoutStep::Fail:
            if (is == PayoutState::Failed) return same(payout);
            if (is != PayoutState::Sent && is != PayoutState::Reserved)
                return wrong(payout, command.step);
            return go(payout, PayoutState::Failed);
        case PayoutStep::Retry:
            if (is == PayoutState::Reserved) return same(payout);
            if (is != PayoutState::Failed) return wrong(payout, command.step);
            return go(payout, PayoutState::Reserved);
        case PayoutStep::Abandon:
            if (is == PayoutState::Cancelled) return same(payout);
            if (is != PayoutState::Failed) return wrong(payout, command.step);
            return go(payout, PayoutState::Cancelled);
        case PayoutStep::Lessen: return lessen(payout, command);
        case PayoutStep::Expire:
            if (is == PayoutState::Expired) return same(payout);
            if (is != PayoutState::Choosing) return wrong(payout, command.step);
            return go(payout, PayoutState::Expired);
        case PayoutStep::Hold:
            if (is == PayoutState::Approving) return same(payout);
            if (payout.back || (is != PayoutState::Reserved && is != PayoutState::Waiting))
                return wrong(payout, command.step);
            return go(payout, PayoutState::Approving);
    }
    check(false);
}

}  // namespace yinuo::remedy
