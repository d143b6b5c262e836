// Facts folded and tallied in a second, without reading.
#include <benchmark/benchmark.h>

#include "twin/testing.h"

namespace yinuo::twin {
namespace {

void backtest_subjects(benchmark::State& state) {
    Workshop shop;
    History history;
    const auto subjects = static_cast<int>(state.range(0));
    for (int i = 0; i < subjects; ++i) {
        const std::string name = "case/" + std::to_string(i);
        history.take(shop.fact(name, "opened", i * 1000));
        history.take(shop.fact(name, "done", i * 1000 + i % 97 * 1'000'000));
    }
    history.group();
    std::vector<promise::Promise> promises;
    promises.push_back(
        shop.within({.unit = promise::Unit::Clock, .amount = 86'400'000 / 2}, false, false));
    for (auto _ : state) {
        const auto report =
            backtest(promises, nullptr, history, Question{.now = history.last_at()}, shop.names);
        benchmark::DoNotOptimize(report->obligations);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(history.facts()));
}
BENCHMARK(backtest_subjects)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yinuo::twin

BENCHMARK_MAIN();
