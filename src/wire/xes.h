// XES event logs (IEEE 1849): one row an event, streamed, so a log of any size fits.
//
// Columns are the keys of the event's attributes ("time:timestamp"); those of its trace have
// "case:" before them ("case:concept:name"). Attributes within attributes, lists, globals and
// classifiers are passed over. Refused: documents that declare entities, are nested deeper than
// 64, or hold a single token over 8 MiB.
#pragma once

#include "base/result.h"
#include "wire/input.h"
#include "wire/rows.h"

namespace yinuo::wire {

// `transcoded`: the input is UTF-8 whatever its XML declaration says.
Result<void> read_xes(Input& input, bool transcoded, Columns wanted, RowSink& sink);

}  // namespace yinuo::wire
