// What figures cost over many obligations, on a real disk: counted by the index (all promises), and
// walked (one promise).
//
//   figures_bench [--rows=1000000] [--dir=figures-bench]      prints one line each
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "engine/bench_watch.h"
#include "engine/testing.h"
#include "server/figures.h"
#include "store/sqlite_store.h"

namespace yinuo::server {
namespace {

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
)";
constexpr int kDays = 90;
constexpr std::int64_t kOneBroken = 20;  // in so many

// Rows as the engine would have left them, without the turns that lead there.
void fill(store::Store& store, store::TenantId tenant, store::Position version, Instant from,
          std::int64_t rows) {
    const auto every = hours(24 * kDays).count / rows;
    auto writing = store.write();
    store::StreamId stream = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        const bool broken = i % kOneBroken == 0;
        if (broken) {
            stream = writing->append({.tenant = tenant,
                                      .stream = writing->last_position() + 1,
                                      .kind = 1,
                                      .recorded_at = from,
                                      .body = "{}"});
            writing->put_stream({.id = stream,
                                 .tenant = tenant,
                                 .name = "parcel/" + std::to_string(i),
                                 .turned_at = from});
        }
        store::ObligationRow row;
        row.id = i + 1;
        row.tenant = tenant;
        row.stream = stream;
        row.version = version;
        row.state =
            static_cast<std::uint8_t>(broken ? promise::State::Broken : promise::State::Kept);
        row.due_at = row.promised_at = row.first_due_at = from + Millis{i * every};
        row.started_at = row.due_at - hours(24);
        row.settled_at =
            broken ? row.due_at + minutes(i % 5'000) : row.started_at + minutes(i * 7'919 % 1'440);
        if (broken) row.broken_at = row.due_at + Millis{1};
        writing->put_obligation(row);
        if (i % 50'000 == 49'999) {
            writing->commit();
            writing.reset();  // one at a time
            writing = store.write();
        }
    }
    writing->commit();
}

int run(std::int64_t rows, const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto opened = store::open_sqlite((folder / "yinuo.db").string());
    if (!opened) return 1;
    engine::World world(std::move(*opened));
    const auto version = world.publish(kParcel);
    const Instant from = world.clock.now();
    fill(*world.store, world.tenant, version, from, rows);
    ShelfDesk shelves(*world.store, world.zones);
    const auto reading = world.store->read();
    const Records records{.reading = *reading,
                          .shelves = shelves,
                          .tenant = world.tenant,
                          .now = from + hours(24 * (kDays + 30))};
    const Window all{.from = from, .until = from + hours(24 * kDays)};
    Window one = all;
    one.promise = "parcel";
    const Zone zone = Zone::fixed(8 * 3'600);
    const auto measure = [&](const char* what, const auto& make) {
        const engine::Watch watch;
        const auto made = make();
        watch.tell(what, rows);
        if (made.is_cut) std::printf("    cut\n");
    };
    const auto days = pieces_of(all, zone, Step::Day);
    measure("kept by day, all promises", [&] { return tally(records, all, days); });
    measure("kept by day, one promise", [&] { return tally(records, one, days); });
    measure("by hour of the week, all", [&] { return broken_by_hour(records, all, zone); });
    measure("by hour of the week, one", [&] { return broken_by_hour(records, one, zone); });
    measure("lateness, all", [&] { return lateness_figures(records, all); });
    measure("control chart of kept-rates, all",
            [&] { return control_figures(records, all, zone, Step::Day, Charted::Kept); });
    measure("control chart of durations, all",
            [&] { return control_figures(records, all, zone, Step::Day, Charted::Duration); });
    measure("funnel, all", [&] { return recovery_funnel(records, all); });
    std::filesystem::remove_all(folder);
    return 0;
}

}  // namespace
}  // namespace yinuo::server

int main(int argc, char** argv) {
    std::int64_t rows = 1'000'000;
    std::filesystem::path folder = "figures-bench";
    for (int i = 1; i < argc; ++i) {
        if (std::strncmp(argv[i], "--rows=", 7) == 0) rows = std::atoll(argv[i] + 7);
        if (std::strncmp(argv[i], "--dir=", 6) == 0) folder = argv[i] + 6;
    }
    return yinuo::server::run(rows, folder);
}
