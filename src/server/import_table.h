// What stands in somebody's file, before anything is known about it: its columns, and what they seem
// to hold. For whoever is writing a mapping.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/json_out.h"
#include "wire/mapping.h"

namespace yinuo::server {

struct SeenColumn {
    std::string name;
    std::vector<std::string> samples;  // at most 5, each once
    std::int64_t filled = 0;           // rows that have something there, of those looked at
    wire::FieldType type = wire::FieldType::Text;
    std::string times;  // of an instant or date: the pattern that all of them fit
};

struct SeenTable {
    std::vector<SeenColumn> columns;  // in their order; at most 200
    std::int64_t rows = 0;            // looked at: at most 1,000
};

// `mapping` tells delimiter, quotes and names of columns, if there is one. Refuses what isn't even a
// table: no header, one that can't be read.
Result<SeenTable> look_at(std::string_view data, bool csv, const wire::Mapping* mapping);
void write_columns(JsonOut&, const SeenTable&);

}  // namespace yinuo::server
