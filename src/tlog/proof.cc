#include "tlog/proof.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "tlog/tree.h"

namespace yinuo::tlog {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

Error no_such_leaf(std::uint64_t index, std::uint64_t size) {
    return {.code = "no-such-leaf",
            .what = {"序号 " + number(index) + " 不在大小为 " + number(size) + " 的日志中",
                     "leaf " + number(index) + " is not in a tree of size " + number(size)},
            .mend = {"序号从 0 起，应小于日志大小", "indexes begin at 0 and stay below the size"}};
}

Error wrong_sizes(std::uint64_t old_size, std::uint64_t size) {
    return {.code = "bad-sizes",
            .what = {"无法证明大小 " + number(old_size) + " 是大小 " + number(size) + " 的开头",
                     "size " + number(old_size) + " can't be shown to be the beginning of size " +
                         number(size)},
            .mend = {"旧大小应至少为 1，且不大于新大小",
                     "the old size is at least 1 and at most the new one"}};
}

Error wrong_length(std::size_t has, std::uint64_t wanted) {
    return {
        .code = "bad-proof",
        .what = {"证明含有 " + number(has) + " 个哈希", "the proof has " + number(has) + " hashes"},
        .mend = {"应恰有 " + number(wanted) + " 个", "it should have exactly " + number(wanted)}};
}

Error wrong_root(std::string_view zh, std::string_view en, const Hash& computed, const Hash& root) {
    return {.code = "bad-proof",
            .what = {"证明得出的" + std::string(zh) + "是 " + to_text(computed),
                     "the proof leads to the " + std::string(en) + " " + to_text(computed)},
            .mend = {"检查点上写的是 " + to_text(root), "the checkpoint says " + to_text(root)}};
}

// A tree's hashes by way of its tiles, each of which is read once.
class Nodes {
public:
    Nodes(TileReader& tiles, std::uint64_t size) : tiles_(tiles), size_(size) {}

    // MTH(D[begin:end]); end must be above begin, and begin a multiple of the largest power of two
    // that is not above the length, as in every range that RFC 6962 hashes.
    Result<Hash> range(std::uint64_t begin, std::uint64_t end) {
        const std::uint64_t length = end - begin;
        if (std::has_single_bit(length)) return perfect(begin, length);
        const std::uint64_t left = std::bit_floor(length);
        const Hash first = TRY(perfect(begin, left));
        return hash_children(first, TRY(range(begin + left, end)));
    }

private:
    Result<Hash> perfect(std::uint64_t begin, std::uint64_t length) {
        const auto height = static_cast<unsigned>(std::countr_zero(length));
        const unsigned level = height / kTileHeight;
        const std::uint64_t first = begin >> (kTileHeight * level);
        const std::uint64_t count = length >> (kTileHeight * level);
        const std::string* bytes = TRY(tile(level, first / kTileWidth));
        return perfect_root(*bytes, first % kTileWidth, count);
    }

    Result<const std::string*> tile(unsigned level, std::uint64_t index) {
        auto found = read_.find({level, index});
        if (found == read_.end()) {
            const Tile wanted{TileKind::Hashes, static_cast<std::uint8_t>(level), index,
                              tile_width(size_, level, index)};
            found = read_.emplace(std::pair{level, index}, TRY(read_tile(tiles_, wanted))).first;
        }
        return &found->second;
    }

    TileReader& tiles_;
    std::uint64_t size_;
    std::map<std::pair<unsigned, std::uint64_t>, std::string> read_;
};

}  // namespace

// PATH(m, D[n]) of RFC 6962, from the root down; the proof is written from the leaf up.
Result<Proof> prove_inclusion(TileReader& tiles, std::uint64_t index, std::uint64_t size) {
    if (index >= size || size > kTreeSizeMax) return refuse(no_such_leaf(index, size));
    Nodes nodes(tiles, size);
    Proof proof;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + std::bit_ceil(end - begin) / 2;
        const bool left = index < middle;
        proof.push_back(left ? TRY(nodes.range(middle, end)) : TRY(nodes.range(begin, middle)));
        (left ? end : begin) = middle;
    }
    std::ranges::reverse(proof);
    return proof;
}

// PROOF(m, D[n]) and SUBPROOF of RFC 6962, likewise.
Result<Proof> prove_consistency(TileReader& tiles, std::uint64_t old_size, std::uint64_t size) {
    if (old_size == 0 || old_size > size || size > kTreeSizeMax)
        return refuse(wrong_sizes(old_size, size));
    Nodes nodes(tiles, size);
    Proof proof;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end != old_size) {
        const std::uint64_t middle = begin + std::bit_ceil(end - begin) / 2;
        const bool left = old_size <= middle;
        proof.push_back(left ? TRY(nodes.range(middle, end)) : TRY(nodes.range(begin, middle)));
        (left ? end : begin) = middle;
    }
    if (begin != 0) proof.push_back(TRY(nodes.range(begin, end)));
    std::ranges::reverse(proof);
    return proof;
}

Result<Hash> root_of(TileReader& tiles, std::uint64_t size) {
    if (size == 0) return empty_root();
    if (size > kTreeSizeMax) return refuse(no_such_leaf(size - 1, kTreeSizeMax));
    return Nodes(tiles, size).range(0, size);
}

Result<void> verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                              std::span<const Hash> proof, const Hash& root) {
    if (index >= size) return refuse(no_such_leaf(index, size));
    // Up to where the paths of this leaf and of the last one meet there is a sibling at each height;
    // above, only where the path comes from the right.
    const std::uint64_t last = size - 1;
    const auto inner = static_cast<unsigned>(std::bit_width(index ^ last));
    const auto border = static_cast<unsigned>(std::popcount(inner < 64 ? index >> inner : 0));
    if (proof.size() != inner + border) return refuse(wrong_length(proof.size(), inner + border));
    Hash hash = leaf;
    for (unsigned i = 0; i < inner; ++i)
        hash =
            (index >> i & 1) != 0 ? hash_children(proof[i], hash) : hash_children(hash, proof[i]);
    for (unsigned i = inner; i < proof.size(); ++i) hash = hash_children(proof[i], hash);
    if (hash != root) return refuse(wrong_root("根哈希", "root", hash, root));
    return {};
}

Result<void> verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                                const Hash& root, std::span<const Hash> proof) {
    if (old_size > size || (old_size == 0 && size != 0)) return refuse(wrong_sizes(old_size, size));
    if (old_size == size) {
        if (!proof.empty()) return refuse(wrong_length(proof.size(), 0));
        if (old_root != root) return refuse(wrong_root("根哈希", "root", old_root, root));
        if (size == 0 && root != empty_root())
            return refuse(wrong_root("空日志根哈希", "empty tree's root", empty_root(), root));
        return {};
    }
    // The path starts at the last perfect tree that ends at old_size. If that is the whole of the
    // old tree, its root is known and the proof leaves it out.
    const auto height = static_cast<unsigned>(std::countr_zero(old_size));
    std::uint64_t node = (old_size - 1) >> height;
    std::uint64_t last = (size - 1) >> height;
    const auto inner = static_cast<unsigned>(std::bit_width(node ^ last));
    const auto border = static_cast<unsigned>(std::popcount(inner < 64 ? node >> inner : 0));
    const unsigned start = std::has_single_bit(old_size) ? 0 : 1;
    if (proof.size() != start + inner + border)
        return refuse(wrong_length(proof.size(), start + inner + border));

    Hash old_hash = start == 0 ? old_root : proof[0];
    Hash hash = old_hash;
    for (unsigned i = 0; i < inner + border; ++i) {
        const Hash& sibling = proof[start + i];
        if (i >= inner || (node >> i & 1) != 0) {
            old_hash = hash_children(sibling, old_hash);
            hash = hash_children(sibling, hash);
        } else {
            hash = hash_children(hash, sibling);
        }
    }
    if (old_hash != old_root) return refuse(wrong_root("旧根哈希", "old root", old_hash, old_root));
    if (hash != root) return refuse(wrong_root("根哈希", "root", hash, root));
    return {};
}

}  // namespace yinuo::tlog
