// What every reader of histories yields: rows of text cells, in the order of the columns that were
// asked for. Types and times come later, in one place for all formats.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace yinuo::wire {

struct Row {
    std::uint64_t line = 0;                   // where it begins, from 1; 0: rows have no lines here
    std::span<const std::string_view> cells;  // data() == nullptr: this row has no such cell
    std::string_view name = {};               // what it is called where rows have no lines
};

// Takes rows as they are read; what a row shows dies when take() returns.
class RowSink {
public:
    virtual ~RowSink() = default;
    virtual bool take(const Row&) = 0;  // false: read no further
    // A row that could not be read at all. `column` in characters from 1, 0 for the whole row.
    virtual bool reject(std::uint64_t line, std::uint32_t column, Text reason) = 0;
    // Something about the whole file that its owner should know.
    virtual void note(Finding finding) = 0;
};

// The columns that are wanted, by name, each once.
using Columns = std::span<const std::string>;

// The slots of the wanted columns where rows bring their own names. Remembers which ones ever came,
// so that a slip in a name doesn't pass for a column that is always empty.
class SeenColumns {
public:
    explicit SeenColumns(Columns wanted);

    static constexpr std::size_t kUnwanted = std::size_t(-1);
    // Where `name` belongs, or kUnwanted.
    std::size_t slot(std::string_view name);
    void saw(std::size_t slot) { seen_[slot] = true; }

    // A warning for every wanted column that no row had.
    void tell(RowSink& sink, std::string_view path) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    Columns wanted_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>
        slots_;  // of every name met
    std::vector<bool> seen_;
};

// No row may be longer, so that a hostile file costs time but not memory.
inline constexpr std::size_t kRowBytesMax = 1 << 20;

// "there is no column X", with the nearest of those that are there.
Error no_such_column(std::string_view wanted, std::span<const std::string_view> there,
                     std::string_view path);

}  // namespace yinuo::wire
