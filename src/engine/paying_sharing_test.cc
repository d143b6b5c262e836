// Remedies for one failure: across subjects, across promises, beside a statute's.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/paying_testing.h"
#include "engine/rebuild.h"
#include "remedy/remedy.h"

#undef check  // rc::check() is meant here

namespace yinuo::engine {
namespace {

using remedy::PayoutState;
using remedy::PayoutStep;

std::string promise(std::string_view name, std::string_view remedies,
                    std::string_view within = "24 h") {
    return "promise: " + std::string(name) +
           "\nversion: 1\nzone: Asia/Shanghai\nsubject: order\nclauses:\n  done:\n"
           "    starts: fact = \"ordered\"\n    keeps: fact = \"done\"\n    within: " +
           std::string(within) + "\nremedies:\n" + std::string(remedies);
}

// 20 for an installation; 10 for a repair and each started day, 60 at most; once for a household.
constexpr std::string_view kBundle = R"(
promise: bundle
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  install:
    audience: start.kind_of = "install"
    starts: fact = "ordered"
    keeps: fact = "done"
    within: 24 h
  repair:
    audience: start.kind_of = "repair"
    starts: fact = "ordered"
    keeps: fact = "done"
    within: 24 h
remedies:
  late-install:
    for: install
    give: {kind: bill credit, amount: 20.00 CNY}
    once per: household
    stacks not with: [late-repair]
  late-repair:
    for: repair
    give: {kind: bill credit, amount: 10.00 CNY, per started: 24 h}
    cap: 60.00 CNY
    once per: household
    stacks not with: [late-install]
  by-law:
    for: [install, repair]
    when: licensed = true
    statutory: true
    give: {kind: penalty, amount: 4.00 CNY, per started: 24 h, at most: 9}
    once per: household
    stacks not with: [late-install, late-repair]
)";

struct Homes : Shop {
    // What happened to an order, told or told otherwise.
    void tell(std::string_view kind, int order, Instant at, std::string_view fields = "{}",
              std::string_view change = "report") {
        const std::string number = std::to_string(order);
        report(R"({"id":")" + number + std::string(kind) + R"(","kind":")" + std::string(kind) +
               R"(","subject":"order/)" + number + R"(","customer":"c)" + number + R"(","at":")" +
               to_string(at) + R"(","change":")" + std::string(change) + R"(","fields":)" +
               std::string(fields) + "}");
    }
    void order(int number, std::string_view kind, std::string_view household,
               bool licensed = false) {
        tell("ordered", number, clock.now(),
             R"({"kind_of":")" + std::string(kind) + R"(","household":")" + std::string(household) +
                 R"(","licensed":)" + (licensed ? "true" : "false") + "}");
    }
    // Given, and not taken back.
    std::int64_t given() {
        std::int64_t sum = 0;
        for (const auto& view : all()) {
            const auto state = view.payout.state;
            if (state == PayoutState::Refused || state == PayoutState::Cancelled ||
                state == PayoutState::Expired)
                continue;
            sum += (view.payout.back ? -1 : 1) * remedy::minor_left(view.payout);
        }
        return sum;
    }
};

}  // namespace

TEST_CASE("two late installations of one household are paid once") {
    Homes homes;
    homes.publish(kBundle);
    homes.policy({.overdraws = true});
    homes.order(1, "install", "h1");
    homes.order(2, "install", "h1");
    homes.order(3, "install", "h2");
    homes.wait(hours(25));
    CHECK(homes.given() == 4'000);
    CHECK(homes.states() == "reserved:2000 cancelled:0 reserved:2000");
    CHECK(homes.all()[1].why.contains("once"));
    CHECK(homes.wrong() == "");
    // What was made from the log again is found by its key.
    const auto key = homes.all()[0].row.key;
    CHECK(homes.store->read()->payouts_of_key(homes.tenant, key).size() == 2);
    REQUIRE(rebuild(*homes.store, homes.zones).has_value());
    CHECK(homes.store->read()->payouts_of_key(homes.tenant, key).size() == 2);
    CHECK(homes.wrong() == "");
}

TEST_CASE("the larger one gives what is more; when it wasn't owed the other rises to its own") {
    Homes homes;
    homes.publish(kBundle);
    homes.policy({.pays = {{.kind = "", .connector = "billing"}}, .overdraws = true});
    const Instant began = homes.clock.now();
    homes.order(1, "repair", "h1");
    homes.order(2, "install", "h1");
    homes.wait(hours(25));
    REQUIRE(homes.states() == "reserved:1000 reserved:1000");  // the repair came first
    homes.wait(hours(24));
    homes.wait(hours(24));
    // The repair's 30 now: 20 were given.
    CHECK(homes.states() == "reserved:1000 reserved:1000 cancelled:0 reserved:1000");
    CHECK(homes.given() == 3'000);
    CHECK(homes.step(4, PayoutStep::Send) == "");
    homes.tell("done", 1, began + hours(1));
    // The repair was in time: what was sent is asked back, and the installation's 20 are whole.
    CHECK(homes.given() == 2'000);
    CHECK(homes.states() ==
          "cancelled:1000 reserved:1000 cancelled:0 sent:1000 reserved:1000:back reserved:1000");
    CHECK(homes.all()[5].why.contains("gave way"));
    CHECK(homes.wrong() == "");
}

TEST_CASE("what the law grants is set off, in whichever order they come") {
    const std::string voluntary =
        promise("install",
                "  credit:\n    for: done\n    give: {kind: bill credit, amount: 20.00 CNY}\n"
                "    stacks not with: [by-law]\n");
    const std::string law =
        "  by-law:\n    for: done\n    statutory: true\n"
        "    give: {kind: penalty, amount: 6.00 CNY}\n";
    Shop ours_first;
    ours_first.publish(voluntary);
    ours_first.publish(promise("law", law, "25 h"));
    ours_first.policy({.pays = {{.kind = "", .connector = "billing"}}, .overdraws = true});
    ours_first.late(1);
    ours_first.wait(hours(2));
    CHECK(ours_first.states() == "reserved:1400 reserved:600");
    CHECK(ours_first.all()[0].why.contains("statute"));
    ours_first.late(2);
    CHECK(ours_first.step(3, PayoutStep::Send) == "");
    ours_first.wait(hours(2));  // too late to make room: it isn't paid twice
    CHECK(ours_first.states() == "reserved:1400 reserved:600 sent:2000 cancelled:0");
    // Nobody ever got it after all: the law's own is owed.
    CHECK(ours_first.step(3, PayoutStep::Fail, "closed") == "");
    CHECK(ours_first.step(3, PayoutStep::Abandon) == "");
    CHECK(ours_first.states() ==
          "reserved:1400 reserved:600 cancelled:2000 cancelled:0 reserved:600");
    CHECK(ours_first.wrong() == "");

    Shop law_first;
    law_first.publish(promise("law", law));
    law_first.publish(promise("install",
                              "  credit:\n    for: done\n"
                              "    give: {kind: bill credit, amount: 20.00 CNY}\n"
                              "    stacks not with: [by-law]\n",
                              "25 h"));
    law_first.policy({.overdraws = true});
    law_first.late(1);
    law_first.wait(hours(2));
    CHECK(law_first.states() == "reserved:600 reserved:1400");
    CHECK(law_first.wrong() == "");
}

TEST_CASE("two promises about two subjects don't stack where their keys say one failure") {
    Homes homes;
    homes.publish(promise("install",
                          "  credit:\n    for: done\n"
                          "    give: {kind: bill credit, amount: 20.00 CNY}\n"
                          "    once per: household\n"));
    homes.publish(promise("outage",
                          "  scheme:\n    for: done\n"
                          "    give: {kind: bill credit, amount: 35.00 CNY}\n"
                          "    once per: household\n    stacks not with: [install]\n",
                          "40 h"));
    homes.policy({.overdraws = true});
    homes.order(1, "install", "h1");
    homes.wait(hours(25));
    REQUIRE(homes.states() == "reserved:2000");
    const Instant began = homes.clock.now();
    homes.order(2, "install", "h1");
    homes.tell("done", 1, began);
    homes.wait(hours(41));
    // Order 2 is late for both: nothing more of the one, what is more of the other.
    CHECK(homes.given() == 3'500);
    CHECK(homes.wrong() == "");
}

TEST_CASE("in another unit what was given first stands") {
    Homes homes;
    homes.publish(promise("install",
                          "  credit:\n    for: done\n"
                          "    give: {kind: bill credit, amount: 20.00 CNY}\n"
                          "    once per: household\n    stacks not with: [data]\n"));
    homes.publish(promise("outage",
                          "  data:\n    for: done\n    give: {kind: data, amount: 500 MB}\n"
                          "    once per: household\n",
                          "40 h"));
    homes.policy({.overdraws = true});
    const Instant began = homes.clock.now();
    homes.order(1, "install", "h1");
    homes.order(2, "install", "h1");
    homes.wait(hours(41));
    CHECK(homes.states() == "reserved:2000 cancelled cancelled:0 cancelled");
    CHECK(homes.all()[1].why.contains("not on top"));
    homes.tell("done", 1, began + hours(1));
    homes.tell("done", 2, began + hours(1));
    CHECK(homes.given() == 0);
    CHECK(homes.wrong() == "");
}

TEST_CASE("a refusal is about that one alone: another of the household gets its own") {
    Homes homes;
    homes.publish(kBundle);
    homes.policy({.approvals = {{.above = yuan(500), .role = "manager"}}, .overdraws = true});
    homes.order(1, "install", "h1");
    homes.order(2, "install", "h1");
    homes.wait(hours(25));
    REQUIRE(homes.states() == "approving:2000 cancelled:0");
    CHECK(homes.step(1, PayoutStep::Refuse, "a test order") == "");
    CHECK(homes.states() == "refused:2000 cancelled:0 approving:2000");
    CHECK(homes.step(3, PayoutStep::Refuse, "that one, too") == "");
    CHECK(homes.states() == "refused:2000 cancelled:0 refused:2000");
    CHECK(homes.wrong() == "");
}

namespace {

// The facts as they stand now, folded in memory, all orders together.
std::int64_t owed_in_memory(Homes& homes, const std::map<std::pair<int, bool>, promise::Fact>& told,
                            const Version& version, Names& names) {
    Arena kept;
    promise::Folding folding(names, kept);
    std::vector<promise::Fact> facts;
    for (const auto& [key, fact] : told) facts.push_back(fact);
    const Instant now = homes.clock.now();
    const auto outcome = promise::fold_all(*version.promise, facts, now, folding);
    std::int64_t sum = 0;
    for (const auto& line : remedy::owed(*version.promise, outcome.obligations, now, folding))
        if (line.standing == remedy::Standing::Owed) sum += line.money->minor;
    return sum;
}

}  // namespace

TEST_CASE("however facts come, are corrected and taken back, a household gets the largest once") {
    CHECK(rc::check([] {
        Homes homes;
        const auto published = homes.publish(kBundle);
        homes.policy({.pays = {{.kind = "", .connector = "billing"}}, .overdraws = true});
        Arena texts;
        Shelf shelf(homes.zones);
        RC_ASSERT(fill_shelf(*homes.store->read(), shelf).has_value());
        const Version& version = *shelf.find(published);
        std::map<std::pair<int, bool>, promise::Fact> told;  // by order; true: it was done
        std::set<std::pair<int, bool>> gone;  // retracted: the same id tells nothing new any more
        const bool with_law = *rc::gen::arbitrary<bool>();
        const auto tell = [&](int order, bool done, int hour, std::string_view change) {
            const auto at = World::kBegin + hours(hour);
            if (at > homes.clock.now()) return;
            const bool known = told.contains({order, done});
            if (known == (change == "report") || gone.contains({order, done})) return;
            const std::string_view kind = order % 2 == 0 ? "install" : "repair";
            const std::string_view household = order < 3 ? "h1" : "h2";
            const bool licensed = with_law && order != 1;
            const auto text = [&](std::string_view value) {
                return feel::Value::string(texts.copy(value));
            };
            if (change == "retract") {
                told.erase({order, done});
                gone.insert({order, done});
            } else {
                auto fields = texts.array<feel::Binding>(3);
                fields[0] = {shelf.names().intern("kind_of"), text(kind)};
                fields[1] = {shelf.names().intern("household"), text(household)};
                fields[2] = {shelf.names().intern("licensed"), feel::Value::boolean(licensed)};
                told[{order, done}] = {.id = texts.copy(std::to_string(order) + (done ? "d" : "o")),
                                       .subject = texts.copy("order/" + std::to_string(order)),
                                       .kind = shelf.names().intern(done ? "done" : "ordered"),
                                       .at = at,
                                       .received_at = at,
                                       .fields = fields};
            }
            homes.tell(done ? "done" : "ordered", order, at,
                       R"({"kind_of":")" + std::string(kind) + R"(","household":")" +
                           std::string(household) + R"(","licensed":)" +
                           (licensed ? "true}" : "false}"),
                       change);
        };
        const int steps = *rc::gen::inRange(10, 50);
        for (int i = 0; i < steps; ++i) {
            const int order = *rc::gen::inRange(1, 5);
            const int hour = *rc::gen::inRange(0, 200);
            const auto last = homes.store->read()->last_payout();
            switch (*rc::gen::inRange(0, 10)) {
                case 0:
                case 1:
                case 2: tell(order, false, hour % 20, "report"); break;
                case 3: tell(order, true, hour, "report"); break;
                case 4: tell(order, true, hour, "correct"); break;
                case 5: tell(order, *rc::gen::arbitrary<bool>(), hour, "retract"); break;
                case 6:
                case 7: homes.wait(hours(hour / 4)); break;
                default:
                    if (last == 0) break;
                    homes.step(*rc::gen::inRange<store::PayoutId>(1, last + 1),
                               *rc::gen::element(PayoutStep::Send, PayoutStep::Confirm,
                                                 PayoutStep::Fail, PayoutStep::Retry));
            }
            homes.wait(Millis{10});  // a turn's time may be a little ahead of the clock
            RC_ASSERT(homes.given() == owed_in_memory(homes, told, version, shelf.names()));
        }
        RC_ASSERT(homes.wrong() == "");
    }));
}

}  // namespace yinuo::engine
