#include "tlog/tile.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace yinuo;
using namespace yinuo::tlog;

TEST_CASE("tiles have the paths of the specification") {
    CHECK(tile_path({TileKind::Hashes, 0, 1'234'067}) == "tile/0/x001/x234/067");
    CHECK(tile_path({TileKind::Hashes, 1, 0, 17}) == "tile/1/000.p/17");
    CHECK(tile_path({TileKind::Entries, 0, 1000, 1}) == "tile/entries/x001/000.p/1");
    CHECK(tile_path({TileKind::Entries, 0, 999}) == "tile/entries/999");
}

TEST_CASE("every tile's path leads back to it") {
    rc::check([] {
        Tile tile;
        tile.kind = *rc::gen::element(TileKind::Hashes, TileKind::Entries);
        if (tile.kind == TileKind::Hashes) tile.level = *rc::gen::inRange<std::uint8_t>(0, 64);
        tile.index = *rc::gen::arbitrary<std::uint64_t>() >> *rc::gen::inRange(0, 64);
        tile.width = *rc::gen::inRange(1U, 257U);
        const auto parsed = parse_tile_path(tile_path(tile));
        RC_ASSERT(parsed.has_value());
        RC_ASSERT(*parsed == tile);
    });
}

TEST_CASE("what is no path of a tile is refused") {
    for (const auto* path : {"",
                             "/tile/0/000",
                             "tile",
                             "tile/",
                             "tile/0",
                             "tile/0/",
                             "tile/00/000",
                             "tile/64/000",
                             "tile/-1/000",
                             "tile/a/000",
                             "tile/0/00",
                             "tile/0/0000",
                             "tile/0/x000",
                             "tile/0/x000/001",
                             "tile/0/001/002",
                             "tile/0/x001/x002",
                             "tile/0/x001//002",
                             "tile/0/001/",
                             "tile/0/x001/002/",
                             "tile/0/000.p",
                             "tile/0/000.p/",
                             "tile/0/000.p/0",
                             "tile/0/000.p/256",
                             "tile/0/000.p/01",
                             "tile/0/000.p/1/",
                             "tile/0/000.p/1.p/1",
                             "tile/0/000/.p/1",
                             "tile/0/X001/002",
                             "tile/entries/000.P/1",
                             "tile/entry/000",
                             "tile/0/000 ",
                             "tile/0/000?x",
                             "tile/0/../000",
                             "tile/0/x999/x999/x999/x999/x999/x999/999",
                             "tile/0/x018/x446/x744/x073/x709/x551/616"}) {
        INFO(path);
        const auto parsed = parse_tile_path(path);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == "bad-tile-path");
    }
    CHECK(parse_tile_path("tile/0/x018/x446/x744/x073/x709/x551/615")->index == ~0ULL);
    CHECK(parse_tile_path("tile/9/000").value().level == 9);
}

TEST_CASE("a tile is as wide as the tree makes it") {
    CHECK(tile_width(70'000, 0, 272) == 256);
    CHECK(tile_width(70'000, 0, 273) == 112);
    CHECK(tile_width(70'000, 0, 274) == 0);
    CHECK(tile_width(70'000, 1, 1) == 17);
    CHECK(tile_width(70'000, 2, 0) == 1);
    CHECK(tile_width(256, 0, 1) == 0);
    CHECK(tile_width(70'000, 63, 0) == 0);
    CHECK(tile_width(~0ULL, 0, ~0ULL) == 0);
}
