// A witness (C2SP tlog-witness, add-checkpoint): it cosigns a log's checkpoint if it is consistent
// with the last one that it cosigned, so that no log can show two trees to two people.
//
// Both sides are here, pure: the request, the witness's answer, and taking the answer's
// cosignatures into a checkpoint. Looking a log up by its origin, and storing what was cosigned
// before answering, in one transaction, is the caller's part.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"

namespace yinuo::tlog {

struct AddCheckpoint {
    std::uint64_t old_size = 0;  // of the last checkpoint that the witness cosigned
    Proof proof;                 // consistency from there; empty if old_size is 0
    std::string note;            // the checkpoint with its signatures, verbatim
    Checkpoint checkpoint;       // what it says; not verified yet
};

// The request's body. `consistency` leads from `old_size` to the checkpoint in `note`.
std::string add_checkpoint_body(std::uint64_t old_size, const Proof& consistency,
                                std::string_view note);

// Refuses a malformed body: answer 400, with what is wrong.
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// A log that the witness is asked to watch, and the last checkpoint it cosigned (size 0 and the
// empty root before the first).
struct WatchedLog {
    std::vector<VerifierKey> keys;
    std::uint64_t size = 0;
    Hash root = empty_root();
};

struct WitnessAnswer {
    int status = 0;  // of HTTP: 200, 400, 403, 404, 409, 422
    std::string content_type;
    std::string body;
    // With 200: the checkpoint as it must be stored and may be served, with the log's signatures
    // that were verified and our cosignature.
    std::optional<std::string> cosigned;
};

// The answer to a request. `log` is the one whose origin request.checkpoint.origin is; nullptr if
// it isn't watched. `witness` is of type Cosignature; `seconds` is now (POSIX).
WitnessAnswer answer_add_checkpoint(const AddCheckpoint& request, const WatchedLog* log,
                                    const SignerKey& witness, std::uint64_t seconds);

// <monitoring prefix>/<this>/checkpoint is where a witness serves what it cosigned.
std::string origin_hash(std::string_view origin);

// A checkpoint with the cosignatures of the known witnesses in `answer` (the body of a 200), each
// verified; they take the place of older ones by the same key, and those of other keys are left
// out. Refuses an answer that is malformed, in which a known witness's signature is wrong, or that
// holds none of any.
Result<std::string> with_cosignatures(std::string_view note, std::string_view answer,
                                      std::span<const VerifierKey> witnesses);

}  // namespace yinuo::tlog
