// A log's tree while it grows: what must be kept in mind to append, and nothing else.
//
// A Tree holds the right edge only: the size, the partial tiles and the roots of the perfect trees
// that the leaves fall into, at most 9 KB a level of tiles. It is a value: whoever appends inside a
// transaction appends to a copy and keeps the copy once the transaction is on disk. Reads no store
// but in open(), writes none at all.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tlog/hash.h"
#include "tlog/tile.h"

namespace yinuo::tlog {

// No tree grows beyond this many leaves; larger sizes are refused wherever they are read.
inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 62) - 1;

struct TileBytes {
    Tile tile;
    std::string bytes;
};

class Tree {
public:
    // A tree without leaves.
    Tree() = default;

    // The tree of the first `size` leaves of what `tiles` holds. Reads its partial tiles: one a
    // level and one bundle of entries. Refuses what the reader refuses, tiles that are too short, a
    // size above kTreeSizeMax, and a bundle that doesn't match its hashes ("damaged-tile").
    static Result<Tree> open(TileReader& tiles, std::uint64_t size);

    // Appends leaves and returns every tile that is new by it: the full ones, and those that are
    // partial afterwards, as they are for this size. Entries first, then levels from 0 up, each
    // from the left. All must be stored before a checkpoint of this size is shown to anybody.
    std::vector<TileBytes> append(std::span<const Entry> entries);

    std::uint64_t size() const { return size_; }
    Hash root() const;

private:
    static constexpr std::size_t kLevels = 8;

    void add_hash(unsigned level, const Hash&, std::vector<TileBytes>& full);
    void add_leaf(const Hash&, std::vector<TileBytes>& full);

    std::uint64_t size_ = 0;
    std::array<std::string, kLevels> edge_;  // by level, the hashes of its partial tile
    std::string entries_;                    // the bundle above edge_[0]
    std::array<Hash, 64>
        perfect_;  // [h]: the root of the tree of 2^h leaves, if bit h of size_ is set
};

// The entry at `position` of a bundle that is long enough; nullopt if its length isn't 32.
std::optional<Entry> entry_at(std::string_view bundle, std::size_t position);

// The leaf hash of a commitment.
Hash hash_entry(const Entry&);

}  // namespace yinuo::tlog
