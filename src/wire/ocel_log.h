// An OCEL log in memory, whichever of its three forms it was read from. Texts live in the Arena.
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/result.h"

namespace yinuo::wire {

struct OcelAttribute {
    std::string_view name;
    std::string_view time;   // of an object's attribute: from when; empty: always
    std::string_view value;  // data() == nullptr: none
};

struct OcelRelation {
    std::string_view object;
    std::string_view qualifier;
};

struct OcelObject {
    std::string_view id;
    std::string_view type;
    std::vector<OcelAttribute> attributes;
};

struct OcelEvent {
    std::string_view id;
    std::string_view type;
    std::string_view time;
    std::vector<OcelAttribute> attributes;
    std::vector<OcelRelation> relations;
};

struct OcelLog {
    Arena memory;
    std::vector<OcelObject> objects;
    std::vector<OcelEvent> events;
};

Result<void> load_ocel_json(std::string_view text, std::string_view path, OcelLog& log);
Result<void> load_ocel_xml(std::string_view text, std::string_view path, OcelLog& log);
// SQLite opens the file itself; nothing in it is run but our own queries on plain tables.
Result<void> load_ocel_sqlite(const std::string& path, OcelLog& log);

Error not_ocel(std::string_view path, Text why);

}  // namespace yinuo::wire
