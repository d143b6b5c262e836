// What every reader of histories yields: rows of text cells, in the order of the columns that were
// asked for. Types and times come later, in one place for all formats.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace yinuo::wire {

struct Row {
    std::uint64_t line = 0;                   // where it begins, from 1; 0: rows have no lines here
    std::span<const std::string_view> cells;  // data() == nullptr: this row has no such cell
};

// Takes rows as they are read; what a row shows dies when take() returns.
class RowSink {
public:
    virtual ~RowSink() = default;
    virtual bool take(const Row&) = 0;  // false: read no further
    // A row that could not be read at all. `column` in characters from 1, 0 for the whole row.
    virtual bool reject(std::uint64_t line, std::uint32_t column, Text reason) = 0;
};

// The columns that are wanted, by name, each once.
using Columns = std::span<const std::string>;

// No row may be longer, so that a hostile file costs time but not memory.
inline constexpr std::size_t kRowBytesMax = 1 << 20;

// "there is no column X", with the nearest of those that are there.
Error no_such_column(std::string_view wanted, std::span<const std::string_view> there,
                     std::string_view path);

}  // namespace yinuo::wire
