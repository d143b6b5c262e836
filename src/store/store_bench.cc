// What the store costs on a real disk: turns written, obligations read and listed, wakers.
//
//   store_bench [--dir=DIRECTORY] [--turns=1000000] [Google Benchmark's options]
//
// DIRECTORY (default: the current one) gets a file of about a kilobyte and a half a turn.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>

#include "store/sqlite_store.h"

namespace yinuo::store {
namespace {

struct Settings {
    std::string directory = ".";
    std::int64_t turns = 1'000'000;
} settings;

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string path_of(const char* name) { return settings.directory + "/" + name; }

void remove_store(const std::string& path) {
    for (const char* end : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + end);
}

enum class Ids { Rising, Random };

// Writes turns: each one entry of 400 bytes, a new stream, two obligations, a fact's id.
class Filler {
public:
    Filler(Store& store, Ids ids) : store_(store), ids_(ids) {}

    void turns(std::int64_t count, std::int64_t a_commit) {
        for (std::int64_t done = 0; done < count; done += a_commit) {
            const auto before = wall_seconds();
            auto writing = store_.write();
            const auto source = writing->source(1, "crm");
            for (std::int64_t i = 0; i < a_commit; ++i) turn(*writing, source);
            writing->commit();
            slowest_ = std::max(slowest_, wall_seconds() - before);
        }
    }

    double slowest() const { return slowest_; }  // commit, in seconds

private:
    void turn(Writing& writing, std::int64_t source) {
        const auto id = writing.last_position() + 1;
        const Instant now{1'760'000'000'000 + id * 40};
        writing.append({.tenant = 1,
                        .stream = id,
                        .kind = 1,
                        .recorded_at = now,
                        .leaf = id * 2,
                        .leaves = 2,
                        .body = body_});
        writing.put_stream({.id = id,
                            .tenant = 1,
                            .name = "order/" + std::to_string(10'000'000 + id),
                            .turned_at = now,
                            .wakes_at = now + hours(20)});
        ObligationRow row;
        row.tenant = 1;
        row.stream = id;
        row.version = 1 + id % 20;
        row.started_at = now;
        row.position = id;
        for (int clause = 0; clause < 2; ++clause) {
            row.id = writing.last_obligation() + 1;
            row.clause = clause;
            row.state = static_cast<std::uint8_t>(random_() % 4);
            row.due_at = now + hours(4 + clause * 20) + minutes(static_cast<int>(random_() % 600));
            row.first_due_at = row.promised_at = row.due_at;
            row.warns_at = row.due_at - hours(1);
            row.leaf = id * 2 + clause;
            writing.put_obligation(row);
        }
        char fact[40];
        if (ids_ == Ids::Rising)
            std::snprintf(fact, sizeof fact, "evt-%012lld", static_cast<long long>(id));
        else
            std::snprintf(fact, sizeof fact, "%016llx%016llx",
                          static_cast<unsigned long long>(random_()),
                          static_cast<unsigned long long>(random_()));
        writing.put_fact(source, fact, id);
    }

    Store& store_;
    Ids ids_;
    std::string body_ = std::string(400, 'x');
    std::mt19937_64 random_{7};
    double slowest_ = 0;
};

void commits(benchmark::State& state, std::int64_t a_commit, Ids ids) {
    const auto path = path_of("bench-commits.db");
    for (auto _ : state) {
        remove_store(path);
        auto store = open_sqlite(path).value();
        const auto cpu = cpu_seconds(), wall = wall_seconds();
        Filler filler(*store, ids);
        filler.turns(settings.turns, a_commit);
        const auto turns = static_cast<double>(settings.turns);
        state.counters["turns/s"] = turns / (wall_seconds() - wall);
        state.counters["cpu_us/turn"] = (cpu_seconds() - cpu) * 1e6 / turns;
        state.counters["slowest_ms"] = filler.slowest() * 1000;
        store.reset();
        state.counters["bytes/turn"] =
            static_cast<double>(std::filesystem::file_size(path)) / turns;
    }
    remove_store(path);
}

// A store of that many obligations, made once and kept between runs in one directory.
Store& filled(std::int64_t obligations) {
    static std::unique_ptr<Store> store;
    static std::int64_t has = 0;
    if (has == obligations) return *store;
    store.reset();
    const auto path = path_of("bench-reading.db");
    remove_store(path);
    store = open_sqlite(path).value();
    Filler(*store, Ids::Rising).turns(obligations / 2, 1000);
    has = obligations;
    return *store;
}

void read_one(benchmark::State& state) {
    auto& store = filled(state.range(0));
    auto reading = store.read();
    std::mt19937_64 random(3);
    for (auto _ : state)
        benchmark::DoNotOptimize(
            reading->obligation(static_cast<ObligationId>(random()) % state.range(0) + 1));
}

void begin_and_read_one(benchmark::State& state) {
    auto& store = filled(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(store.read()->obligation(17));
}

void list_by_due(benchmark::State& state) {
    auto& store = filled(state.range(0));
    auto reading = store.read();
    ObligationQuery query{.tenant = 1, .states = {0, 1, 2}};
    const auto middle = reading->obligation(state.range(0) / 2)->due_at;
    query.after_due_at = middle;
    for (auto _ : state) benchmark::DoNotOptimize(reading->obligations(query));
}

void list_of_version(benchmark::State& state) {
    auto& store = filled(state.range(0));
    auto reading = store.read();
    const ObligationQuery query{.tenant = 1, .states = {0, 1, 2}, .version = 7};
    for (auto _ : state) benchmark::DoNotOptimize(reading->obligations(query));
}

void count_by_state(benchmark::State& state) {
    auto& store = filled(state.range(0));
    auto reading = store.read();
    for (auto _ : state) benchmark::DoNotOptimize(reading->count_by_state(1));
}

void all_wakers(benchmark::State& state) {
    auto& store = filled(state.range(0) * 2);
    auto reading = store.read();
    for (auto _ : state) {
        std::int64_t seen = 0;
        reading->wakers([&](Instant, StreamId) { ++seen; });
        if (seen != state.range(0)) state.SkipWithError("wakers are missing");
    }
}

void add_benchmarks() {
    using benchmark::RegisterBenchmark;
    for (const std::int64_t a_commit : {64, 1000})
        for (const auto ids : {Ids::Rising, Ids::Random}) {
            const auto name = "commits/" + std::to_string(a_commit) +
                              (ids == Ids::Rising ? "/rising_ids" : "/random_ids");
            RegisterBenchmark(name.c_str(), commits, a_commit, ids)
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        }
    for (const std::int64_t rows : {100'000, 1'000'000}) {
        RegisterBenchmark("read_one", read_one)->Arg(rows);
        RegisterBenchmark("begin_and_read_one", begin_and_read_one)->Arg(rows);
        RegisterBenchmark("list_by_due", list_by_due)->Arg(rows);
        RegisterBenchmark("list_of_version", list_of_version)->Arg(rows);
        RegisterBenchmark("count_by_state", count_by_state)->Arg(rows);
    }
    RegisterBenchmark("all_wakers", all_wakers)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace yinuo::store

int main(int count, char** words) {
    using yinuo::store::settings;
    std::vector<char*> rest;
    for (int i = 0; i < count; ++i) {
        if (std::strncmp(words[i], "--dir=", 6) == 0)
            settings.directory = words[i] + 6;
        else if (std::strncmp(words[i], "--turns=", 8) == 0)
            settings.turns = std::stoll(words[i] + 8);
        else
            rest.push_back(words[i]);
    }
    auto left = static_cast<int>(rest.size());
    benchmark::Initialize(&left, rest.data());
    if (benchmark::ReportUnrecognizedArguments(left, rest.data())) return 2;
    yinuo::store::add_benchmarks();
    benchmark::RunSpecifiedBenchmarks();
    yinuo::store::remove_store(yinuo::store::path_of("bench-reading.db"));
}
