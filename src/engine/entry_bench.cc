// What a turn costs as bytes: an order of six fields that begins three obligations.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "engine/entry.h"

using namespace yinuo;

namespace {

using engine::ObligationChange;
using feel::Value;
using promise::EventKind;

constexpr Instant kPlaced{1'773'129'600'000};  // 2026-03-10T08:00:00Z

struct Order {
    std::string hash = std::string(32, 'h');
    std::array<engine::Field, 6> fields{{{"amount", Value::number(Decimal::scaled(12'990, -2))},
                                         {"area", Value::string("town")},
                                         {"channel", Value::string("app")},
                                         {"lines", Value::number(2)},
                                         {"vip", Value::boolean(true)},
                                         {"wanted", Value::date_of_days(20'523)}}};
    engine::LoggedFact fact{.source = 1,
                            .id = "6f9c1c1e-77ab-4c58-b8a0-0f9c6d2f1a11",
                            .kind = "order.placed",
                            .at = kPlaced,
                            .fields = fields,
                            .sealed = {}};
    std::array<ObligationChange::Step, 2> steps{
        {{.kind = EventKind::Started, .at = kPlaced, .due_at = kPlaced + hours(24), .who = {}},
         {.kind = EventKind::DueSet, .at = kPlaced, .due_at = kPlaced + hours(24), .who = {}}}};
    std::array<ObligationChange, 3> changes;
    std::string body;

    Order() {
        for (int i = 0; i < 3; ++i) {
            auto& change = changes[static_cast<std::size_t>(i)];
            change.id = 100'000 + i;
            change.version = 4'200;
            change.clause = i;
            change.state = promise::State::Running;
            change.started_at = kPlaced;
            change.due_at = kPlaced + hours(24);
            change.steps = steps;
            change.facts_hash = hash;
        }
        engine::write_turn(body, turn());
    }
    Order(const Order&) = delete;

    engine::TurnBody turn() const {
        return {.stream = "order/4711",
                .customer = 70'001,
                .facts = {&fact, 1},
                .changes = changes,
                .remedies = {}};
    }
};

void write_turn(benchmark::State& state) {
    const Order order;
    std::string out;
    for (auto _ : state) {
        out.clear();
        engine::write_turn(out, order.turn());
        benchmark::DoNotOptimize(out.data());
    }
    state.counters["bytes"] = static_cast<double>(order.body.size());
}
BENCHMARK(write_turn);

void read_turn(benchmark::State& state) {
    const Order order;
    Arena memory;
    for (auto _ : state) {
        memory.reset();
        benchmark::DoNotOptimize(engine::read_turn(order.body, memory));
    }
}
BENCHMARK(read_turn);

// How many of the six fields are known to the names.
void read_facts(benchmark::State& state) {
    const Order order;
    Names names;
    names.intern("order.placed");
    for (int i = 0; i < 200; ++i) names.intern("other" + std::to_string(i));
    for (std::size_t i = 0; i < static_cast<std::size_t>(state.range(0)); ++i)
        names.intern(order.fields[i].name);
    Arena memory;
    std::vector<promise::Fact> facts;
    for (auto _ : state) {
        memory.reset();
        facts.clear();
        if (!engine::read_facts(order.body, kPlaced, names, memory, facts))
            state.SkipWithError("unreadable");
        benchmark::DoNotOptimize(facts.data());
    }
}
BENCHMARK(read_facts)->Arg(6)->Arg(2);

struct SomeNames : engine::LeafNames {
    std::string_view origin() const override { return "log.example.com/shop"; }
    std::string_view promise(store::Position) const override { return "same-day-install@3"; }
    std::string_view text_hash(store::Position) const override { return "0123456789abcdef"; }
    std::string_view clause(store::Position, int) const override { return "install"; }
    std::string_view remedy(store::Position, int) const override { return "voucher"; }
};

// Three leaves and their commitments.
void leaves(benchmark::State& state) {
    const Order order;
    const std::string salt(32, 's');
    for (auto _ : state)
        for (const auto& leaf : engine::leaves_of(order.turn(), kPlaced, SomeNames()))
            benchmark::DoNotOptimize(engine::commitment(salt, leaf));
}
BENCHMARK(leaves);

}  // namespace

BENCHMARK_MAIN();
