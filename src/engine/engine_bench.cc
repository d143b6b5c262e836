// What a turn costs on a real disk: facts reported in batches, single orders with a promise in
// groups, and a hundred thousand obligations falling due at once; and what a payout costs on its
// way: begun by a breach, its money set aside, sent, confirmed.
//
//   engine_bench [--facts=1000000] [--dir=.]     prints one line each; times are CPU and wall
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "engine/bench_watch.h"
#include "engine/paying.h"
#include "engine/testing.h"
#include "store/sqlite_store.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kOrder = R"(
promise: order
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 当日达, en: Same day}
need: {zh: 早点用上, en: to have it soon}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: order
schedules:
  office:
    zone: Asia/Shanghai
    weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}
clauses:
  called:
    title: {zh: 先联系, en: Called}
    starts: fact = "order.placed"
    keeps: fact = "order.called"
    within: 4 h on office
    warns: [80 %]
  done:
    title: {zh: 办完, en: Done}
    starts: fact = "order.placed"
    keeps: fact = "order.done"
    within: 24 h
    warns: [80 %, 1 h before]
)";

constexpr std::string_view kParcel = R"(
promise: parcel
version: 1
zone: Asia/Shanghai
subject: parcel
clauses:
  there:
    starts: fact = "parcel.sent"
    keeps: fact = "parcel.there"
    within: 24 h
remedies:
  credit:
    for: there
    give: {kind: bill credit, amount: 20.00 CNY}
)";

// A report of `facts` orders from number `from` on, each of one subject.
Report placed(store::TenantId tenant, const char* kind, Instant at, std::int64_t from,
              std::int64_t facts, const std::string& subject = "order/") {
    Report report{.tenant = tenant, .source = "shop", .memory = nullptr, .facts = {}};
    report.memory = std::make_shared<Arena>();
    Arena& memory = *report.memory;
    for (std::int64_t i = from; i < from + facts; ++i) {
        const std::string number = std::to_string(i);
        auto fields = memory.array<wire::ReportedField>(4);
        fields[0] = {"channel", feel::Value::string("web")};
        fields[1] = {"city", feel::Value::string("上海")};
        fields[2] = {"amount", feel::Value::number(Decimal::scaled(12'900 + i % 100, -2))};
        fields[3] = {"express", feel::Value::boolean(i % 2 == 0)};
        report.facts.push_back({.id = memory.copy(std::string(kind) + "-" + number),
                                .kind = memory.copy(kind),
                                .subject = memory.copy(subject + number),
                                .customer = memory.copy(subject == "order/" ? "" : "c" + number),
                                .at = at,
                                .fields = fields,
                                .personal = {}});
    }
    return report;
}

void nobody(const Result<std::vector<Acknowledgement>>&) {}

// An incident: all are late in the same minute, and each is paid by two steps of a connector.
int pay(std::int64_t payouts, const std::filesystem::path& folder) {
    auto opened = store::open_sqlite((folder / "payouts.db").string());
    if (!opened) return 1;
    World world(std::move(*opened));
    world.publish(kParcel);
    world.act([&](Turns& turns) -> Result<void> {
        FundPolicy policy;
        policy.caps.push_back({.most = {.minor = 100'00, .currency = *Currency::parse("CNY")}});
        policy.pays.push_back({.kind = "bill credit", .connector = "sandbox"});
        if (auto put = put_fund_policy(turns, world.author, policy); !put)
            return refuse(put.error());
        const auto in =
            move_money(turns, world.author,
                       {.money = {.minor = 20'00 * payouts, .currency = *Currency::parse("CNY")},
                        .reference = "bench"});
        if (!in) return refuse(in.error());
        return {};
    });
    const Instant at = world.clock.now();
    for (std::int64_t i = 0; i < payouts; i += 1'000) {
        world.engine->report(placed(world.tenant, "parcel.sent", at, i, 1'000, "parcel/"), nobody);
        while (world.engine->step()) {}
    }
    {
        world.clock.set(at + hours(24) + Millis{1});
        const Watch watch;
        while (world.engine->step()) {}
        watch.tell("payouts begun (breach, money set aside)", payouts);
    }
    const auto all = [&](remedy::PayoutStep step, const char* what) {
        const Watch watch;
        for (store::PayoutId id = 1; id <= payouts; ++id) {
            world.engine->act(
                [&world, id, step](Turns& turns) -> Result<void> {
                    const auto said =
                        take_step(turns, world.author, id, {.step = step, .text = {}});
                    if (!said) return refuse(said.error());
                    return {};
                },
                [](const Result<void>& said) { check(said.has_value()); });
            if (id % 512 == 0 || id == payouts)
                while (world.engine->step()) {}
        }
        watch.tell(what, payouts);
    };
    all(remedy::PayoutStep::Send, "payouts sent, 512 a commit");
    all(remedy::PayoutStep::Confirm, "payouts confirmed, 512 a commit");
    return 0;
}

int run(std::int64_t facts, const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto opened = store::open_sqlite((folder / "yinuo.db").string());
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().what.en.c_str());
        return 1;
    }
    World world(std::move(*opened));
    world.publish(kOrder);
    const Instant at = world.clock.now();
    constexpr std::int64_t kBatch = 1'000;
    {
        const Watch watch;
        for (std::int64_t i = 0; i < facts; i += kBatch) {
            world.engine->report(placed(world.tenant, "order.placed", at, i, kBatch), nobody);
            while (world.engine->step()) {}
        }
        watch.tell("orders begun, 1000 a batch, 2 obligations", facts);
    }
    {
        const Watch watch;
        const std::int64_t done = std::min<std::int64_t>(facts / 2, 100'000);
        for (std::int64_t i = 0; i < done; i += kBatch) {
            world.engine->report(placed(world.tenant, "order.done", at + hours(1), i, kBatch),
                                 nobody);
            while (world.engine->step()) {}
        }
        watch.tell("orders done, 1000 a batch", done);
    }
    {
        const Watch watch;
        constexpr std::int64_t kSingles = 50'000;
        for (std::int64_t i = 0; i < kSingles; i += 64) {
            for (std::int64_t k = 0; k < 64; ++k)
                world.engine->report(placed(world.tenant, "order.placed", at, facts + i + k, 1),
                                     nobody);
            while (world.engine->step()) {}
        }
        watch.tell("single orders, 64 a commit", kSingles);
    }
    {
        const Watch watch;
        world.start();
        watch.tell("start, by obligations open", 2 * facts);
    }
    {
        // Everything that is open warns in the same second.
        const auto before = world.engine->figures().timers_fired;
        world.clock.set(at + hours(4));
        const Watch watch;
        while (world.engine->figures().timers_fired - before <
                   std::min<std::int64_t>(facts, 100'000) &&
               world.engine->step()) {}
        watch.tell("timers due in one second", world.engine->figures().timers_fired - before);
    }
    std::printf("file: %.0f bytes an order\n",
                static_cast<double>(std::filesystem::file_size(folder / "yinuo.db")) /
                    static_cast<double>(facts));
    const int failed = pay(std::min<std::int64_t>(facts, 100'000), folder);
    std::filesystem::remove_all(folder);
    return failed;
}

}  // namespace
}  // namespace yinuo::engine

int main(int argc, char** argv) {
    std::int64_t facts = 100'000;
    std::filesystem::path folder = "engine-bench";
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "--facts=", 8) == 0) facts = std::atoll(argv[i] + 8);
        if (std::strncmp(argv[i], "--dir=", 6) == 0) folder = argv[i] + 6;
    }
    return yinuo::engine::run(facts, folder);
}
