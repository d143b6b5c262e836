// A million rows of three columns, two facts each: what reading a history costs.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "wire/history_reader.h"

using namespace yinuo;

namespace {

struct NoZones : Zones {
    const Zone* find(std::string_view) override { return nullptr; }
};

struct Count : promise::FactSink {
    std::uint64_t count = 0;
    void take(const promise::Fact&) override { ++count; }
};

constexpr int kRows = 1'000'000;

std::string write_history() {
    const std::string path = "/tmp/yinuo-history-bench.csv";
    std::ofstream out(path);
    out << "opened,hours,closed\n";
    for (int i = 0; i < kRows; ++i) {
        const Instant opened{1'700'000'000'000 + i * 31'000LL};
        out << to_string(opened) << ',' << 1 + i % 72 << ','
            << to_string(opened + hours(1 + i % 90)) << '\n';
    }
    return path;
}

void read_history(benchmark::State& state) {
    const auto path = write_history();
    NoZones zones;
    const auto mapping = wire::Mapping::parse(
        "format: csv\nsubject: order/{row}\n"
        "fields: {opened: instant, hours: number, closed: instant}\n"
        "facts:\n"
        "  - {fact: order.opened, at: opened, fields: [hours]}\n"
        "  - {fact: order.closed, at: closed, fields: [hours]}\n",
        "bench.yaml", zones);
    for (auto _ : state) {
        Names names;
        Arena memory;
        Count sink;
        wire::HistoryReader reader(*mapping, names, zones, memory);
        if (!reader.read(path, sink) || sink.count != 2 * kRows)
            state.SkipWithError("not every row was read");
        state.SetItemsProcessed(state.items_processed() + 2 * kRows);
        state.counters["MiB"] = static_cast<double>(memory.reserved()) / (1 << 20);
    }
    std::remove(path.c_str());
}
BENCHMARK(read_history)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
