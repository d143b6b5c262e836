// What a receipt carries beside its proof, and its spelling. Inside the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "engine/shelf.h"
#include "promise/fact.h"
#include "time/instant.h"

namespace yinuo::engine {

inline constexpr std::size_t kDisclosedMost = 5'000;  // facts

struct ReceiptExtra {
    std::string content;  // the leaf's, one line of canonical JSON
    std::string salt;     // 32 bytes
    Publication publication;
    Instant in_force_from = Instant::min();  // as the shelf has it: the text alone doesn't say when
    Instant in_force_until = Instant::max();  // it was published or which version came after
    std::string zone_name;
    std::string zone_version;
    std::string log_key;  // a note verifier key
    Instant now;          // when the leaf was recorded
    // The facts known then, in true order, with those of their fields that the promise reads; as
    // written by append_fact_line(). nullopt: they are not all of one customer, or it is a rate.
    std::optional<std::vector<std::string>> facts;
    // How many facts it rests on where they may not be disclosed.
    std::int64_t withheld = 0;

    std::string to_json() const;
};

// The same as read, with its facts in `memory`.
struct ReadReceipt {
    ReceiptExtra extra;  // without `facts`
    bool has_facts = false;
    std::vector<promise::Fact> facts;
};
// Strict: refuses ("unreadable") what is missing, unknown or of another kind, each by its name.
Result<ReadReceipt> read_receipt(std::string_view json, Names&, Zones&, Arena& memory);

}  // namespace yinuo::engine
