// Hashing, growing, proving and signing, on one core. Items are leaves, proofs or signatures.
#include <benchmark/benchmark.h>

#include "tlog/audit.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"
#include "tlog/testing.h"

namespace yinuo::tlog {
namespace {

constexpr std::uint64_t kLeaves = 1 << 20;

void leaf_hashes(benchmark::State& state) {
    Entry entry{};
    for (auto _ : state) entry = hash_entry(entry).bytes;
    benchmark::DoNotOptimize(entry);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(leaf_hashes);

// A commit each batch: appended, its tiles made, its root computed.
void append_batches(benchmark::State& state) {
    const auto batch = testing::entries_from(0, static_cast<std::uint64_t>(state.range(0)));
    Tree tree;
    for (auto _ : state) {
        benchmark::DoNotOptimize(tree.append(batch));
        benchmark::DoNotOptimize(tree.root());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_batches)->Arg(1)->Arg(64)->Arg(1000);

struct Log {
    testing::Shelf shelf;
    Tree tree;
    SignerKey key =
        *SignerKey::from_seed("example.com/log", KeyType::Ed25519, std::string(32, 'l'));
    Log() { shelf.put(tree.append(testing::entries_from(0, kLeaves))); }
};

const Log& the_log() {
    static const Log log;
    return log;
}

std::uint64_t next_index(std::uint64_t& seed) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (seed >> 33) % kLeaves;
}

// The same from what a store holds, as after a restart.
void open_tree(benchmark::State& state) {
    Log log = the_log();
    log.shelf.put(log.tree.append(testing::entries_from(0, 255)));
    for (auto _ : state) benchmark::DoNotOptimize(Tree::open(log.shelf, log.tree.size()));
}
BENCHMARK(open_tree);

void make_inclusion_proof(benchmark::State& state) {
    auto shelf = the_log().shelf;
    std::uint64_t seed = 1;
    for (auto _ : state)
        benchmark::DoNotOptimize(prove_inclusion(shelf, next_index(seed), kLeaves));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(make_inclusion_proof);

void make_consistency_proof(benchmark::State& state) {
    auto shelf = the_log().shelf;
    std::uint64_t seed = 1;
    for (auto _ : state)
        benchmark::DoNotOptimize(prove_consistency(shelf, 1 + next_index(seed), kLeaves));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(make_consistency_proof);

void verify_inclusion_proof(benchmark::State& state) {
    auto shelf = the_log().shelf;
    const Hash root = the_log().tree.root();
    const std::uint64_t index = 654'321;
    const auto proof = *prove_inclusion(shelf, index, kLeaves);
    const Hash leaf = hash_entry(testing::entry_number(index));
    for (auto _ : state)
        benchmark::DoNotOptimize(verify_inclusion(leaf, index, kLeaves, proof, root).has_value());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_inclusion_proof);

void sign(benchmark::State& state) {
    const auto& log = the_log();
    for (auto _ : state)
        benchmark::DoNotOptimize(sign_checkpoint(log.key, kLeaves, log.tree.root()));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sign);

void open_signed(benchmark::State& state) {
    const auto& log = the_log();
    const auto note = sign_checkpoint(log.key, kLeaves, log.tree.root());
    const Trust trust{"example.com/log", {log.key.verifier()}, {}, 0};
    for (auto _ : state) benchmark::DoNotOptimize(open_checkpoint(note, trust).has_value());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(open_signed);

void audit_log(benchmark::State& state) {
    auto log = the_log();
    for (auto _ : state)
        benchmark::DoNotOptimize(audit(log.shelf, kLeaves, log.tree.root()).entries);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kLeaves));
}
BENCHMARK(audit_log)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yinuo::tlog

BENCHMARK_MAIN();
