#include "engine/publication_json.h"

#include <algorithm>
#include <vector>

#include "engine/canonical_json.h"
#include "tlog/hash.h"
#include "vault/encoding.h"

namespace yinuo::engine {

std::string calendars_json(const Publication& publication) {
    std::vector<const std::pair<const std::string, std::string>*> sorted;
    for (const auto& one : publication.calendars) sorted.push_back(&one);
    std::ranges::sort(
        sorted, [](const auto* a, const auto* b) { return key_comes_before(a->first, b->first); });
    std::string out;
    CanonicalObject object(out);
    for (const auto* one : sorted) object.text(one->first, one->second);
    object.close();
    return out;
}

Result<void> read_calendars(const wire::Json& json, Publication& into) {
    for (const auto& [name, text] : json.members) {
        if (!text.is_string() || into.calendars.size() >= kCalendarsMost)
            return refuse({.code = "unreadable",
                           .what = {"工作日历应是文字，最多 50 份",
                                    "calendars are texts, and at most 50 of them"}});
        into.calendars.emplace(name, text.text);
    }
    return {};
}

std::string hex_hash(std::string_view bytes) { return vault::to_hex(tlog::sha256(bytes).view()); }

std::string calendars_hash(const Publication& publication) {
    return hex_hash(calendars_json(publication));
}

}  // namespace yinuo::engine
