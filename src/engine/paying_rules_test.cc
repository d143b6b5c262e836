// The policy's part in a payout: choices, approvals, caps, budgets, what doesn't stack.
#include <doctest/doctest.h>

#include "engine/entry.h"
#include "engine/paying_entry.h"
#include "engine/paying_testing.h"

namespace yinuo::engine {
namespace {

using remedy::Account;
using remedy::PayoutState;
using remedy::PayoutStep;

// One order that is late on 2026-03-11 at 00:00:00.001Z; `more` are lines of its remedies.
std::string promise(std::string_view name, std::string_view remedies,
                    std::string_view within = "24 h") {
    return "promise: " + std::string(name) +
           "\nversion: 1\nzone: Asia/Shanghai\nsubject: order\nclauses:\n  done:\n"
           "    starts: fact = \"ordered\"\n    keeps: fact = \"done\"\n    within: " +
           std::string(within) + "\nremedies:\n" + std::string(remedies);
}

constexpr std::string_view kCredit =
    "  credit:\n    for: done\n    give: {kind: bill credit, amount: 20.00 CNY}\n";

}  // namespace

TEST_CASE("who pays is told once, under the payout's id") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.policy({.pays = {{.kind = "bill credit", .connector = "billing"}}});
    shop.deposit(10'000);
    shop.late(1);
    REQUIRE(shop.states() == "reserved:2000");
    auto orders = shop.orders("billing");
    REQUIRE(orders.size() == 1);
    CHECK(orders[0].topic == kPayoutTopic);
    CHECK(orders[0].key == "pay_1");
    CHECK(orders[0].body ==
          R"({"amount":"20.00","back":false,"currency":"CNY","customer":1,"id":"pay_1",)"
          R"("kind":"bill credit","minor":2000,"obligation":"obl_1","payee":"",)"
          R"("promise":"install@1","remedy":"credit","subject":"order/1","unit":"CNY"})");
    CHECK(shop.step(1, PayoutStep::Fail, "closed account") == "");
    CHECK(shop.all()[0].why == "closed account");
    CHECK(shop.all()[0].by == "Second");
    CHECK(shop.step(1, PayoutStep::Retry) == "");
    CHECK(shop.orders("billing").size() == 1);
    CHECK(parse_payout("pay_1").value() == 1);
    CHECK(parse_payout("obl_1").error().code == "bad-payout");
    CHECK(shop.step(2, PayoutStep::Send) == "no-payout");
    CHECK(shop.wrong() == "");
}

TEST_CASE("above a limit somebody else agrees, or refuses with a reason") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.policy({.approvals = {{.above = yuan(1'000), .role = "manager"},
                               {.above = yuan(1'999), .role = "owner"}}});
    shop.deposit(3'000);
    shop.late(1);
    shop.late(2);
    REQUIRE(shop.states() == "approving:2000 approving:2000");
    CHECK(shop.all()[0].role == "owner");
    CHECK(shop.step(1, PayoutStep::Approve) == "");
    CHECK(shop.all()[0].role == "");
    CHECK(shop.step(2, PayoutStep::Refuse) == "needs-reason");
    CHECK(shop.step(2, PayoutStep::Refuse, "a test order") == "");
    CHECK(shop.states() == "reserved:2000 refused:2000");
    CHECK(shop.wrong() == "");
}

TEST_CASE("an offer waits for the customer's choice, and expires") {
    Shop shop;
    shop.publish(promise("install",
                         "  credit:\n    for: done\n    give:\n"
                         "      - {kind: bill credit, amount: 20.00 CNY, choice: '[\"cash\", "
                         "\"voucher\"]'}\n"));
    shop.policy({.offers_expire_after = hours(48)});
    shop.deposit(10'000);
    shop.late(1);
    shop.late(2);
    REQUIRE(shop.states() == "choosing:2000 choosing:2000");
    CHECK(shop.all()[0].choices == std::vector<std::string>{"cash", "voucher"});
    CHECK(shop.step(1, PayoutStep::Choose, "gold") == "no-such-choice");
    CHECK(shop.step(1, PayoutStep::Choose, "cash") == "");
    shop.wait(hours(49));
    CHECK(shop.states() == "reserved:2000 expired:2000");
    CHECK(shop.all()[0].payout.choice == "cash");
    CHECK(shop.wrong() == "");
}

TEST_CASE("a customer's cap lessens what is given in the period, and says so") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.policy({.caps = {{.most = yuan(5'000)}}, .overdraws = true});
    for (int i = 1; i <= 4; ++i) shop.late(i);
    shop.late(5, "c2");
    CHECK(shop.states() == "reserved:2000 reserved:2000 reserved:1000 cancelled:0 reserved:2000");
    CHECK(shop.all()[2].why.contains("50.00 CNY"));
    CHECK(shop.all()[2].owed_minor == 2'000);
    shop.wait(hours(24 * 25));
    shop.late(6);
    CHECK(shop.states().ends_with("reserved:2000 reserved:2000"));
    CHECK(shop.wrong() == "");
}

TEST_CASE("what is over its promise's budget goes on when the next month begins") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.policy({.budgets = {{.promise = "install", .most = yuan(3'000)}}});
    shop.deposit(10'000);
    shop.late(1);
    shop.late(2);
    REQUIRE(shop.states() == "reserved:2000 waiting:2000");
    CHECK(shop.step(2, PayoutStep::Fund) == "fund-too-small");
    shop.wait(hours(24 * 25));
    CHECK(shop.states() == "reserved:2000 reserved:2000");
    CHECK(shop.wrong() == "");
}

TEST_CASE("what the law grants is held by no budget and no cap") {
    Shop shop;
    shop.publish(promise("install", std::string(kCredit) + "    statutory: true\n"));
    shop.policy({.budgets = {{.promise = "", .most = yuan(0)}}, .caps = {{.most = yuan(0)}}});
    shop.deposit(10'000);
    shop.late(1);
    CHECK(shop.states() == "reserved:2000");
    CHECK(shop.wrong() == "");
}

TEST_CASE("of two promises that don't stack the larger is what was given in all") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.publish(promise("scheme",
                         "  voucher:\n    for: done\n"
                         "    give: {kind: voucher, amount: 35.00 CNY}\n"
                         "    stacks not with: [credit]\n",
                         "25 h"));
    shop.policy({.overdraws = true});
    shop.late(1);
    shop.wait(hours(2));
    CHECK(shop.states() == "reserved:2000 reserved:1500");
    CHECK(shop.all()[1].why.contains("install@1"));
    CHECK(shop.wrong() == "");
}

TEST_CASE("an apology moves no money and is handed to whoever gives notice") {
    Shop shop;
    shop.publish(promise("install", "  sorry:\n    for: done\n    give: {kind: apology}\n"));
    shop.late(1);
    CHECK(shop.states() == "reserved");
    CHECK(shop.orders("notice").size() == 1);
    CHECK(shop.step(1, PayoutStep::Confirm) == "");
    CHECK(shop.store->read()->postings(shop.tenant, 0, 10).empty());
    CHECK(shop.wrong() == "");
}

TEST_CASE("what wasn't owed after all is cancelled before it is sent, asked back afterwards") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.policy({.pays = {{.kind = "", .connector = "billing"}}, .overdraws = true});
    const Instant began = shop.clock.now();
    shop.late(1);
    shop.late(2);
    CHECK(shop.step(2, PayoutStep::Send) == "");
    CHECK(shop.step(2, PayoutStep::Confirm) == "");
    shop.done_in_time(1, began + hours(2));
    shop.done_in_time(2, began + hours(26));
    CHECK(shop.states() == "cancelled:2000 paid:2000 reserved:2000:back");
    CHECK(shop.orders("billing").size() == 2);  // of the one that was paid, and to take it back
    CHECK(shop.all()[2].takes_back == 2);
    CHECK(shop.step(3, PayoutStep::Confirm) == "");
    CHECK(shop.wrong() == "");
}

TEST_CASE("the policy's document is read as it was written, and refused when it makes no sense") {
    Shop shop;
    FundPolicy wanted{
        .approvals = {{.above = yuan(5), .role = "owner"}},
        .budgets = {{.promise = "p", .period = FundPolicy::Budget::Period::Year, .most = yuan(7)}},
        .caps = {{.period = FundPolicy::Budget::Period::Ever, .most = yuan(9)}},
        .pays = {{.kind = "data", .connector = "crm"}},
        .zone = "Asia/Shanghai",
        .offers_expire_after = hours(30),
        .overdraws = true};
    shop.policy(wanted);
    const auto rows = shop.store->read();
    const auto read = fund_policy(*rows, shop.tenant);
    CHECK(read.etag == 1);
    CHECK(read.approvals[0].role == "owner");
    CHECK(read.budgets[0].period == FundPolicy::Budget::Period::Year);
    CHECK(read.budgets[0].most == yuan(7));
    CHECK(read.caps[0].most == yuan(9));
    CHECK(read.pays[0].connector == "crm");
    CHECK(read.offers_expire_after == hours(30));
    CHECK(read.overdraws);
    const auto refusal = [&](FundPolicy policy) {
        const auto said = shop.try_act([&](Turns& turns) -> Result<void> {
            const auto put = put_fund_policy(turns, shop.author, policy);
            if (!put) return refuse(put.error());
            return {};
        });
        return said ? std::string() : said.error().code;
    };
    CHECK(refusal(wanted) == "stale");
    wanted.etag = 1;
    wanted.zone = "Mars/Olympus";
    CHECK(refusal(wanted) == "bad-policy");
    wanted.zone = "Asia/Shanghai";
    wanted.approvals.push_back({.above = yuan(4), .role = "manager"});
    CHECK(refusal(wanted) == "bad-policy");
}

TEST_CASE("a bit that turned in a payout's entry is refused or another payout, never a crash") {
    Shop shop;
    shop.publish(promise("install", kCredit));
    shop.policy({.overdraws = true});
    shop.late(1);
    shop.deposit(5);
    int refused = 0, other = 0;
    shop.store->read()->entries_after(0, [&](const store::Entry& entry) {
        const auto kind = static_cast<EntryKind>(entry.kind);
        if (kind != EntryKind::Payout && kind != EntryKind::Fund) return true;
        for (std::size_t bit = 0; bit < entry.body.size() * 8; ++bit) {
            auto bent = entry;
            bent.body[bit / 8] = static_cast<char>(bent.body[bit / 8] ^ 1 << bit % 8);
            const auto made = postings_of(bent);
            if (!made) CHECK(made.error().code == "log-entry-unreadable");
            ++(made ? other : refused);
        }
        return true;
    });
    CHECK(refused > 100);
    CHECK(other > 0);
}

}  // namespace yinuo::engine
