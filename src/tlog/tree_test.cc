#include "tlog/tree.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tlog/proof.h"
#include "tlog/testing.h"

using namespace yinuo;
using namespace yinuo::tlog;
using namespace yinuo::tlog::testing;

TEST_CASE("a tree without leaves has the hash of nothing as its root") {
    CHECK(to_text(Tree().root()) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    CHECK(Tree().append({}).empty());
}

TEST_CASE("a tree of 70,000 leaves has the tiles that the specification counts") {
    Tree tree;
    const auto entries = entries_from(0, 70'000);
    std::map<std::pair<int, std::uint32_t>, int> count;  // (level, width); -1 are entries
    for (const auto& [tile, bytes] : tree.append(entries)) {
        ++count[{tile.kind == TileKind::Entries ? -1 : tile.level, tile.width}];
        CHECK(bytes.size() == tile.width * (tile.kind == TileKind::Entries ? 34 : 32));
        if (tile.kind == TileKind::Hashes)
            CHECK(tile.width == tile_width(70'000, tile.level, tile.index));
    }
    CHECK(count == decltype(count){{{-1, 256}, 273},
                                   {{-1, 112}, 1},
                                   {{0, 256}, 273},
                                   {{0, 112}, 1},
                                   {{1, 256}, 1},
                                   {{1, 17}, 1},
                                   {{2, 1}, 1}});
    CHECK(tree.root() == naive_root(entries));
}

TEST_CASE("every hash of every tile is the one that the specification defines") {
    const auto entries = entries_from(0, 70'000);
    int hashes = 0;
    for (const auto& [tile, bytes] : Tree().append(entries)) {
        if (tile.kind == TileKind::Entries) continue;
        const std::size_t leaves = std::size_t{1} << (kTileHeight * tile.level);
        for (std::size_t i = 0; i < tile.width; ++i, ++hashes)
            REQUIRE(hash_at(bytes, i) == naive_root(std::span(entries).subspan(
                                             (tile.index * kTileWidth + i) * leaves, leaves)));
    }
    CHECK(hashes == 70'000 + 273 + 1);
}

TEST_CASE("a tree of 256 leaves is one full tile and a partial one of width 1 above it") {
    Tree tree;
    const auto written = tree.append(entries_from(0, 256));
    REQUIRE(written.size() == 3);
    CHECK(tile_path(written[0].tile) == "tile/entries/000");
    CHECK(tile_path(written[1].tile) == "tile/0/000");
    CHECK(tile_path(written[2].tile) == "tile/1/000.p/1");
    CHECK(hash_at(written[2].bytes, 0) == tree.root());
}

TEST_CASE("appending in any batches gives the same tiles and the naive root") {
    rc::check([] {
        const auto sizes = *rc::gen::container<std::vector<int>>(
            rc::gen::element(0, 1, 3, 64, 255, 256, 257, 700));
        Shelf batched;
        Tree tree;
        std::vector<Entry> all;
        for (const int size : sizes) {
            const auto batch = entries_from(all.size(), static_cast<std::uint64_t>(size));
            // Half of the turns open the tree anew from what is stored.
            if (size % 2 == 0) {
                auto opened = Tree::open(batched, tree.size());
                RC_ASSERT(opened.has_value());
                tree = *opened;
            }
            batched.put(tree.append(batch));
            all.insert(all.end(), batch.begin(), batch.end());
        }
        RC_ASSERT(tree.size() == all.size());
        RC_ASSERT(tree.root() == naive_root(all));
        RC_ASSERT(*root_of(batched, tree.size()) == tree.root());
        Shelf once;
        once.put(Tree().append(all));
        RC_ASSERT(once.tiles == batched.tiles);
    });
}

TEST_CASE("opening a tree reads one tile a level and one bundle, however large the tree is") {
    Shelf shelf;
    Tree tree;
    shelf.put(tree.append(entries_from(0, 70'000)));
    shelf.reads = 0;
    REQUIRE(Tree::open(shelf, tree.size()));
    CHECK(shelf.reads == 4);
}

TEST_CASE("a tree whose last bundle is damaged is not appended to") {
    Shelf shelf;
    Tree tree;
    shelf.put(tree.append(entries_from(0, 300)));
    shelf.tiles["tile/entries/001"][2 + 34 * 7] ^= 1;
    const auto opened = Tree::open(shelf, 300);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "damaged-tile");
    CHECK(opened.error().what.en == "entry 263 in tile/entries/001.p/44 doesn't match its hash");
    CHECK(Tree::open(shelf, 301).error().code == "short-tile");
    CHECK(Tree::open(shelf, 1ULL << 63).error().code == "tree-too-large");
}
