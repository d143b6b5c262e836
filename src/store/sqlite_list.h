// Rows of a statement, made into values. Inside the room.
#pragma once

#include <optional>
#include <vector>

#include "store/sqlite.h"

namespace yinuo::store {

template <typename Number>
Number number(const Statement& row, int column) {
    return static_cast<Number>(row.integer(column));
}

template <typename Make>
auto one(Statement rows, Make make) -> std::optional<decltype(make(rows))> {
    if (!rows.step()) return std::nullopt;
    return make(rows);
}

template <typename Make>
auto list(Statement rows, int limit, Make make) {
    std::vector<decltype(make(rows))> out;
    while (static_cast<int>(out.size()) < limit && rows.step()) out.push_back(make(rows));
    return out;
}

inline std::int64_t first_number(Statement rows) { return rows.step() ? rows.integer(0) : 0; }

}  // namespace yinuo::store
