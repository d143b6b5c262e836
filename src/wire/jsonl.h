// JSON Lines: one JSON object a line, one row each.
//
// A column is a key, or keys with points between them into nested objects and lists
// ("customer.city", "items.0.sku"; a key that contains points goes first). Rejected, each alone:
// lines that are no JSON object or over 1 MiB, columns whose value is an object or a list.
#pragma once

#include "base/result.h"
#include "wire/input.h"
#include "wire/rows.h"

namespace yinuo::wire {

Result<void> read_jsonl(Input& input, Columns wanted, RowSink& sink);

}  // namespace yinuo::wire
