// What an outage costs: a hundred thousand obligations break, wait for one decision, and are paid
// through a sandbox in this process, on a real disk. Once with the decision's gift alone, and once
// with what the promise gives held and let go besides.
//
//   incident_bench [--members=100000] [--dir=.]     prints one line each; times are CPU and wall
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "engine/bench_watch.h"
#include "engine/incidents.h"
#include "engine/testing.h"
#include "store/sqlite_store.h"

namespace yinuo::engine {
namespace {

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
)";
constexpr std::string_view kRemedy = R"(
remedies:
  credit:
    for: done
    give: {kind: bill credit, amount: 20.00 CNY}
)";

void place(World& world, std::int64_t from, std::int64_t count) {
    Report report{.tenant = world.tenant, .source = "shop", .memory = nullptr, .facts = {}};
    report.memory = std::make_shared<Arena>();
    Arena& memory = *report.memory;
    for (std::int64_t i = from; i < from + count; ++i) {
        const auto number = std::to_string(i);
        auto fields = memory.array<wire::ReportedField>(1);
        fields[0] = {"area", feel::Value::string("A")};
        report.facts.push_back({.id = memory.copy(number),
                                .kind = "ordered",
                                .subject = memory.copy("order/" + number),
                                .customer = {},
                                .at = world.clock.now(),
                                .fields = fields,
                                .personal = {}});
    }
    world.engine->report(std::move(report), [](const Result<std::vector<Acknowledgement>>&) {});
    while (world.engine->step()) {}
}

void found(World& world, bool gives) {
    world.publish(gives ? std::string(kLive) + std::string(kRemedy) : kLive);
    world.act([&](Turns& turns) -> Result<void> {
        const auto put =
            put_fund_policy(turns, world.author,
                            {.pays = {{.kind = "", .connector = "sandbox"}}, .overdraws = true});
        if (!put) return refuse(put.error());
        return {};
    });
}

std::int64_t work(World& world) {
    IncidentWalk walk;
    while (walk.phase != IncidentWalk::Phase::Over)
        world.act([&](Turns& turns) -> Result<void> {
            const auto made = work_on_incident(turns, world.tenant, 1, walk);
            if (!made) return refuse(made.error());
            walk = *made;
            return {};
        });
    return walk.looked_at + walk.served;
}

std::int64_t pay_all(World& world) {
    const Actor payer{.tenant = world.tenant, .id = "system", .name = "sandbox"};
    std::int64_t paid = 0;
    while (true) {
        const auto due = world.store->read()->actions_due(world.clock.now(), 500);
        if (due.empty()) return paid;
        world.act([&](Turns& turns) -> Result<void> {
            for (auto action : due) {
                const auto id = *parse_payout(action.key);
                check(take_step(turns, payer, id, {.step = remedy::PayoutStep::Send}).has_value());
                check(
                    take_step(turns, payer, id, {.step = remedy::PayoutStep::Confirm}).has_value());
                action.state = store::Action::State::Done;
                turns.rows().put_action(action);
                ++paid;
            }
            return {};
        });
    }
}

int run(std::int64_t members, bool gives, const std::filesystem::path& folder) {
    std::printf("%s\n", gives ? "the promise's 20.00 CNY and a gift of 500 MB" : "500 MB alone");
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto opened = store::open_sqlite((folder / "yinuo.db").string());
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().what.en.c_str());
        return 1;
    }
    World world(std::move(*opened));
    found(world, gives);
    constexpr std::int64_t kBatch = 1'000;
    for (std::int64_t i = 0; i < members; i += kBatch) place(world, i, kBatch);
    const auto begin = world.clock.now();
    {
        const Watch watch;
        world.wait(hours(25));
        watch.tell("break", members);
    }
    const auto step = [&](auto take) {
        world.act([&](Turns& turns) -> Result<void> {
            const auto made = take(turns, find_incident(turns.rows(), world.tenant, 1));
            if (!made) return refuse(made.error());
            return {};
        });
    };
    step([&](Turns& turns, const std::optional<Incident>&) {
        return declare_incident(turns, world.author,
                                {.title = {"断", "cut"},
                                 .cause = "cut",
                                 .from = begin,
                                 .until = begin + hours(48),
                                 .promise = "live",
                                 .condition = "area = \"A\""});
    });
    {
        const Watch watch;
        work(world);
        watch.tell("are found and held", members);
    }
    const Watch watch;
    step([&](Turns& turns, const std::optional<Incident>& one) {
        return decide_incident(
            turns, world.author, 1, one->etag,
            {.reason = "all",
             .gift = IncidentGift{.kind = "data", .unit = "MB", .amount = Decimal(500)}});
    });
    step([&](Turns& turns, const std::optional<Incident>& one) {
        return approve_incident(turns, world.approver, 1, one->etag);
    });
    {
        const Watch run;
        work(world);
        run.tell("are served", members);
    }
    world.wait(Millis{10});
    std::int64_t paid = 0;
    {
        const Watch paying;
        paid = pay_all(world);
        paying.tell("payouts are sent and confirmed", paid);
    }
    watch.tell("from decision to the last one paid", paid);
    check(paid == (gives ? 2 : 1) * members);
    std::filesystem::remove_all(folder);
    return 0;
}

}  // namespace
}  // namespace yinuo::engine

int main(int argc, char** argv) {
    std::int64_t members = 100'000;
    std::filesystem::path folder = "incident-bench";
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "--members=", 10) == 0) members = std::atoll(argv[i] + 10);
        if (std::strncmp(argv[i], "--dir=", 6) == 0) folder = argv[i] + 6;
    }
    for (const bool gives : {false, true})
        if (const int failed = yinuo::engine::run(members, gives, folder)) return failed;
    return 0;
}
