// Checks every tile and every entry of a log against the root of a checkpoint, and finds what is
// damaged: the root vouches for the right edge, each hash for the tile below it, each hash of a
// leaf for its entry.
//
// Where a tile isn't what is vouched for, its hashes are computed anew from the tiles below; if
// those lead to the right hash, the damage is known to the position. Reads every tile once, the
// tiles below a damaged one twice. Whether the checkpoint is signed is not its concern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "tlog/hash.h"
#include "tlog/tile.h"

namespace yinuo::tlog {

// Codes: "missing-tile", "damaged-hash" and "damaged-entry" (with their position), "damaged-tile"
// (more is wrong in or below it than can be told apart), "wrong-root" (the right edge doesn't lead
// to the root: not this log, or beyond telling).
struct Flaw {
    Tile tile;
    std::optional<std::uint32_t> position;  // of the hash or entry within the tile
    Error error;
};

struct Audit {
    std::uint64_t entries = 0;  // whose content was checked and found right
    std::vector<Flaw> flaws;    // at most as many as asked for; then the check has stopped
};

Audit audit(TileReader& tiles, std::uint64_t size, const Hash& root, std::size_t flaws_max = 100);

}  // namespace yinuo::tlog
