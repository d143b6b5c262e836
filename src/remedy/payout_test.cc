// A payout pays once, whatever is told how often; and the ledger always sums to zero.
#include <doctest/doctest.h>

#include <random>

#include "remedy/payout.h"

namespace yinuo::remedy {
namespace {

Money yuan(std::int64_t fen) { return {.minor = fen, .currency = *Currency::parse("CNY")}; }

Payout of(std::int64_t fen) {
    return {.amount = *Decimal(fen).divide(Decimal(100)), .money = yuan(fen)};
}

TEST_CASE("a payout without conditions is reserved, sent and paid, each with its postings") {
    auto turn = begin(of(2000), false, false, true);
    CHECK(turn.payout.state == PayoutState::Reserved);
    CHECK(turn.postings == reserve(yuan(2000)));
    turn = step(turn.payout, {.step = PayoutStep::Send}).value();
    CHECK(turn.payout.state == PayoutState::Sent);
    CHECK(turn.postings.empty());
    turn = step(turn.payout, {.step = PayoutStep::Confirm}).value();
    CHECK(turn.payout.state == PayoutState::Paid);
    CHECK(turn.postings == pay(yuan(2000)));
    turn = step(turn.payout, {.step = PayoutStep::Confirm}).value();
    CHECK_FALSE(turn.changed);
    CHECK(turn.postings.empty());
}

TEST_CASE("what is chosen, approved and funded in turn holds money only at the end") {
    auto turn = begin(of(5000), true, true, false);
    CHECK(turn.payout.state == PayoutState::Choosing);
    turn = step(turn.payout, {.step = PayoutStep::Choose,
                              .text = "refund",
                              .needs_approval = true,
                              .has_funds = false})
               .value();
    CHECK(turn.payout.state == PayoutState::Approving);
    CHECK(turn.payout.choice == "refund");
    turn = step(turn.payout, {.step = PayoutStep::Approve, .has_funds = false}).value();
    CHECK(turn.payout.state == PayoutState::Waiting);
    CHECK(turn.postings.empty());
    turn = step(turn.payout, {.step = PayoutStep::Fund}).value();
    CHECK(turn.payout.state == PayoutState::Reserved);
    CHECK(turn.postings == reserve(yuan(5000)));
}

TEST_CASE("a part is cancelled before it is sent, and nothing afterwards") {
    const auto begun = begin(of(1000), false, false, true).payout;
    const auto less =
        step(begun, {.step = PayoutStep::Lessen, .lessened = Decimal(4), .lessened_minor = 400})
            .value();
    CHECK(less.payout.money == yuan(600));
    CHECK(less.payout.amount == Decimal(6));
    CHECK(less.postings == release(yuan(400)));
    const auto none =
        step(less.payout,
             {.step = PayoutStep::Lessen, .lessened = Decimal(6), .lessened_minor = 600})
            .value();
    CHECK(none.payout.state == PayoutState::Cancelled);
    CHECK(none.postings == release(yuan(600)));
    const auto sent = step(begun, {.step = PayoutStep::Send}).value().payout;
    const auto late =
        step(sent, {.step = PayoutStep::Lessen, .lessened = Decimal(1), .lessened_minor = 100});
    CHECK(late.error().code == "wrong-payout-state");
    const auto more =
        step(begun, {.step = PayoutStep::Lessen, .lessened = Decimal(11), .lessened_minor = 1100});
    CHECK(more.error().code == "more-than-left");
}

TEST_CASE("a confirmation that comes late pays what had been called failed") {
    auto payout = begin(of(100), false, false, true).payout;
    payout = step(payout, {.step = PayoutStep::Send}).value().payout;
    payout = step(payout, {.step = PayoutStep::Fail, .text = "no answer"}).value().payout;
    CHECK(payout.state == PayoutState::Failed);
    CHECK(step(payout, {.step = PayoutStep::Confirm}).value().postings == pay(yuan(100)));
    CHECK(step(payout, {.step = PayoutStep::Abandon}).value().postings == release(yuan(100)));
    CHECK(step(payout, {.step = PayoutStep::Retry}).value().payout.state == PayoutState::Reserved);
}

TEST_CASE("taking back reserves nothing, and comes back into the fund when it is confirmed") {
    auto back = of(300);
    back.back = true;
    const auto begun = begin(back, true, true, false);
    CHECK(begun.payout.state == PayoutState::Reserved);
    CHECK(begun.postings.empty());
    const auto sent = step(begun.payout, {.step = PayoutStep::Send}).value().payout;
    CHECK(step(sent, {.step = PayoutStep::Confirm}).value().postings == take_back(yuan(300)));
}

TEST_CASE("after any steps in any order the ledger sums to zero and nothing is paid twice") {
    std::mt19937 random(20261122);
    const auto currency = *Currency::parse("CNY");
    for (int round = 0; round < 2'000; ++round) {
        Balances ledger;
        REQUIRE(ledger.post(deposit(yuan(10'000))));
        std::int64_t meant = 0;
        for (int one = 0; one < 3; ++one) {
            const auto fen = static_cast<std::int64_t>(1 + random() % 3'000);
            meant += fen;
            auto turn = begin(of(fen), random() % 2, random() % 2, random() % 2);
            REQUIRE(ledger.post(turn.postings));
            for (int i = 0; i < 20; ++i) {
                PayoutCommand command{.step = static_cast<PayoutStep>(random() % 11),
                                      .text = random() % 2 ? "refund" : "rebook",
                                      .lessened_minor = static_cast<std::int64_t>(random() % 500),
                                      .needs_approval = random() % 2 == 0,
                                      .has_funds = random() % 2 == 0};
                command.lessened = *Decimal(command.lessened_minor).divide(Decimal(100));
                const auto next = step(turn.payout, command);
                if (!next) continue;
                if (is_final(turn.payout.state)) REQUIRE_FALSE(next->changed);
                turn = *next;
                REQUIRE(ledger.post(turn.postings));
                REQUIRE(ledger.sum(currency) == 0);
                REQUIRE(ledger.of(Account::Reserved, currency) >= 0);
            }
        }
        CHECK(ledger.of(Account::Paid, currency) <= meant);
    }
}

TEST_CASE("postings that don't balance, or don't fit, leave the ledger as it was") {
    Balances ledger;
    REQUIRE(ledger.post(deposit(yuan(500))));
    CHECK(ledger.post({{Account::Fund, yuan(1)}}).error().code == "unbalanced-postings");
    CHECK(ledger.post(deposit(yuan(INT64_MAX))).error().code == "amount-out-of-range");
    CHECK(ledger.of(Account::Fund, *Currency::parse("CNY")) == 500);
    CHECK(ledger.sum(*Currency::parse("CNY")) == 0);
    CHECK(ledger.of(Account::Fund, *Currency::parse("USD")) == 0);
}

}  // namespace
}  // namespace yinuo::remedy
