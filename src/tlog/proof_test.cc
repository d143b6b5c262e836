#include "tlog/proof.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tlog/testing.h"

using namespace yinuo;
using namespace yinuo::tlog;
using namespace yinuo::tlog::testing;

namespace {

// One log for all tests below; its beginnings are the trees of the smaller sizes.
constexpr std::uint64_t kLeaves = 70'000;

struct Log {
    Shelf shelf;
    std::vector<Entry> entries = entries_from(0, kLeaves);
    std::vector<Hash> roots{empty_root()};  // by size

    Log() {
        Tree tree;
        for (const Entry& entry : entries) {
            shelf.put(tree.append({&entry, 1}));
            roots.push_back(tree.root());
        }
    }
};

Log& the_log() {
    static Log log;
    return log;
}

std::uint64_t any_size() { return *rc::gen::inRange<std::uint64_t>(1, kLeaves + 1); }

}  // namespace

TEST_CASE("every inclusion proof of every tree up to 70 leaves is the naive one and verifies") {
    auto& log = the_log();
    for (std::uint64_t size = 1; size <= 70; ++size)
        for (std::uint64_t index = 0; index < size; ++index) {
            const auto proof = prove_inclusion(log.shelf, index, size);
            REQUIRE(proof);
            CHECK(*proof == naive_path(index, std::span(log.entries).first(size)));
            CHECK(verify_inclusion(hash_entry(log.entries[index]), index, size, *proof,
                                   log.roots[size]));
        }
}

TEST_CASE("an inclusion proof verifies at any size, and no flipped bit or other place does") {
    rc::check([] {
        auto& log = the_log();
        const auto size = any_size();
        const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
        auto leaf = hash_entry(log.entries[index]);
        auto proof = *prove_inclusion(log.shelf, index, size);
        auto root = log.roots[size];
        RC_ASSERT(verify_inclusion(leaf, index, size, proof, root).has_value());
        if (index > 0) RC_ASSERT(!verify_inclusion(leaf, index - 1, size, proof, root));
        RC_ASSERT(!verify_inclusion(leaf, index + 1, size, proof, root));

        const auto where = *rc::gen::inRange<std::size_t>(0, proof.size() + 2);
        const auto bit = *rc::gen::inRange<unsigned>(0, 256);
        Hash& hash = where == 0 ? leaf : where == 1 ? root : proof[where - 2];
        hash.bytes[bit / 8] = static_cast<std::uint8_t>(hash.bytes[bit / 8] ^ 1 << bit % 8);
        RC_ASSERT(!verify_inclusion(leaf, index, size, proof, root));
    });
}

TEST_CASE("consistency holds for all pairs of sizes up to 130") {
    auto& log = the_log();
    for (std::uint64_t size = 1; size <= 130; ++size)
        for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
            const auto proof = prove_consistency(log.shelf, old_size, size);
            REQUIRE(proof);
            CHECK(verify_consistency(old_size, log.roots[old_size], size, log.roots[size], *proof));
            if (old_size == size) CHECK(proof->empty());
        }
}

TEST_CASE("a consistency proof verifies at any sizes, and no flipped bit does") {
    rc::check([] {
        auto& log = the_log();
        const auto size = any_size();
        const auto old_size = *rc::gen::inRange<std::uint64_t>(1, size + 1);
        auto proof = *prove_consistency(log.shelf, old_size, size);
        auto old_root = log.roots[old_size];
        auto root = log.roots[size];
        RC_ASSERT(verify_consistency(old_size, old_root, size, root, proof).has_value());
        RC_ASSERT(!verify_consistency(old_size, root, size + 1, root, proof) || old_size == size);

        const auto where = *rc::gen::inRange<std::size_t>(0, proof.size() + 2);
        const auto bit = *rc::gen::inRange<unsigned>(0, 256);
        Hash& hash = where == 0 ? old_root : where == 1 ? root : proof[where - 2];
        hash.bytes[bit / 8] = static_cast<std::uint8_t>(hash.bytes[bit / 8] ^ 1 << bit % 8);
        RC_ASSERT(!verify_consistency(old_size, old_root, size, root, proof));
    });
}

TEST_CASE("a proof that is too long or too short says how long it should be") {
    auto& log = the_log();
    auto proof = *prove_inclusion(log.shelf, 5, 8);
    proof.push_back(proof[0]);
    const auto verdict = verify_inclusion(hash_entry(log.entries[5]), 5, 8, proof, log.roots[8]);
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().what.en == "the proof has 4 hashes");
    CHECK(verdict.error().mend.en == "it should have exactly 3");
}

TEST_CASE("sizes of 64 bits don't overflow") {
    const auto most = ~std::uint64_t{0};
    CHECK_FALSE(verify_inclusion({}, most, most, {}, {}));
    CHECK_FALSE(verify_inclusion({}, most - 1, most, {}, {}));
    CHECK_FALSE(verify_inclusion({}, 0, most, {}, {}));
    CHECK_FALSE(verify_consistency(1, {}, most, {}, {}));
    CHECK_FALSE(verify_consistency(most - 1, {}, most, {}, {}));
    Shelf empty;
    CHECK_FALSE(prove_inclusion(empty, most - 1, most));
    CHECK_FALSE(prove_consistency(empty, 1, most));
    CHECK_FALSE(prove_consistency(empty, 0, 1));
    CHECK(*root_of(empty, 0) == empty_root());
}
