// From a breach to what has arrived: what is set aside, asked, sent, confirmed and taken back.
#include "engine/paying.h"

#include <doctest/doctest.h>

#include "engine/entry.h"
#include "engine/paying_entry.h"
#include "engine/rebuild.h"
#include "engine/testing.h"

namespace yinuo::engine {
namespace {

using remedy::Account;
using remedy::PayoutState;
using remedy::PayoutStep;

constexpr std::string_view kInstall = R"(
promise: install
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  done:
    starts: fact = "ordered"
    keeps: fact = "done"
    within: 24 h
remedies:
  credit:
    for: done
    give: {kind: bill credit, amount: 20.00 CNY}
)";

Currency cny() { return *Currency::parse("CNY"); }
Money yuan(std::int64_t minor) { return {.minor = minor, .currency = cny()}; }

std::string fact(std::string_view kind, int order, std::string_view at,
                 std::string_view more = "") {
    const std::string number = std::to_string(order);
    return R"({"id":")" + number + std::string(kind) + R"(","kind":")" + std::string(kind) +
           R"(","subject":"order/)" + number + R"(","customer":"c)" + number + R"(","at":")" +
           std::string(at) + "\"" + std::string(more) + "}";
}

std::vector<PayoutView> payouts(World& world) {
    const auto rows = world.store->read();
    std::vector<PayoutView> all;
    for (const auto& row :
         rows->payouts({.tenant = world.tenant, .state = {}, .incident = {}, .limit = 10'000})) {
        auto view = open_payout(row);
        REQUIRE(view.has_value());
        all.push_back(*std::move(view));
    }
    return all;
}

std::string states(World& world) {
    std::string text;
    for (const auto& view : payouts(world)) {
        if (!text.empty()) text += ' ';
        text += remedy::name_of(view.payout.state);
    }
    return text;
}

void deposit(World& world, std::int64_t minor) {
    world.act([&](Turns& turns) -> Result<void> {
        const auto at =
            move_money(turns, world.author,
                       {.move = FundMove::Deposit, .money = yuan(minor), .reference = "wire 1"});
        if (!at) return refuse(at.error());
        return {};
    });
}

std::string step(World& world, store::PayoutId id, remedy::PayoutCommand command) {
    const auto said = world.try_act([&](Turns& turns) -> Result<void> {
        const auto made = take_step(turns, world.approver, id, command);
        if (!made) return refuse(made.error());
        return {};
    });
    return said ? "" : said.error().code;
}

std::int64_t balance(World& world, Account account) {
    for (const auto& sum : world.store->read()->balances(world.tenant))
        if (sum.account == static_cast<std::uint8_t>(account)) return sum.minor;
    return 0;
}

void policy(World& world, FundPolicy wanted) {
    world.act([&](Turns& turns) -> Result<void> {
        wanted.etag = fund_policy(turns.rows(), world.tenant).etag;
        const auto put = put_fund_policy(turns, world.author, wanted);
        if (!put) return refuse(put.error());
        return {};
    });
}

}  // namespace

TEST_CASE("a breach becomes a payout that waits for funds, is reserved, sent and paid once") {
    World world;
    world.publish(kInstall);
    world.report(fact("ordered", 1, "2026-03-10T00:00:00Z"));
    world.wait(hours(25));
    REQUIRE(states(world) == "waiting");
    deposit(world, 5'000);
    REQUIRE(states(world) == "reserved");
    CHECK(balance(world, Account::Reserved) == 2'000);
    CHECK(balance(world, Account::Fund) == 3'000);
    CHECK(step(world, 1, {.step = PayoutStep::Send}) == "");
    CHECK(step(world, 1, {.step = PayoutStep::Confirm}) == "");
    CHECK(step(world, 1, {.step = PayoutStep::Confirm}) == "");
    CHECK(states(world) == "paid");
    CHECK(balance(world, Account::Paid) == 2'000);
    CHECK(balance(world, Account::Reserved) == 0);
    CHECK(world.wrong() == "");
}

TEST_CASE("payouts and postings made anew from the log are those that stood") {
    World world;
    world.publish(kInstall);
    policy(world, {.overdraws = true});
    for (int i = 1; i <= 4; ++i) world.report(fact("ordered", i, "2026-03-10T00:00:00Z"));
    world.wait(hours(25));
    REQUIRE(states(world) == "reserved reserved reserved reserved");
    const auto order = [&](store::PayoutId id) {
        return payouts(world)[static_cast<std::size_t>(id - 1)].subject.back() - '0';
    };
    step(world, 1, {.step = PayoutStep::Send});
    step(world, 1, {.step = PayoutStep::Confirm});
    step(world, 2, {.step = PayoutStep::Fail, .text = "closed"});
    world.report(fact("done", order(1), "2026-03-10T05:00:00Z"));
    world.report(fact("done", order(3), "2026-03-10T05:00:00Z"));
    CHECK(states(world) == "paid failed cancelled reserved reserved");
    const auto before = world.store->read();
    const auto rows = before->payouts({.tenant = world.tenant, .state = {}, .incident = {}});
    const auto postings = before->postings(world.tenant, 0, 1000);
    REQUIRE(postings.size() == 12);
    CHECK(world.wrong() == "");
    REQUIRE(rebuild(*world.store, world.zones).has_value());
    const auto after = world.store->read();
    CHECK(after->payouts({.tenant = world.tenant, .state = {}, .incident = {}}) == rows);
    CHECK(after->postings(world.tenant, 0, 1000) == postings);
    CHECK(world.wrong() == "");
    world.start();
    CHECK(step(world, 5, {.step = PayoutStep::Confirm}) == "");
    CHECK(balance(world, Account::Reversed) == -2'000);
    CHECK(world.wrong() == "");
}

}  // namespace yinuo::engine
