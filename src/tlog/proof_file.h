// A proof that can be carried away (C2SP tlog-proof, file extension .tlog-proof): a leaf's index,
// its inclusion proof and the checkpoint that it leads to, checked later without asking anybody.
//
// `extra` travels along unauthenticated: what it says must be bound to the leaf by whoever reads
// it. Reading a file and writing it again gives the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"

namespace yinuo::tlog {

inline constexpr std::size_t kExtraBytesMax = 4 << 20;

struct ProofFile {
    std::string extra;  // empty: the line is left out
    std::uint64_t index = 0;
    Proof proof;
    std::string checkpoint;  // the signed note, verbatim
    bool operator==(const ProofFile&) const = default;
};

// The file for leaf `index` under a signed `checkpoint` of this log. Refuses a note that is no
// checkpoint, an index beyond its size, `extra` of more than 4 MiB, and what the reader refuses.
Result<ProofFile> make_proof_file(TileReader& tiles, std::uint64_t index, std::string checkpoint,
                                  std::string extra);

std::string to_text(const ProofFile&);

// Refuses ("bad-proof-file") with the line that is off. The checkpoint is not looked into.
Result<ProofFile> parse_proof_file(std::string_view text);

// All that can be verified: that the checkpoint is of a log and witnesses who are trusted, and that
// the leaf with this hash is in its tree, at this index. The leaf's hash must come from what the
// reader holds, never from the file alone.
Result<TrustedCheckpoint> verify_proof_file(const ProofFile&, const Hash& leaf, const Trust&);

}  // namespace yinuo::tlog
