// CSV (RFC 4180): rows of cells between delimiters, cells with delimiters or line ends in quotes,
// a quote within quotes doubled. Lines end with LF or CRLF; empty lines are skipped; a byte order
// mark is ignored.
//
// Rejected, each alone: rows with more or fewer cells than the header, text behind a closing quote,
// quotes that never close (reading goes on at the next line), bytes that are no UTF-8, rows over
// 1 MiB. Refused as a whole: a missing header or wanted column, a name that two columns share, more
// than 10,000 columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/input.h"
#include "wire/rows.h"

namespace yinuo::wire {

struct CsvShape {
    char delimiter = ',';
    std::optional<char> quote = '"';
    std::span<const std::string> columns = {};  // given: there is no header line
};

// The names in the header line, as they stand.
Result<std::vector<std::string>> csv_header(Input& input, const CsvShape& shape);

Result<void> read_csv(Input& input, const CsvShape& shape, Columns wanted, RowSink& sink);

}  // namespace yinuo::wire
