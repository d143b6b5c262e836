// Merkle proofs of RFC 6962 (section 2.1.1 inclusion, 2.1.2 consistency): made from a log's tiles,
// and checked with nothing but hashes (RFC 9162, sections 2.1.3.2 and 2.1.4.2).
//
// A proof of another length, a leaf beyond the tree or any bit that differs is refused. Verifying
// never fails for a right proof and never passes a wrong one (unless SHA-256 is broken).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "tlog/hash.h"
#include "tlog/tile.h"

namespace yinuo::tlog {

using Proof = std::vector<Hash>;

// No proof is longer: a tree has at most 2^62 leaves, and C2SP allows 63 lines.
inline constexpr std::size_t kProofHashesMax = 63;

// That the leaf `index` is in the tree of the first `size` leaves: the siblings from the leaf up.
// Refuses an index that isn't below the size, and what the reader refuses.
Result<Proof> prove_inclusion(TileReader& tiles, std::uint64_t index, std::uint64_t size);

// That the tree of `old_size` leaves is the beginning of the one of `size`. Empty for equal sizes.
// Refuses an old size of 0 (any tree begins with the empty one: there is nothing to prove).
Result<Proof> prove_consistency(TileReader& tiles, std::uint64_t old_size, std::uint64_t size);

// The root of the tree of the first `size` leaves.
Result<Hash> root_of(TileReader& tiles, std::uint64_t size);

Result<void> verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                              std::span<const Hash> proof, const Hash& root);

// Refuses an old size of 0 before a tree with leaves, as prove_consistency does; two empty trees
// are consistent if both roots are the empty tree's.
Result<void> verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                                const Hash& root, std::span<const Hash> proof);

}  // namespace yinuo::tlog
