// The expressions of bench/feel_feelin/expressions.tsv, compiled once and evaluated, and compiled
// anew each time. `bench/run-feel` compares the figures with those of the npm package feelin.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "feel/expression.h"

namespace {

using namespace yinuo;
using namespace yinuo::feel;

struct Table {
    Names names;
    Arena memory;
    std::vector<std::pair<std::string, std::string>> expressions;
    std::vector<Binding> bindings;
};

Expression compiled(const std::string& text, Names& names) {
    auto expression = Expression::compile(text, Dialect{.names = names});
    if (!expression) {
        std::cerr << text << ": " << expression.error().front().error.what.en << '\n';
        std::exit(1);
    }
    return std::move(*expression);
}

Table& table() {
    static Table table;
    return table;
}

void evaluate(benchmark::State& state, const std::string& text) {
    const Expression expression = compiled(text, table().names);
    const Scope scope{table().bindings, nullptr};
    Arena memory;
    for (auto _ : state) {
        Evaluation evaluation{.memory = memory};
        benchmark::DoNotOptimize(expression.evaluate(scope, evaluation));
        memory.reset();
    }
    Evaluation evaluation{.memory = memory};
    state.SetLabel(to_text(expression.evaluate(scope, evaluation)));
}

void compile_and_evaluate(benchmark::State& state, const std::string& text) {
    const Scope scope{table().bindings, nullptr};
    Arena memory;
    for (auto _ : state) {
        const Expression expression = compiled(text, table().names);
        Evaluation evaluation{.memory = memory};
        benchmark::DoNotOptimize(expression.evaluate(scope, evaluation));
        memory.reset();
    }
}

void read(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        const auto tab = line.find('\t');
        if (line.empty() || line.front() == '#' || tab == std::string::npos) continue;
        const std::string name = line.substr(0, tab);
        const std::string text = line.substr(tab + 1);
        if (name != "context") {
            table().expressions.emplace_back(name, text);
            continue;
        }
        Evaluation evaluation{.memory = table().memory};
        // The context outlives its expression: copied.
        const Value value =
            copy(compiled(text, table().names).evaluate(Scope{}, evaluation), table().memory);
        for (const Entry& entry : value.as_context())
            table().bindings.push_back({table().names.intern(entry.key), entry.value});
    }
}

}  // namespace

int main(int count, char** arguments) {
    const char* path = std::getenv("FEEL_EXPRESSIONS");
    read(path != nullptr ? path : "bench/feel_feelin/expressions.tsv");
    if (table().expressions.empty()) {
        std::cerr << "run from the project's folder, or set FEEL_EXPRESSIONS\n";
        return 4;
    }
    for (const auto& [name, text] : table().expressions) {
        benchmark::RegisterBenchmark(name.c_str(), evaluate, text);
        benchmark::RegisterBenchmark((name + "/with compiling").c_str(), compile_and_evaluate,
                                     text);
    }
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
