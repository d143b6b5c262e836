// Reads histories: files of events or records, turned into facts by a mapping.
//
//     Arena memory;
//     HistoryReader reader(mapping, names, zones, memory);
//     ReadOptions options;
//     options.on_rejected = [&](const Rejected& row) { … };
//     auto counts = reader.read("requests.csv.gz", sink, options);
//
// Facts come in the order of the file. Their text and fields live in `memory`; fields are one
// array shared by all facts of a row that list the same fields. What a row can't say (a cell too
// many, an unreadable time, bytes that are no text) rejects that row with its line and the reason;
// the rest is kept. Only what makes the whole file unreadable is an error: no such file, a column
// that isn't there, broken gzip, XML that doesn't parse.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/names.h"
#include "base/result.h"
#include "promise/fact.h"
#include "time/zone.h"
#include "wire/mapping.h"

namespace yinuo::wire {

struct ReadCounts {
    std::uint64_t rows = 0;  // including the rejected ones
    std::uint64_t facts = 0;
    std::uint64_t rejected = 0;  // rows, none of whose facts were taken
    bool interrupted = false;    // stopped between two rows; what was read so far is whole
    Findings notes = {};         // warnings about the whole file, such as a column that never came
};

struct Rejected {
    std::string_view path;
    std::uint64_t line = 0;  // of the row's beginning, from 1; 0 where rows have no lines (SQLite)
    std::uint32_t column = 0;  // characters from the line's beginning, from 1; 0: the whole row
    Text reason;
    std::string_view field = {};  // of the mapping, when it is one field's fault
    Text mend = {};               // what would be right; may be empty
};

struct ReadOptions {
    std::function<void(const Rejected&)> on_rejected = {};
    // Called before a row's facts are handed on, with the line it begins at and whose it is (empty:
    // the mapping doesn't say, or this row doesn't).
    std::function<void(std::uint64_t line, std::string_view customer)> on_row = {};
    // Called every few thousand rows with bytes read and bytes in all (of the file as it lies on
    // disk; 0 if that isn't known, as on standard input).
    std::function<void(std::uint64_t done, std::uint64_t total)> on_progress = {};
    bool (*interrupted)() = nullptr;  // asked between rows; true stops
    // The fields that anybody will look at; the others are left out of the facts, and columns that
    // serve nothing else are neither converted nor checked. Empty: all fields.
    std::span<const Symbol> wanted_fields = {};
};

class HistoryReader {
public:
    // Everything is borrowed and must outlive the reader; `memory`, `names` and `zones` also the
    // facts.
    HistoryReader(const Mapping& mapping, Names& names, Zones& zones, Arena& memory)
        : mapping_(mapping), names_(names), zones_(zones), memory_(memory) {}
    HistoryReader(const HistoryReader&) = delete;
    HistoryReader& operator=(const HistoryReader&) = delete;

    // `path`: a file, gzip or not (told by its first bytes), or "-" for standard input. May be
    // called again for further files of the same kind; row numbers begin at 1 in each, and
    // `previous` starts afresh.
    Result<ReadCounts> read(std::string_view path, promise::FactSink& sink,
                            const ReadOptions& options = {});

private:
    const Mapping& mapping_;
    Names& names_;
    Zones& zones_;
    Arena& memory_;
};

}  // namespace yinuo::wire
