// What was given, entry by entry, and what is taken back when it turns out not to be owed.
//
// An entry is never changed: a correction that undoes a breach adds entries that take back. Like
// promise/record.h, decide_entries() compares what is owed now with what was entered.
#pragma once

#include <string>
#include <vector>

#include "remedy/remedy.h"

namespace yinuo::remedy {

struct Entry {
    bool back = false;  // taken back
    std::string subject;
    int clause = 0;
    int occurrence = 1;
    int remedy = 0;
    int gift = 0;
    std::string payee;
    Decimal amount;  // exact; positive, or 0 when all that is taken back was spent
    std::optional<Money> money;
    Instant at;  // when it became owed
    Instant recorded_at;
    bool operator==(const Entry&) const = default;
};

// The entries to add at `now`: increases that are owed and weren't given, and gifts that stand in
// `entries` but aren't owed. Withheld lines aren't given. What is spent stays as goodwill: only the
// rest is taken back.
std::vector<Entry> decide_entries(const promise::Promise&, std::span<const promise::Obligation>,
                                  std::span<const Entry> entries, Instant now, promise::Folding&,
                                  const FactsOf* facts_of = nullptr);

}  // namespace yinuo::remedy
