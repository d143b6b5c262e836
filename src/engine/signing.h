// A customer's electronic signature under a document: an entry of kind Signature in a stream of
// theirs, with a leaf under the customer's salt. It has the document's hash and a hash of the name
// that they signed with; the name itself, and the salt of its hash, lie sealed beside the log.
#pragma once

#include <string>

#include "engine/turns.h"

namespace yinuo::engine {

struct Signature {
    std::string document;                     // "expectation/01k…"
    std::string sha256;                       // of its text, hex
    std::string name_hash;                    // hex
    std::int64_t agreed = 0, not_agreed = 0;  // items
};
// At now(). Position and leaf of the entry.
store::Entry record_signature(Turns&, const store::Stream&, const Signature&);

}  // namespace yinuo::engine
