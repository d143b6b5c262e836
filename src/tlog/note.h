// Signed notes (C2SP signed-note): a text with the signatures below it.
//
// Nothing of a note may be believed, nor shown to customers, before verify() has passed. Reading
// one and writing it again gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/key.h"

namespace yinuo::tlog {

inline constexpr std::size_t kNoteBytesMax = 1 << 20;
inline constexpr std::size_t kSignaturesMax = 64;  // the specification asks for 16 at least

struct Note {
    std::string text;  // ends in a newline; the empty line behind it is not part of it
    std::vector<Signature> signatures;
    bool operator==(const Note&) const = default;
};

// Refuses ("bad-note") what is no UTF-8, holds control characters, lacks the empty line or a
// signature, or is larger than the limits above. Doesn't look whether signatures are right.
Result<Note> parse_note(std::string_view bytes);

// The signature lines of `text`, each with its newline. Refused as in parse_note; none is fine.
Result<std::vector<Signature>> parse_signatures(std::string_view text);

std::string to_text(const Note&);

// A key of `keys` whose signature is right.
struct Verified {
    std::size_t key = 0;                   // its place in `keys`
    std::optional<std::uint64_t> seconds;  // of a cosignature: the latest time it was made
};

// Signatures of unknown keys are ignored. Refused ("bad-signature") if one of a known key is wrong
// or there is none of any; otherwise each known key that signed, once, in the order of the note.
Result<std::vector<Verified>> verify(const Note&, std::span<const VerifierKey> keys);

}  // namespace yinuo::tlog
