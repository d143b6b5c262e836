#include "tlog/audit.h"

#include <functional>
#include <string>

#include "tlog/tree.h"

namespace yinuo::tlog {
namespace {

constexpr unsigned kLevels = 8;
constexpr std::size_t kDoubtsMax = 8;  // positions in doubt whose 2^n readings are all tried

void set_hash(std::string& bytes, std::size_t position, const Hash& hash) {
    bytes.replace(position * kHashBytes, kHashBytes, hash.view());
}

// Positions at which two sequences of hashes differ.
std::vector<std::size_t> differences(std::string_view a, std::string_view b) {
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; (i + 1) * kHashBytes <= a.size(); ++i)
        if (hash_at(a, i) != hash_at(b, i)) positions.push_back(i);
    return positions;
}

// Where what is stored and what was computed from below differ, one of them is damaged. Tries which
// of the two it is at each position, until `is_right` says so.
std::optional<std::string> reconcile(const std::string& stored, const std::string& computed,
                                     const std::function<bool(const std::string&)>& is_right) {
    if (is_right(stored)) return stored;
    if (is_right(computed)) return computed;
    const auto doubts = differences(stored, computed);
    if (doubts.size() > kDoubtsMax) return std::nullopt;
    for (std::size_t choice = 1; choice < std::size_t{1} << doubts.size(); ++choice) {
        std::string mixed = stored;
        for (std::size_t i = 0; i < doubts.size(); ++i)
            if ((choice >> i & 1) != 0) set_hash(mixed, doubts[i], hash_at(computed, doubts[i]));
        if (is_right(mixed)) return mixed;
    }
    return std::nullopt;
}

class Auditor {
public:
    Auditor(TileReader& tiles, std::uint64_t size, std::size_t flaws_max)
        : tiles_(tiles), size_(size), flaws_max_(flaws_max) {}

    Audit run(const Hash& root) {
        if (size_ > kTreeSizeMax || (size_ == 0 && root != empty_root())) {
            wrong_root(Tile{}, root);
        } else {
            check_edge(root);
        }
        return std::move(audit_);
    }

private:
    bool enough() const { return audit_.flaws.size() >= flaws_max_; }

    void add(const Tile& tile, std::optional<std::uint32_t> position, Error error) {
        if (!enough()) audit_.flaws.push_back({tile, position, std::move(error)});
    }

    void missing(const Tile& tile, const Error& why) {
        add(tile, std::nullopt,
            {.code = "missing-tile",
             .what = {"缺少瓦片 " + tile_path(tile) + "：" + why.what.zh,
                      "the tile " + tile_path(tile) + " is missing: " + why.what.en}});
    }
    void damaged_hash(const Tile& tile, std::size_t position) {
        add(tile, static_cast<std::uint32_t>(position),
            {.code = "damaged-hash",
             .what = {"瓦片 " + tile_path(tile) + " 的第 " + std::to_string(position) +
                          " 个哈希被改动（从 0 数起）",
                      "hash " + std::to_string(position) + " (from 0) of the tile " +
                          tile_path(tile) + " was changed"},
             .mend = {"可由下层瓦片重新算出", "it can be computed anew from what is below"}});
    }
    void damaged_entry(const Tile& bundle, std::uint32_t position) {
        const auto index = std::to_string(bundle.index * kTileWidth + position);
        add(bundle, position,
            {.code = "damaged-entry",
             .what = {"第 " + index + " 条记录（" + tile_path(bundle) + "）被改动",
                      "entry " + index + " in " + tile_path(bundle) + " was changed"},
             .mend = {"请从备份恢复该瓦片", "restore this tile from a backup"}});
    }
    void damaged_tile(const Tile& tile) {
        add(tile, std::nullopt,
            {.code = "damaged-tile",
             .what = {"瓦片 " + tile_path(tile) + " 及其下层与上层哈希不符",
                      "the tile " + tile_path(tile) +
                          " and what is below it don't match the hash above"},
             .mend = {"请从备份恢复", "restore it from a backup"}});
    }
    void wrong_root(const Tile& tile, const Hash& root) {
        add(tile, std::nullopt,
            {.code = "wrong-root",
             .what = {"日志大小为 " + std::to_string(size_) + " 的瓦片得不出根哈希 " +
                          to_text(root),
                      "the tiles of size " + std::to_string(size_) +
                          " don't lead to the root hash " + to_text(root)},
             .mend = {"请核对检查点是否属于本日志", "see whether the checkpoint is this log's"}});
    }

    // The stored bytes; zeroes, and a flaw, if they are missing.
    std::string read(const Tile& tile) {
        auto bytes = read_tile(tiles_, tile);
        if (bytes) return std::move(*bytes);
        missing(tile, bytes.error());
        return std::string(
            tile.width * (tile.kind == TileKind::Hashes ? kHashBytes : kBundledEntryBytes), '\0');
    }

    // The hashes of `tile` computed from the tiles below; where one is missing, as in `stored`.
    std::string computed(const Tile& tile, std::string stored) {
        if (tile.level == 0) {
            const auto bundle = read_tile(tiles_, {TileKind::Entries, 0, tile.index, tile.width});
            for (std::uint32_t i = 0; bundle && i < tile.width; ++i)
                if (const auto entry = entry_at(*bundle, i))
                    set_hash(stored, i, hash_entry(*entry));
            return stored;
        }
        for (std::uint32_t i = 0; i < tile.width; ++i)
            if (const auto below = read_tile(tiles_, child(tile, i)))
                set_hash(stored, i, perfect_root(*below, 0, kTileWidth));
        return stored;
    }

    static Tile child(const Tile& tile, std::uint32_t position) {
        return {TileKind::Hashes, static_cast<std::uint8_t>(tile.level - 1),
                tile.index * kTileWidth + position};
    }

    // The partial tiles, whose hashes (one behind the other, level by level) lead to the root.
    void check_edge(const Hash& root) {
        std::vector<Tile> edge;
        std::string stored;
        std::string anew;
        for (unsigned level = 0; level < kLevels; ++level) {
            const std::uint64_t hashes = size_ >> (kTileHeight * level);
            const Tile tile{TileKind::Hashes, static_cast<std::uint8_t>(level), hashes / kTileWidth,
                            static_cast<std::uint32_t>(hashes % kTileWidth)};
            if (tile.width == 0) continue;
            edge.push_back(tile);
            stored += read(tile);
        }
        if (edge.empty()) return;
        const auto leads_to_root = [&](const std::string& bytes) {
            return edge_root(edge, bytes) == root;
        };
        if (!leads_to_root(stored)) {
            for (std::size_t at = 0; const Tile& tile : edge) {
                anew += computed(tile, stored.substr(at, tile.width * kHashBytes));
                at += tile.width * kHashBytes;
            }
            const auto right = reconcile(stored, anew, leads_to_root);
            if (!right) wrong_root(edge.back(), root);
            if (right) flag(edge, stored, *right);
            if (right) stored = *right;
        }
        for (std::size_t at = 0; const Tile& tile : edge) {
            check_below(tile, stored.substr(at, tile.width * kHashBytes));
            at += tile.width * kHashBytes;
        }
    }

    static Hash edge_root(const std::vector<Tile>& edge, const std::string& bytes) {
        std::optional<Hash> root;
        for (std::size_t at = 0; const Tile& tile : edge) {
            std::size_t end = at + tile.width;
            for (unsigned bit = 0; bit < kTileHeight; ++bit) {
                const std::size_t count = std::size_t{1} << bit;
                if ((tile.width & count) == 0) continue;
                end -= count;
                const Hash perfect = perfect_root(bytes, end, count);
                root = root ? hash_children(perfect, *root) : perfect;
            }
            at += tile.width;
        }
        return *root;
    }

    // Names the hashes that aren't right, unless their tile is missing as a whole.
    void flag(const std::vector<Tile>& tiles, const std::string& stored, const std::string& right) {
        for (const std::size_t position : differences(stored, right)) {
            std::size_t within = position;
            std::size_t i = 0;
            while (within >= tiles[i].width) within -= tiles[i++].width;
            if (read_tile(tiles_, tiles[i])) damaged_hash(tiles[i], within);
        }
    }

    void check_full(const Tile& tile, const Hash& expected) {
        if (enough()) return;
        const auto is_right = [&](const std::string& bytes) {
            return perfect_root(bytes, 0, kTileWidth) == expected;
        };
        std::string stored = read(tile);
        if (!is_right(stored)) {
            const auto right = reconcile(stored, computed(tile, stored), is_right);
            if (!right) return damaged_tile(tile);
            flag({tile}, stored, *right);
            stored = *right;
        }
        check_below(tile, stored);
    }

    void check_below(const Tile& tile, const std::string& hashes) {
        if (tile.level == 0)
            return check_bundle({TileKind::Entries, 0, tile.index, tile.width}, hashes);
        for (std::uint32_t i = 0; i < tile.width; ++i)
            check_full(child(tile, i), hash_at(hashes, i));
    }

    void check_bundle(const Tile& bundle, const std::string& hashes) {
        const auto bytes = read_tile(tiles_, bundle);
        if (!bytes) return missing(bundle, bytes.error());
        for (std::uint32_t i = 0; i < bundle.width; ++i) {
            const auto entry = entry_at(*bytes, i);
            const bool right = entry && hash_entry(*entry) == hash_at(hashes, i);
            if (right) ++audit_.entries;
            if (!right) damaged_entry(bundle, i);
        }
    }

    TileReader& tiles_;
    std::uint64_t size_;
    std::size_t flaws_max_;
    Audit audit_;
};

}  // namespace

Audit audit(TileReader& tiles, std::uint64_t size, const Hash& root, std::size_t flaws_max) {
    return Auditor(tiles, size, flaws_max).run(root);
}

}  // namespace yinuo::tlog
