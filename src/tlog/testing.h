// For this room's tests: tiles in memory, and RFC 6962 written down once more, naively.
#pragma once

#include <bit>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tlog/tile.h"
#include "tlog/tree.h"

namespace yinuo::tlog::testing {

// Keeps the widest version of each tile, as a store does that lets partial tiles go.
class Shelf : public TileReader {
public:
    void put(const std::vector<TileBytes>& written) {
        for (const auto& [tile, bytes] : written) tiles[key(tile)] = bytes;
    }
    Result<std::string> read(const Tile& tile) override {
        ++reads;
        const auto found = tiles.find(key(tile));
        if (found == tiles.end())
            return refuse(
                {.code = "no-tile", .what = {"没有 " + tile_path(tile), "no " + tile_path(tile)}});
        return found->second;
    }
    // The address of the full tile, whatever the width.
    static std::string key(Tile tile) {
        tile.width = kTileWidth;
        return tile_path(tile);
    }

    std::map<std::string, std::string> tiles;
    int reads = 0;
};

inline Entry entry_number(std::uint64_t number) {
    Entry entry{};
    for (std::size_t i = 0; i < 8; ++i)
        entry[i] = static_cast<std::uint8_t>(number * 0x9e3779b97f4a7c15ULL >> (8 * i));
    return entry;
}

inline std::vector<Entry> entries_from(std::uint64_t first, std::uint64_t count) {
    std::vector<Entry> entries;
    for (std::uint64_t i = 0; i < count; ++i) entries.push_back(entry_number(first + i));
    return entries;
}

// MTH(D[n]).
inline Hash naive_root(std::span<const Entry> leaves) {
    if (leaves.empty()) return empty_root();
    if (leaves.size() == 1) return hash_entry(leaves[0]);
    std::size_t left = 1;
    while (left * 2 < leaves.size()) left *= 2;
    return hash_children(naive_root(leaves.first(left)), naive_root(leaves.subspan(left)));
}

// PATH(m, D[n]).
inline std::vector<Hash> naive_path(std::size_t index, std::span<const Entry> leaves) {
    if (leaves.size() == 1) return {};
    std::size_t left = 1;
    while (left * 2 < leaves.size()) left *= 2;
    auto path = index < left ? naive_path(index, leaves.first(left))
                             : naive_path(index - left, leaves.subspan(left));
    path.push_back(index < left ? naive_root(leaves.subspan(left))
                                : naive_root(leaves.first(left)));
    return path;
}

}  // namespace yinuo::tlog::testing
