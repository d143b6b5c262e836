// The tiles of C2SP tlog-tiles: a log's tree cut into resources that never change.
//
// A hash tile holds up to 256 hashes of one level of the tree: at level 0 the leaves' hashes, at
// level l + 1 the roots of the full tiles of level l. A bundle of entries ("entries tile") holds
// the entries below one tile of level 0, each behind its length as two bytes, big-endian. Widths
// below 256 are partial tiles, which exist only at the right edge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tlog/hash.h"

namespace yinuo::tlog {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint32_t kTileWidth = 1U << kTileHeight;

// What a log writes down for a leaf: 32 bytes of commitment. What they commit to is for whoever
// appends them to say.
using Entry = std::array<std::uint8_t, 32>;
inline constexpr std::size_t kBundledEntryBytes = 2 + sizeof(Entry);

enum class TileKind : std::uint8_t { Hashes, Entries };

struct Tile {
    TileKind kind = TileKind::Hashes;
    std::uint8_t level = 0;            // 0..63; 0 for entries
    std::uint64_t index = 0;           // within the level
    std::uint32_t width = kTileWidth;  // 1..256 hashes or entries
    bool operator==(const Tile&) const = default;

    bool is_full() const { return width == kTileWidth; }
};

// "tile/0/x001/x234/067", "tile/1/000.p/17", "tile/entries/000.p/3": the address below a log's
// prefix, without a leading slash.
std::string tile_path(const Tile&);

// Strictly the other way: each tile has one path, everything else is refused with what is off.
Result<Tile> parse_tile_path(std::string_view path);

// How many hashes (or, at level 0, entries) tile `index` of `level` has in a tree of `size` leaves:
// 0 if it isn't part of that tree.
std::uint32_t tile_width(std::uint64_t size, unsigned level, std::uint64_t index);

// Where tiles come from. The storage behind it is somebody else's.
class TileReader {
public:
    virtual ~TileReader() = default;

    // The bytes of the tile with this kind, level and index. At least `tile.width` hashes or
    // entries; a store that has the same tile wider may give it as it is, more is not looked at.
    // Refuses if it isn't there.
    virtual Result<std::string> read(const Tile& tile) = 0;
};

// reader.read(tile), cut to the tile's width; a tile that is too short is refused ("short-tile").
Result<std::string> read_tile(TileReader& reader, const Tile& tile);

// The hash at `position` of a hash tile's bytes.
Hash hash_at(std::string_view tile_bytes, std::size_t position);

// The root of the perfect tree over `count` hashes (a power of two) from `first` on.
Hash perfect_root(std::string_view tile_bytes, std::size_t first, std::size_t count);

}  // namespace yinuo::tlog
