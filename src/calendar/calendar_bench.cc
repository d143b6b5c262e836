// Due dates a second on one core: limits of 4 to 240 work hours from random starts over five
// years, on a split-day calendar (09:00-12:00, 13:30-18:00, Mon-Fri) with holidays.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "calendar/schedule.h"

namespace yinuo::calendar {
namespace {

constexpr std::size_t kCount = 1 << 16;
constexpr std::int64_t kHour = 3'600'000;

Schedule office() {
    Definition definition;
    definition.zone = Zone::fixed(8 * 3600);
    Week week;
    for (int day = 0; day < 5; ++day)
        week.days[day] = {{9 * 3600, 12 * 3600}, {13 * 3600 + 1800, 18 * 3600}};
    definition.plan.weeks = {week};
    for (int year = 2020; year <= 2027; ++year)
        for (const auto& [month, day] : {std::pair{1, 1},
                                         {2, 10},
                                         {2, 11},
                                         {2, 12},
                                         {4, 5},
                                         {5, 1},
                                         {5, 2},
                                         {6, 15},
                                         {9, 20},
                                         {10, 1},
                                         {10, 2},
                                         {10, 3},
                                         {10, 4},
                                         {10, 5}})
            definition.holidays.push_back({Date::of(year, month, day), "", {}});
    return *Schedule::build(std::move(definition));
}

struct Work {
    std::vector<Instant> at;
    std::vector<WorkTime> limit;
    std::vector<Instant> due;
    std::vector<WorkTime> used;

    Work() : at(kCount), limit(kCount), due(kCount), used(kCount) {
        std::mt19937_64 random(20260301);
        std::uniform_int_distribution<std::int64_t> start(1'577'836'800'000, 1'735'689'600'000);
        std::uniform_int_distribution<std::int64_t> hours(4, 240);
        for (std::size_t i = 0; i < kCount; ++i) {
            at[i] = {start(random)};
            limit[i] = {hours(random) * kHour};
        }
    }
};

void add_one_by_one(benchmark::State& state) {
    const auto schedule = office();
    Work work;
    for (auto _ : state) {
        for (std::size_t i = 0; i < kCount; ++i)
            work.due[i] = *schedule.add(work.at[i], work.limit[i]);
        benchmark::DoNotOptimize(work.due.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(add_one_by_one);

void add_all(benchmark::State& state) {
    const auto schedule = office();
    Work work;
    for (auto _ : state) {
        schedule.add_all(work.at, work.limit, work.due);
        benchmark::DoNotOptimize(work.due.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(add_all);

void between_all(benchmark::State& state) {
    const auto schedule = office();
    Work work;
    schedule.add_all(work.at, work.limit, work.due);
    for (auto _ : state) {
        schedule.between_all(work.at, work.due, work.used);
        benchmark::DoNotOptimize(work.used.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}
BENCHMARK(between_all);

void build_tables(benchmark::State& state) {
    const auto definition = office().definition();
    for (auto _ : state) {
        const auto schedule = Schedule::build(definition);
        benchmark::DoNotOptimize(schedule->is_open(Instant{1'700'000'000'000}));
    }
}
BENCHMARK(build_tables)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yinuo::calendar

BENCHMARK_MAIN();
