#include "tlog/tree.h"

#include <algorithm>

#include "base/check.h"

namespace yinuo::tlog {
namespace {

void add_entry(std::string& bundle, const Entry& entry) {
    constexpr std::array<char, 2> kLength{0, sizeof(Entry)};
    bundle.append(kLength.data(), kLength.size());
    bundle.append(reinterpret_cast<const char*>(entry.data()), entry.size());
}

Error too_large(std::uint64_t size) {
    return {.code = "tree-too-large",
            .what = {"日志大小 " + std::to_string(size) + " 超出上限",
                     "the tree size " + std::to_string(size) + " is too large"},
            .mend = {"最大为 2^62 - 1", "2^62 - 1 is the most"}};
}

Error bundle_differs(const Tile& bundle, std::size_t position) {
    const auto index = std::to_string(bundle.index * kTileWidth + position);
    return {.code = "damaged-tile",
            .what = {"第 " + index + " 条记录（" + tile_path(bundle) + "）与其哈希不符",
                     "entry " + index + " in " + tile_path(bundle) + " doesn't match its hash"},
            .mend = {"请用 fsck 查明损坏之处", "find out with fsck what is damaged"}};
}

}  // namespace

Result<Tree> Tree::open(TileReader& tiles, std::uint64_t size) {
    if (size > kTreeSizeMax) return refuse(too_large(size));
    Tree tree;
    tree.size_ = size;
    for (unsigned level = 0; level < kLevels; ++level) {
        const std::uint64_t hashes = size >> (kTileHeight * level);
        const Tile tile{TileKind::Hashes, static_cast<std::uint8_t>(level), hashes / kTileWidth,
                        static_cast<std::uint32_t>(hashes % kTileWidth)};
        if (tile.width == 0) continue;
        tree.edge_[level] = TRY(read_tile(tiles, tile));
        // The widths of perfect trees within the tile fall from the left to the right.
        std::size_t first = 0;
        for (unsigned bit = kTileHeight; bit-- > 0;) {
            const std::size_t count = std::size_t{1} << bit;
            if ((tile.width & count) == 0) continue;
            tree.perfect_[kTileHeight * level + bit] =
                perfect_root(tree.edge_[level], first, count);
            first += count;
        }
        if (level > 0) continue;
        const Tile bundle{TileKind::Entries, 0, tile.index, tile.width};
        tree.entries_ = TRY(read_tile(tiles, bundle));
        for (std::size_t i = 0; i < tile.width; ++i) {
            const auto entry = entry_at(tree.entries_, i);
            if (!entry || hash_entry(*entry) != hash_at(tree.edge_[0], i))
                return refuse(bundle_differs(bundle, i));
        }
    }
    return tree;
}

void Tree::add_hash(unsigned level, const Hash& hash, std::vector<TileBytes>& full) {
    std::string& edge = edge_[level];
    edge.append(hash.view());
    if (edge.size() < kTileWidth * kHashBytes) return;
    const std::uint64_t index = size_ >> (kTileHeight * (level + 1));
    full.push_back({{TileKind::Hashes, static_cast<std::uint8_t>(level), index}, std::move(edge)});
    edge.clear();
}

// Like a binary counter: each carry joins two perfect trees of one height. What comes out at a
// multiple of the tiles' height is the root of a full tile.
void Tree::add_leaf(const Hash& leaf, std::vector<TileBytes>& full) {
    add_hash(0, leaf, full);
    Hash hash = leaf;
    unsigned height = 0;
    for (; (size_ >> height & 1) != 0; ++height) {
        if (height > 0 && height % kTileHeight == 0) add_hash(height / kTileHeight, hash, full);
        hash = hash_children(perfect_[height], hash);
    }
    if (height > 0 && height % kTileHeight == 0) add_hash(height / kTileHeight, hash, full);
    perfect_[height] = hash;
    ++size_;
}

std::vector<TileBytes> Tree::append(std::span<const Entry> entries) {
    check(entries.size() <= kTreeSizeMax - size_);
    std::vector<TileBytes> written;
    std::vector<TileBytes> hashes;
    const std::uint64_t before = size_;
    for (const Entry& entry : entries) {
        add_entry(entries_, entry);
        add_leaf(hash_entry(entry), hashes);
        if (size_ % kTileWidth != 0) continue;
        written.push_back({{TileKind::Entries, 0, size_ / kTileWidth - 1}, std::move(entries_)});
        entries_.clear();
    }
    if (size_ != before && !entries_.empty())
        written.push_back({{TileKind::Entries, 0, size_ / kTileWidth,
                            static_cast<std::uint32_t>(size_ % kTileWidth)},
                           entries_});
    for (unsigned level = 0; level < kLevels; ++level) {
        const std::uint64_t count = size_ >> (kTileHeight * level);
        if (edge_[level].empty() || count == before >> (kTileHeight * level)) continue;
        hashes.push_back({{TileKind::Hashes, static_cast<std::uint8_t>(level), count / kTileWidth,
                           static_cast<std::uint32_t>(count % kTileWidth)},
                          edge_[level]});
    }
    std::ranges::stable_sort(hashes, {}, [](const TileBytes& t) { return t.tile.level; });
    written.insert(written.end(), std::make_move_iterator(hashes.begin()),
                   std::make_move_iterator(hashes.end()));
    return written;
}

Hash Tree::root() const {
    if (size_ == 0) return empty_root();
    std::optional<Hash> root;
    for (unsigned height = 0; size_ >> height != 0; ++height)
        if ((size_ >> height & 1) != 0)
            root = root ? hash_children(perfect_[height], *root) : perfect_[height];
    return *root;
}

std::optional<Entry> entry_at(std::string_view bundle, std::size_t position) {
    check((position + 1) * kBundledEntryBytes <= bundle.size());
    const auto at = bundle.substr(position * kBundledEntryBytes, kBundledEntryBytes);
    if (at[0] != 0 || at[1] != sizeof(Entry)) return std::nullopt;
    Entry entry;
    std::copy(at.begin() + 2, at.end(), reinterpret_cast<char*>(entry.data()));
    return entry;
}

Hash hash_entry(const Entry& entry) {
    return hash_leaf({reinterpret_cast<const char*>(entry.data()), entry.size()});
}

}  // namespace yinuo::tlog
