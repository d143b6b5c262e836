#include "tlog/audit.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tlog/testing.h"

using namespace yinuo;
using namespace yinuo::tlog;
using namespace yinuo::tlog::testing;

namespace {

struct Log {
    Shelf shelf;
    Tree tree;
    explicit Log(std::uint64_t size) { shelf.put(tree.append(entries_from(0, size))); }
    Audit audited() { return audit(shelf, tree.size(), tree.root()); }
};

void flip(std::string& bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
}

}  // namespace

TEST_CASE("a sound log has no flaws") {
    for (const std::uint64_t size : {0, 1, 2, 255, 256, 257, 600, 65'536, 66'000}) {
        Log log(size);
        const auto found = log.audited();
        CHECK(found.flaws.empty());
        CHECK(found.entries == size);
    }
}

TEST_CASE("a flipped bit anywhere is found where it is, and nothing else is blamed") {
    static const Log sound(66'000);
    rc::check([] {
        Log log = sound;
        const auto path = *rc::gen::elementOf([&] {
            std::vector<std::string> paths;
            // Most tiles are of level 0; the few above deserve as many turns.
            for (const auto& [name, bytes] : log.shelf.tiles)
                paths.insert(paths.end(),
                             name.starts_with("tile/0") || name.starts_with("tile/e") ? 1 : 80,
                             name);
            return paths;
        }());
        auto& bytes = log.shelf.tiles[path];
        const auto bit = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
        flip(bytes, bit);
        const auto found = log.audited();
        RC_ASSERT(found.flaws.size() == 1U);
        const auto& flaw = found.flaws[0];
        RC_ASSERT(Shelf::key(flaw.tile) == path);
        RC_ASSERT(flaw.position.has_value());
        const bool entries = flaw.tile.kind == TileKind::Entries;
        RC_ASSERT(*flaw.position == bit / 8 / (entries ? 34 : 32));
        RC_ASSERT(flaw.error.code == (entries ? "damaged-entry" : "damaged-hash"));
        RC_ASSERT(found.entries == log.tree.size() - (entries ? 1 : 0));
    });
}

TEST_CASE("damage in several places at once is told apart") {
    Log log(66'000);
    flip(log.shelf.tiles["tile/1/000"], 3 * 256);                 // a hash
    flip(log.shelf.tiles["tile/0/007"], 9 * 256);                 // a hash in a tile beside it
    flip(log.shelf.tiles["tile/entries/007"], 34 * 8 * 20 + 16);  // an entry below that
    log.shelf.tiles.erase("tile/0/011");
    log.shelf.tiles.erase("tile/entries/012");
    std::vector<std::string> told;
    for (const auto& flaw : log.audited().flaws)
        told.push_back(flaw.error.code + " " + tile_path(flaw.tile) + " " +
                       (flaw.position ? std::to_string(*flaw.position) : "-"));
    CHECK(told == std::vector<std::string>{"damaged-hash tile/1/000 3", "damaged-hash tile/0/007 9",
                                           "damaged-entry tile/entries/007 20",
                                           "missing-tile tile/0/011 -",
                                           "missing-tile tile/entries/012 -"});
}

TEST_CASE("another log's root is said to be that") {
    Log log(300);
    const auto found = audit(log.shelf, 300, Log(299).tree.root());
    REQUIRE(found.flaws.size() == 1);
    CHECK(found.flaws[0].error.code == "wrong-root");
    CHECK(audit(log.shelf, 0, log.tree.root()).flaws.at(0).error.code == "wrong-root");
    CHECK(audit(log.shelf, ~0ULL, log.tree.root()).flaws.at(0).error.code == "wrong-root");
}

TEST_CASE("a log without its tiles doesn't fill the report") {
    Log log(66'000);
    log.shelf.tiles.clear();
    const auto found = audit(log.shelf, log.tree.size(), log.tree.root(), 10);
    CHECK(found.flaws.size() <= 10);
    CHECK(found.flaws[0].error.code == "missing-tile");
}
