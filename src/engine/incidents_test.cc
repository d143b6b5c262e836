// 群障: one outage, one decision, and everyone gets what is theirs once, whatever comes between.
#include "engine/incidents.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "engine/entry.h"
#include "engine/rebuild.h"
#include "engine/testing.h"

namespace yinuo::engine {
namespace {

using remedy::Account;
using remedy::PayoutState;
using remedy::PayoutStep;
using Phase = IncidentWalk::Phase;

constexpr std::string_view kLive = R"(
promise: live
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  done:
    starts: fact = "ordered"
    keeps: fact = "done"
    within: 24 h
remedies:
  data:
    for: done
    give: {kind: data, amount: 500 MB}
)";
constexpr Instant kDay{World::kBegin.millis};

Money yuan(std::int64_t minor) { return {.minor = minor, .currency = *Currency::parse("CNY")}; }

std::string fact(std::string_view kind, int order, std::string_view at, std::string_view area) {
    const auto number = std::to_string(order);
    return R"({"id":")" + number + std::string(kind) + R"(","kind":")" + std::string(kind) +
           R"(","subject":"order/)" + number + R"(","customer":"c)" + number + R"(","at":")" +
           std::string(at) + R"(","fields":{"area":")" + std::string(area) + "\"}}";
}

// Orders [from, until) of one area.
void place(World& world, int from, int until, std::string_view area = "A",
           std::string_view at = "2026-03-10T00:00:00Z") {
    std::string all;
    for (int i = from; i < until; ++i)
        all += (all.empty() ? "[" : ",") + fact("ordered", i, at, area);
    world.report(all + "]");
}

void ready(World& world) {
    world.publish(kLive);
    world.act([&](Turns& turns) -> Result<void> {
        const auto put =
            put_fund_policy(turns, world.author, {.pays = {{.kind = "", .connector = "sandbox"}}});
        if (!put) return refuse(put.error());
        const auto filled =
            move_money(turns, world.author, {.money = yuan(10'000'000), .reference = "wire"});
        if (!filled) return refuse(filled.error());
        return {};
    });
}

IncidentWish outage() {
    return {.title = {"A 区光缆中断", "Fibre cut in area A"},
            .cause = "fibre-cut",
            .from = kDay,
            .until = kDay + hours(72),
            .promise = "live",
            .condition = "area = \"A\""};
}
IncidentDecision twenty() {
    return {.reason = "全网中断，每户 20 元",
            .gift = IncidentGift{.kind = "bill credit", .unit = "CNY", .amount = Decimal(20)}};
}

Incident find(World& world, std::int64_t number = 1) {
    return *find_incident(*world.store->read(), world.tenant, number);
}

// The step's refusal, "" when it was taken.
template <typename Step>
std::string take(World& world, Step step) {
    const auto said = world.try_act([&](Turns& turns) -> Result<void> {
        const auto made = step(turns);
        if (!made) return refuse(made.error());
        return {};
    });
    return said ? "" : said.error().code;
}
std::string declare(World& world, const IncidentWish& wish = outage()) {
    return take(world, [&](Turns& turns) { return declare_incident(turns, world.author, wish); });
}
std::string decide(World& world, const IncidentDecision& decision = twenty()) {
    return take(world, [&](Turns& turns) {
        return decide_incident(turns, world.author, 1, find(world).etag, decision);
    });
}
std::string approve(World& world, const Actor& who) {
    return take(world,
                [&](Turns& turns) { return approve_incident(turns, who, 1, find(world).etag); });
}

// False: the medium failed on the way.
bool work_piece(World& world, IncidentWalk& walk, int most) {
    return world
        .try_act([&](Turns& turns) -> Result<void> {
            const auto made = work_on_incident(turns, world.tenant, 1, walk, most);
            if (!made) return refuse(made.error());
            walk = *made;
            return {};
        })
        .has_value();
}
IncidentWalk work(World& world, int most = 500) {
    IncidentWalk walk;
    while (walk.phase != Phase::Over) REQUIRE(work_piece(world, walk, most));
    return walk;
}

std::vector<PayoutView> payouts(World& world) {
    std::vector<PayoutView> all;
    for (const auto& row : world.store->read()->payouts(
             {.tenant = world.tenant, .state = {}, .incident = {}, .limit = 100'000})) {
        auto view = open_payout(row);
        REQUIRE(view.has_value());
        all.push_back(*std::move(view));
    }
    return all;
}

// How many have gifts, and whether nobody has two; of the promise's own likewise.
struct Once {
    int gifts = 0, own = 0;
    bool once = true;
};
Once once(World& world) {
    std::map<std::pair<store::ObligationId, bool>, int> seen;
    Once made;
    for (const auto& view : payouts(world)) {
        if (view.payout.back) continue;
        const bool gift = view.remedy_index == kIncidentGift;
        ++(gift ? made.gifts : made.own);
        if (++seen[{view.row.obligation, gift}] > 1 && gift) made.once = false;
    }
    return made;
}

std::int64_t balance(World& world, Account account) {
    for (const auto& sum : world.store->read()->balances(world.tenant))
        if (sum.account == static_cast<std::uint8_t>(account)) return sum.minor;
    return 0;
}

Actor payer(const World& world) {
    return {.tenant = world.tenant, .id = "system", .name = "sandbox"};
}

// Whoever pays: everything that is told is sent and confirmed, once under each key.
void pay_all(World& world, std::map<std::string, int>& told) {
    for (bool more = true; more;) {
        const auto due = world.store->read()->actions_due(world.clock.now(), 2'000);
        more = !due.empty();
        if (due.empty()) break;
        world.act([&](Turns& turns) -> Result<void> {
            for (auto action : due) {
                const auto id = *parse_payout(action.key);
                if (take_step(turns, payer(world), id, {.step = PayoutStep::Send})) {
                    ++told[action.key];
                    check(take_step(turns, payer(world), id, {.step = PayoutStep::Confirm})
                              .has_value());
                }
                action.state = store::Action::State::Done;
                turns.rows().put_action(action);
            }
            return {};
        });
    }
}

}  // namespace

TEST_CASE("a thousand two hundred orders of one outage are compensated once each by one decision") {
    World world;
    ready(world);
    place(world, 0, 600);
    place(world, 600, 1'200);
    place(world, 1'200, 1'210, "B");
    REQUIRE(declare(world) == "");
    world.wait(hours(25));
    const auto held = payouts(world);
    CHECK(std::ranges::count_if(held, [](const PayoutView& view) {
              return view.payout.state == PayoutState::Approving && view.role == "manager";
          }) == 1'200);
    CHECK(work(world).joined == 0);  // they had joined by themselves
    REQUIRE(decide(world) == "");
    CHECK(approve(world, world.author) == "same-person");
    REQUIRE(approve(world, world.approver) == "");
    const auto walk = work(world);
    CHECK(walk.served == 1'200);
    CHECK(walk.given == 1'200);
    CHECK(work(world).given == 0);  // once more has no effect
    CHECK(find(world).state == IncidentState::Done);
    std::map<std::string, int> told;
    pay_all(world, told);
    CHECK(told.size() == 2'410);
    const auto figures = incident_figures(*world.store->read(), find(world), twenty().gift);
    CHECK(figures.members == 1'200);
    CHECK(figures.compensated == 1'200);
    CHECK(figures.to_do == 0);
    REQUIRE(figures.sums.size() == 2);
    CHECK(figures.sums[0].amount == Decimal(1'200 * 500));
    CHECK(figures.sums[1].minor == 1'200 * 2'000);
    CHECK(figures.to_come->payouts == 0);
    CHECK(balance(world, Account::Paid) == 1'200 * 2'000);
    CHECK(balance(world, Account::Reserved) == 0);
    CHECK(world.wrong() == "");
    CHECK(rebuild(*world.store, world.zones).has_value());
    CHECK(world.wrong() == "");
}

TEST_CASE("what broke before the incident was declared is found, and held unless it is sent") {
    World world;
    ready(world);
    place(world, 0, 30);
    world.wait(hours(25));
    REQUIRE(take(world, [&](Turns& turns) {
                return take_step(turns, world.approver, 1, {.step = PayoutStep::Send});
            }) == "");
    REQUIRE(declare(world) == "");
    const auto walk = work(world, 7);
    CHECK(walk.joined == 30);
    CHECK(walk.looked_at == 30);
    const auto after = payouts(world);
    CHECK(after[0].payout.state == PayoutState::Sent);
    CHECK(std::ranges::count(after, "manager", &PayoutView::role) == 29);
    // Of what was held nobody is told.
    std::map<std::string, int> told;
    pay_all(world, told);
    CHECK(told.size() == 1);
    REQUIRE(decide(world, {.reason = "按承诺赔付"}) == "");
    REQUIRE(approve(world, world.approver) == "");
    work(world, 7);
    pay_all(world, told);
    CHECK(told.size() == 30);
    CHECK(once(world).gifts == 0);
    CHECK(world.wrong() == "");
}

TEST_CASE("who breaks after the run has begun gets theirs in the same turn") {
    World world;
    ready(world);
    place(world, 0, 5);
    REQUIRE(declare(world) == "");
    world.wait(hours(25));
    REQUIRE(decide(world) == "");
    REQUIRE(approve(world, world.approver) == "");
    work(world);
    place(world, 10, 15, "A", "2026-03-10T12:00:00Z");
    place(world, 20, 25, "B", "2026-03-10T12:00:00Z");
    world.wait(hours(24));
    CHECK(once(world).gifts == 10);
    CHECK(once(world).own == 15);
    CHECK(work(world).given == 0);
    REQUIRE(take(world, [&](Turns& turns) {
                return close_incident(turns, world.author, 1, find(world).etag);
            }) == "");
    place(world, 30, 31, "A", "2026-03-11T12:00:00Z");
    world.wait(hours(24));
    CHECK(once(world).gifts == 10);
    CHECK(once(world).own == 16);
    CHECK(world.wrong() == "");
}

TEST_CASE("an incident says what is wrong with it") {
    World world;
    ready(world);
    auto wish = outage();
    wish.promise = "dead";
    CHECK(declare(world, wish) == "bad-incident");
    wish = outage();
    wish.clause = "undone";
    CHECK(declare(world, wish) == "bad-incident");
    wish = outage();
    wish.until = wish.from;
    CHECK(declare(world, wish) == "bad-incident");
    wish = outage();
    wish.condition = "area = ";
    CHECK(declare(world, wish) != "");
    CHECK(!find_incident(*world.store->read(), world.tenant, 1));
    REQUIRE(declare(world) == "");
    auto decision = twenty();
    decision.gift->amount = *Decimal::parse("20.005");
    CHECK(decide(world, decision) == "bad-incident");
    CHECK(decide(world, {.reason = ""}) == "bad-incident");
    CHECK(approve(world, world.approver) == "wrong-incident-state");
    REQUIRE(decide(world) == "");
    CHECK(take(world, [&](Turns& turns) {
              return turn_down_incident(turns, world.approver, 1, find(world).etag, "");
          }) == "needs-reason");
    CHECK(take(world, [&](Turns& turns) {
              return turn_down_incident(turns, world.approver, 1, find(world).etag, "太多");
          }) == "");
    CHECK(find(world).state == IncidentState::Open);
    CHECK(take(world, [&](Turns& turns) {
              return decide_incident(turns, world.author, 1, 1, twenty());
          }) == "stale");
}

TEST_CASE("a run that is broken off fifty times, before and after the disk, pays everybody once") {
    World world;
    ready(world);
    place(world, 0, 600);
    place(world, 600, 1'200);
    REQUIRE(declare(world) == "");
    world.wait(hours(25));
    REQUIRE(decide(world) == "");
    REQUIRE(approve(world, world.approver) == "");
    std::mt19937 random(20'260'310);
    std::map<std::string, int> told;
    for (int broken_off = 0; broken_off < 50; ++broken_off) {
        // Some pieces go well, then a commit fails or the program is gone.
        IncidentWalk walk;
        const auto most = static_cast<int>(random() % 40 + 1);
        for (auto good = random() % 8; good > 0 && walk.phase != Phase::Over; --good)
            REQUIRE(work_piece(world, walk, most));
        const auto kind = random() % 3;
        if (kind < 2 && walk.phase != Phase::Over) {
            bool fails = true;
            world.memory->on_commit([&] {
                if (!std::exchange(fails, false)) return store::MemoryStore::CommitFault::None;
                return kind == 0 ? store::MemoryStore::CommitFault::BeforeDisk
                                 : store::MemoryStore::CommitFault::AfterDisk;
            });
            CHECK_FALSE(work_piece(world, walk, most));
        }
        world.engine = nullptr;
        world.memory->on_commit({});
        world.memory->restart();
        world.start();
        if (random() % 4 == 0) pay_all(world, told);
    }
    work(world);
    pay_all(world, told);
    const auto seen = once(world);
    CHECK(seen.once);
    CHECK(seen.gifts == 1'200);
    CHECK(seen.own == 1'200);
    CHECK(told.size() == 2'400);
    CHECK(std::ranges::all_of(told, [](const auto& one) { return one.second == 1; }));
    CHECK(balance(world, Account::Paid) == 1'200 * 2'000);
    CHECK(world.wrong() == "");
}

TEST_CASE("in any order of breach, late fact, decision, refusal and run everyone has at most one") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        World world;
        ready(world);
        int next = 0;
        std::map<std::string, int> told;
        for (int i = 0; i < 40; ++i) {
            const auto incident = find_incident(*world.store->read(), world.tenant, 1);
            switch (random() % 9) {
                case 0:
                case 1:
                    place(world, next, next + 3, random() % 4 == 0 ? "B" : "A",
                          to_string(world.clock.now()));
                    next += 3;
                    break;
                case 2: world.wait(hours(static_cast<std::int64_t>(random() % 14) + 1)); break;
                case 3:
                    if (next > 0)
                        world.report(
                            fact("done", static_cast<int>(random() % static_cast<unsigned>(next)),
                                 to_string(world.clock.now() -
                                           hours(static_cast<std::int64_t>(random() % 30))),
                                 "A"));
                    break;
                case 4:
                    if (incident)
                        decide(world);
                    else
                        declare(world);
                    break;
                case 5:
                    if (incident) approve(world, world.approver);
                    break;
                case 6:
                    if (incident && random() % 2 == 0)
                        take(world, [&](Turns& turns) {
                            return turn_down_incident(turns, world.approver, 1, incident->etag,
                                                      "too much");
                        });
                    break;
                case 7: {
                    IncidentWalk walk;
                    for (auto pieces = random() % 6; incident && pieces > 0; --pieces)
                        work_piece(world, walk, 4);
                    break;
                }
                case 8: pay_all(world, told); break;
            }
        }
        if (!find_incident(*world.store->read(), world.tenant, 1)) REQUIRE(declare(world) == "");
        if (find(world).state == IncidentState::Open) REQUIRE(decide(world) == "");
        if (find(world).state == IncidentState::Decided)
            REQUIRE(approve(world, world.approver) == "");
        work(world);
        world.wait(
            Millis{10});  // orders are due when they were written, at the latest moment so far
        pay_all(world, told);
        CHECK(once(world).once);
        CHECK(std::ranges::all_of(told, [](const auto& one) { return one.second == 1; }));
        const auto figures = incident_figures(*world.store->read(), find(world), twenty().gift);
        CHECK(figures.to_do == 0);
        CHECK(figures.to_come->payouts == 0);
        std::int64_t paid = 0;
        for (const auto& view : payouts(world))
            if (view.payout.state == PayoutState::Paid) paid += remedy::minor_left(view.payout);
        CHECK(balance(world, Account::Paid) == paid);
        CHECK(balance(world, Account::Reserved) == 0);
        CHECK(world.wrong() == "");
    }
}

}  // namespace yinuo::engine
