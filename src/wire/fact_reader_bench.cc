// What reading reported facts of about 300 bytes costs, a hundred at a time.
#include <benchmark/benchmark.h>

#include <string>

#include "wire/fact_reader.h"
#include "wire/json.h"

using namespace yinuo;

namespace {

constexpr int kFacts = 100;

std::string facts(bool lines) {
    std::string text = lines ? "" : "[";
    for (int i = 0; i < kFacts; ++i) {
        if (i > 0) text += lines ? "\n" : ",";
        text += R"({"id":"6f9c1c1e-77ab-4c58-b8a0-)" + std::to_string(100'000'000'000 + i) +
                R"(","kind":"order.placed","subject":"order/)" + std::to_string(4711 + i) +
                R"(","at":"2026-03-10T08:00:00+08:00","customer":"C-1001","sequence":1,)"
                R"("fields":{"amount":129.90,"area":"town","channel":"app","lines":2,"vip":true,)"
                R"("wanted":"2026-03-12T18:00:00+08:00"},"personal":{"phone":"13800000000"}})";
    }
    return text + (lines ? "\n" : "]");
}

void read_facts(benchmark::State& state, wire::FactFormat format) {
    const auto text = facts(format == wire::FactFormat::Lines);
    Arena memory;
    for (auto _ : state) {
        memory.reset();
        const auto read = wire::read_fact_list(text, format, {}, memory);
        if (!read || read->size() != kFacts || !read->back().errors.empty())
            state.SkipWithError("not every fact was read");
    }
    state.SetItemsProcessed(state.iterations() * kFacts);
    state.counters["bytes a fact"] = static_cast<double>(text.size()) / kFacts;
}
BENCHMARK_CAPTURE(read_facts, array, wire::FactFormat::Document);
BENCHMARK_CAPTURE(read_facts, lines, wire::FactFormat::Lines);

void parse_only(benchmark::State& state) {
    const auto text = facts(false);
    Arena memory;
    for (auto _ : state) {
        memory.reset();
        benchmark::DoNotOptimize(wire::parse_json(text, memory));
    }
    state.SetItemsProcessed(state.iterations() * kFacts);
}
BENCHMARK(parse_only);

}  // namespace

BENCHMARK_MAIN();
