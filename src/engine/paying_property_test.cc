// Whatever happens in whatever order, the ledger balances, what is owed is paid, and nothing twice.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>

#include "engine/customers.h"
#include "engine/entry.h"
#include "engine/fsck.h"
#include "engine/incidents.h"
#include "engine/paying.h"
#include "engine/testing.h"

#undef check  // rc::check() is meant here

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
    give: {kind: bill credit, amount: 10.00 CNY, per started: 24 h, at most: 4}
  data:
    for: done
    give: {kind: data, amount: 500 MB}
)";
// The larger of the two is owed.
constexpr std::string_view kScheme = R"(
promise: scheme
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  soon:
    starts: fact = "ordered"
    keeps: fact = "done"
    within: 40 h
remedies:
  voucher:
    for: soon
    give:
      - {kind: bill credit, amount: 25.00 CNY, choice: '["cash", "voucher"]'}
    stacks not with: [credit]
)";
constexpr int kOrders = 3;
constexpr std::int64_t kCreditMost = 4'000;  // of the promise's own cap: four times ten yuan

Money yuan(std::int64_t minor) { return {.minor = minor, .currency = *Currency::parse("CNY")}; }

struct Play {
    Play(bool with_scheme, std::int64_t cap, bool overdraws, std::int64_t approval) : cap(cap) {
        world.publish(kInstall);
        if (with_scheme) world.publish(kScheme);
        world.act([&](Turns& turns) -> Result<void> {
            FundPolicy policy{.offers_expire_after = hours(48), .overdraws = overdraws};
            if (cap > 0) policy.caps.push_back({.most = yuan(cap)});
            if (approval > 0)
                policy.approvals.push_back({.above = yuan(approval), .role = "manager"});
            policy.pays.push_back({.kind = "data", .connector = "sandbox"});
            const auto put = put_fund_policy(turns, world.author, policy);
            if (!put) return refuse(put.error());
            return {};
        });
        world.memory->on_commit([this] { return std::exchange(fault, Fault::None); });
    }

    void fact(std::string_view kind, int order, int hour, std::string_view change = "report") {
        const std::string number = std::to_string(order);
        const auto at = World::kBegin + hours(hour);
        if (at > world.clock.now()) return;
        report(R"({"id":")" + number + std::string(kind) + R"(","kind":")" + std::string(kind) +
               R"(","subject":"order/)" + number + R"(","customer":"c)" + number + R"(","at":")" +
               to_string(at) + R"(","change":")" + std::string(change) + "\"}");
    }

    void report(const std::string& json) {
        Report report{.tenant = world.tenant,
                      .source = "crm",
                      .memory = std::make_shared<Arena>(),
                      .facts = {}};
        auto read = wire::read_fact_list(report.memory->copy(json), wire::FactFormat::Document,
                                         {.facts_max = 10, .zones = &world.zones}, *report.memory);
        RC_ASSERT(read.has_value());
        for (auto& one : *read) report.facts.push_back(one.fact);
        world.engine->report(std::move(report), [](const auto&) {});
        run();
    }

    void act(Engine::Work work) {
        world.engine->act(std::move(work), [](const auto&) {});
        run();
    }

    // After a commit that failed the process is started anew.
    void run() {
        while (world.engine->step()) {}
        if (!world.engine->figures().stopped) return;
        world.memory->restart();
        walk = {};
        world.start();
        while (world.engine->step()) {}
    }

    void move(FundMove what, std::int64_t minor) {
        act([&, what, minor](Turns& turns) -> Result<void> {
            const auto said = move_money(turns, world.author,
                                         {.move = what, .money = yuan(minor), .reference = "r"});
            if (!said) return refuse(said.error());
            return {};
        });
    }

    void step(store::PayoutId id, PayoutStep what) {
        act([&, id, what](Turns& turns) -> Result<void> {
            const auto said = take_step(turns, world.approver, id,
                                        {.step = what,
                                         .text = what == PayoutStep::Choose ? "cash" : "because",
                                         .lessened = Decimal(1),
                                         .lessened_minor = 100});
            if (!said) return refuse(said.error());
            return {};
        });
    }

    // The one incident there may be: declared, decided by one and agreed to by another, worked on.
    void incident(int what) {
        act([&, what](Turns& turns) -> Result<void> {
            const auto stands = find_incident(turns.rows(), world.tenant, 1);
            const auto said = [](const auto& made) -> Result<void> {
                if (!made) return refuse(made.error());
                return {};
            };
            if (!stands)
                return said(declare_incident(turns, world.author,
                                             {.title = {"断了", "cut"},
                                              .cause = "cut",
                                              .from = World::kBegin,
                                              .until = World::kBegin + hours(24 * 20),
                                              .promise = "install"}));
            if (what == 0)
                return said(decide_incident(
                    turns, world.author, 1, stands->etag,
                    {.reason = "all of them",
                     .gift = IncidentGift{
                         .kind = "bill credit", .unit = "CNY", .amount = Decimal(5)}}));
            if (walk.phase == IncidentWalk::Phase::Over) walk = {};
            if (what == 1) return said(approve_incident(turns, world.approver, 1, stands->etag));
            auto worked = work_on_incident(turns, world.tenant, 1, walk, 2);
            if (!worked) return refuse(worked.error());
            walk = *worked;
            return {};
        });
    }

    using Fault = store::MemoryStore::CommitFault;
    Fault fault = Fault::None;
    IncidentWalk walk;
    std::int64_t cap;
    World world;
};

bool is_out(PayoutState state) {
    return state == PayoutState::Refused || state == PayoutState::Cancelled ||
           state == PayoutState::Expired;
}

void check_all(Play& play, bool overdraws) {
    auto& world = play.world;
    const auto made = fsck(*world.store, world.zones, world.keyring);
    RC_ASSERT(made.has_value());
    for (const auto& finding : made->findings) RC_FAIL(finding.error.code + finding.error.what.en);
    const auto rows = world.store->read();

    // What remedies say, and what payouts make of it, by obligation.
    std::map<store::ObligationId, std::int64_t> said, net, gifts;
    std::map<store::ObligationId, bool> held_back;
    rows->entries_after(0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        Arena memory;
        const auto body = read_turn(entry.body, memory);
        RC_ASSERT(body.has_value());
        for (const auto& given : body->remedies)
            said[given.obligation] += given.back ? -given.minor : given.minor;
        return true;
    });
    std::map<store::CustomerId, std::int64_t> taken;
    std::int64_t reserved = 0, paid = 0, reversed = 0;
    for (const auto& row :
         rows->payouts({.tenant = world.tenant, .state = {}, .incident = {}, .limit = 100'000})) {
        const auto view = open_payout(row);
        RC_ASSERT(view.has_value());
        const auto& payout = view->payout;
        const auto minor = remedy::minor_left(payout);
        const auto state = payout.state;
        auto& sum = view->remedy_index < 0 ? gifts[row.obligation] : net[row.obligation];
        if (payout.back) {
            if (!is_out(state)) sum -= minor, taken[row.customer] -= minor;
            if (state == PayoutState::Paid) reversed += minor;
            continue;
        }
        const bool by_hand = view->by != "system" || view->owed_minor != minor;
        held_back[row.obligation] = held_back[row.obligation] || (is_out(state) && by_hand) ||
                                    state == PayoutState::Expired ||
                                    (!is_out(state) && view->owed_minor != minor);
        if (is_out(state)) continue;
        sum += minor;
        taken[row.customer] += minor;
        if (state == PayoutState::Paid) paid += minor;
        if (state == PayoutState::Reserved || state == PayoutState::Sent ||
            state == PayoutState::Failed)
            reserved += minor;
    }
    for (const auto& [obligation, minor] : said) {
        RC_ASSERT(net[obligation] >= 0);
        RC_ASSERT(net[obligation] <= minor);
        RC_ASSERT(net[obligation] <= kCreditMost);
        if (!held_back[obligation]) RC_ASSERT(net[obligation] == minor);
    }
    for (const auto& [obligation, minor] : gifts) RC_ASSERT(minor <= 500);  // once each
    if (play.cap > 0)
        for (const auto& [customer, minor] : taken) RC_ASSERT(minor <= play.cap);
    std::map<std::uint8_t, std::int64_t> balance;
    std::int64_t sum = 0;
    for (const auto& one : rows->balances(world.tenant)) {
        balance[one.account] = one.minor;
        sum += one.minor;
    }
    RC_ASSERT(sum == 0);
    RC_ASSERT(balance[static_cast<std::uint8_t>(Account::Reserved)] == reserved);
    RC_ASSERT(balance[static_cast<std::uint8_t>(Account::Paid)] == paid);
    RC_ASSERT(balance[static_cast<std::uint8_t>(Account::Reversed)] == -reversed);
    const auto free = balance[static_cast<std::uint8_t>(Account::Fund)];
    if (!overdraws) RC_ASSERT(free >= 0);
    // What waits, waits because the fund has too little in it.
    for (const auto& row : rows->payouts({.tenant = world.tenant,
                                          .state = static_cast<std::uint8_t>(PayoutState::Waiting),
                                          .incident = {},
                                          .limit = 1}))
        RC_ASSERT(remedy::minor_left(open_payout(row)->payout) > free);
}

}  // namespace

TEST_CASE("whatever happens, the ledger balances and what is owed is paid, nothing twice") {
    CHECK(rc::check([] {
        const bool overdraws = *rc::gen::weightedElement<bool>({{1, true}, {3, false}});
        Play play(*rc::gen::arbitrary<bool>(), *rc::gen::element<std::int64_t>(0, 0, 3'500),
                  overdraws, *rc::gen::element<std::int64_t>(0, 0, 1'500));
        auto& world = play.world;
        const int steps = *rc::gen::inRange(5, 40);
        for (int i = 0; i < steps; ++i) {
            const int order = *rc::gen::inRange(1, kOrders + 1);
            const int hour = *rc::gen::inRange(0, 150);
            const auto last = world.store->read()->last_payout();
            switch (*rc::gen::inRange(0, 15)) {
                case 0:
                case 1: play.fact("ordered", order, hour % 20); break;
                case 2: play.fact("done", order, hour); break;
                case 3: play.fact("done", order, hour, "correct"); break;
                case 4: play.fact("done", order, hour, "retract"); break;
                case 5:
                case 6:
                    world.clock.advance(hours(hour / 3));
                    play.run();
                    break;
                case 7: play.move(FundMove::Deposit, 500 * *rc::gen::inRange(1, 10)); break;
                case 8: play.move(FundMove::Withdraw, 500 * *rc::gen::inRange(1, 5)); break;
                case 9:
                    play.fault = *rc::gen::element(Play::Fault::BeforeDisk, Play::Fault::AfterDisk);
                    break;
                case 10: play.incident(*rc::gen::inRange(0, 4)); break;
                default:
                    if (last == 0) break;
                    // An Approve, a Retry and so on at any time; the same one may come twice.
                    play.step(*rc::gen::inRange<store::PayoutId>(1, last + 2),
                              *rc::gen::element(
                                  PayoutStep::Choose, PayoutStep::Choose, PayoutStep::Approve,
                                  PayoutStep::Refuse, PayoutStep::Fund, PayoutStep::Send,
                                  PayoutStep::Confirm, PayoutStep::Confirm, PayoutStep::Fail,
                                  PayoutStep::Retry, PayoutStep::Abandon));
            }
        }
        play.fault = Play::Fault::None;
        check_all(play, overdraws);
        play.act([&](Turns& turns) -> Result<void> {
            return erase_customer(turns, world.author, "c1", "asked for it");
        });
        // Steps of an erased customer's payouts go on.
        for (store::PayoutId id = 1; id <= world.store->read()->last_payout(); ++id) {
            play.step(id, PayoutStep::Send);
            play.step(id, PayoutStep::Confirm);
        }
        check_all(play, overdraws);
    }));
}

}  // namespace yinuo::engine
