// Checkpoints (C2SP tlog-checkpoint): what a log says its tree is, at one size.
//
// A log must never sign two that are inconsistent; whoever signs makes sure of that by signing what
// Tree says, after its tiles are on disk. Our origin is the log's key name, and we write no
// extension lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/hash.h"
#include "tlog/note.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

namespace yinuo::tlog {

struct Checkpoint {
    std::string origin;  // which log
    std::uint64_t size = 0;
    Hash root;
    std::vector<std::string> extensions = {};  // of other logs; nothing here rests on them
    bool operator==(const Checkpoint&) const = default;
};

std::string to_text(const Checkpoint&);  // a note's text

// Of a note's text. Refuses ("bad-checkpoint") fewer than three lines, empty ones, a size with
// leading zeroes and a root that isn't 32 bytes, each with its line.
Result<Checkpoint> parse_checkpoint(std::string_view note_text);

// The signed note, ready to be served as <prefix>/checkpoint.
std::string sign_checkpoint(const SignerKey& log, std::uint64_t size, const Hash& root);

// The tree of a log that goes on where its own `checkpoint` left it (empty: a new log). Refuses a
// checkpoint that `log` hasn't signed, what Tree::open refuses, and tiles that don't lead to its
// root ("wrong-root"): whatever was signed from there on would contradict it.
Result<Tree> resume(TileReader& tiles, std::string_view checkpoint, const VerifierKey& log);

// Whom a reader of checkpoints trusts.
struct Trust {
    std::string origin;
    std::vector<VerifierKey> log;        // one of them must have signed
    std::vector<VerifierKey> witnesses;  // of type Cosignature
    std::size_t witnesses_needed = 0;    // this many different ones must have cosigned
};

struct Cosigned {
    std::string witness;
    std::uint64_t seconds = 0;  // POSIX; as of then the witness knew of no larger tree
    bool operator==(const Cosigned&) const = default;
};

struct TrustedCheckpoint {
    Checkpoint checkpoint;
    std::vector<Cosigned> cosigned;
};

// A checkpoint as it was served, believed only as far as `trust` goes. Refuses what parse_note and
// parse_checkpoint do, another origin ("wrong-origin"), a wrong or missing signature
// ("bad-signature"), too few witnesses ("too-few-witnesses").
Result<TrustedCheckpoint> open_checkpoint(std::string_view note, const Trust& trust);

}  // namespace yinuo::tlog
