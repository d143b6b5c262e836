// What looking for remedies costs where nothing is owed, as after most turns, and where it grows.
#include <benchmark/benchmark.h>

#include "promise/record.h"
#include "promise/testing.h"
#include "remedy/entries.h"

namespace yinuo::remedy {
namespace {

struct Shop : promise::Workshop {
    promise::Promise p = promise();
    Arena kept;
    promise::Folding folding{names, kept};
    std::vector<promise::Fact> facts;

    Shop() {
        for (const char* name : {"answer", "solution", "closed"}) {
            add(p, name, within(clock(hours(24))), "opened").keeps = kind(name);
            promise::Remedy& remedy = p.remedies.emplace_back();
            remedy.name = name;
            remedy.clauses = {static_cast<int>(p.clauses.size()) - 1};
            promise::Gift& gift = remedy.gifts.emplace_back();
            gift.kind = gift.unit = "MB";
            gift.amount = formula("500 * ceiling(overdue / duration(\"PT24H\"))");
        }
        facts.push_back(fact("case/4711", "opened", Instant{0}));
    }
};

void nothing_owed(benchmark::State& state) {
    Shop shop;
    const Instant now{0};
    const auto turn = decide_subject(shop.p, promise::pointers(shop.facts), {}, now, shop.folding);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            decide_entries(shop.p, turn.obligations, {}, now, shop.folding).data());
}
BENCHMARK(nothing_owed);

void three_days_late(benchmark::State& state) {
    Shop shop;
    const Instant now = Instant{0} + hours(24 * 4);
    const auto turn = decide_subject(shop.p, promise::pointers(shop.facts), {}, now, shop.folding);
    for (auto _ : state) {
        shop.kept.reset();
        benchmark::DoNotOptimize(
            decide_entries(shop.p, turn.obligations, {}, now, shop.folding).data());
    }
}
BENCHMARK(three_days_late);

void next_of_three_days(benchmark::State& state) {
    Shop shop;
    const Instant now = Instant{0} + hours(24 * 4);
    const auto turn = decide_subject(shop.p, promise::pointers(shop.facts), {}, now, shop.folding);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            next_increase(shop.p, turn.obligations[0], now, now + hours(24 * 365), shop.folding));
}
BENCHMARK(next_of_three_days);

}  // namespace
}  // namespace yinuo::remedy

BENCHMARK_MAIN();
