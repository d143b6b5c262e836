// 举证材料: files that show what a claim or an excuse says.
//
// A file's hash, size and media type stand in an entry of the subject's stream with a leaf under the
// customer's salt, so that nobody can later hand in another one for it. The bytes, and the file's
// name, lie beside the log: sealed under a key of the file's own, which is sealed under the
// customer's (the tenant's for who is nobody's). Erasing the customer drops them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/customers.h"
#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr std::size_t kEvidenceBytes = std::size_t{10} << 20;  // of one file
inline constexpr std::size_t kEvidenceMost = 20;                      // files of one subject

// "image/png" and the like if that is what the bytes begin like; empty: nothing that is taken. Text
// is UTF-8 without control characters other than tabs and line ends.
std::string_view media_type_of(std::string_view bytes);
std::vector<std::string_view> evidence_media_types();

struct Evidence {
    store::Position position = 0;  // its number: of its entry
    store::StreamId stream = 0;
    store::CustomerId customer = 0;  // under whose key it lies; 0: the tenant's
    std::string subject;             // "order/4711"
    std::string media_type;
    std::string sha256;  // 64 hex digits
    std::int64_t size = 0;
    std::string by;    // Actor::id
    Instant at;        // when it was handed in
    std::string name;  // as it was called; empty: it had none, or its customer was erased
};

std::string evidence_text(store::Position);  // "evd_417"
std::optional<store::Position> parse_evidence(std::string_view text);

// Sealed on whatever thread: it is the slow part. add_evidence() looks after the key.
struct SealedFile {
    std::string sha256;
    std::int64_t size = 0;
    vault::Key key;
    std::string body;  // of its document
};
SealedFile seal_file(std::string_view bytes, vault::Entropy&, std::string_view cipher);

// Refuses a subject that has kEvidenceMost ("too-many-files") or whose customer was erased
// ("erased"). The same file about the same subject a second time is the first one again.
Result<Evidence> add_evidence(Turns&, const Actor&, const store::Stream&, const SealedFile&,
                              std::string_view media_type, std::string_view name);

// By number, the oldest first; without keys they have no names.
std::vector<Evidence> evidence_of(store::Reading&, Keys*, const store::Stream&);
// nullopt: there is none, or it is another tenant's.
std::optional<Evidence> find_evidence(store::Reading&, Keys&, store::TenantId, store::Position);
// The file itself. Refuses with "erased" when its key is gone, and what isn't the file that was
// handed in ("seal-broken").
Result<std::string> open_evidence(store::Reading&, Keys&, store::TenantId, const Evidence&);

// Drops the bytes and names of what was handed in about the stream; hashes stay.
void drop_evidence(store::Writing&, const store::Stream&);

}  // namespace yinuo::engine
