// What changed from one version of a promise to another: line by line, and in what it means.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/shelf.h"
#include "promise/promise.h"
#include "store/store.h"

namespace yinuo::engine {

struct DiffLine {
    enum class Kind : std::uint8_t { Same, Removed, Added } kind = Kind::Same;
    std::uint32_t before = 0;  // line numbers from 1; 0: it isn't there
    std::uint32_t after = 0;
    std::string text;  // without its line feed
};

// The shortest way from one text to the other (E. W. Myers, "An O(ND) Difference Algorithm",
// 1986), what goes before what comes. Texts that differ in more than 2,000 lines are told as all
// removed and all added between what they have in common at both ends.
std::vector<DiffLine> diff_lines(std::string_view before, std::string_view after);

// A clause or remedy that is there in one version only, or that reads differently: its sentence as
// people are told it. What no sentence says (a title, a class) only the lines show.
struct MeantChange {
    enum class Kind : std::uint8_t { Added, Removed, Changed } kind = Kind::Changed;
    enum class Of : std::uint8_t { Clause, Remedy } of = Of::Clause;
    std::string name;
    Text before;  // empty: it was not there
    Text after;
};
std::vector<MeantChange> meant_changes(const promise::Promise& before,
                                       const promise::Promise& after);

struct VersionDiff {
    std::vector<DiffLine> text;
    std::map<std::string, std::vector<DiffLine>> calendars;  // those that aren't the same
    std::vector<MeantChange> changes;                        // empty while a text has errors
};
// Of two versions of that tenant by their ids, at whatever stage. Refuses an unknown one.
Result<VersionDiff> diff_versions(store::Reading&, Zones&, store::TenantId, std::string_view before,
                                  std::string_view after);

}  // namespace yinuo::engine
