// OCEL 2.0 (object-centric event logs) as JSON, XML or SQLite, told by the first bytes.
//
// Rows come in the order of their times. With `object_type` there is one row for each event and
// each object of that type that it names; without, one for each event. Columns:
//   event:id, event:type, event:time    of the event
//   NAME                                an attribute of the event
//   object:id, object:type, object:qualifier
//                                       the object of this row, and how the event names it
//   object:NAME                         that object's attribute as it stood at the event's time
//   related:TYPE                        id of the first object of another type that it names
// The whole log is held in memory: at most 256 MiB of JSON or XML, 1 GiB from SQLite. Refused:
// files that aren't OCEL. Event ids that come twice and objects that aren't there are rejected.
#pragma once

#include "base/result.h"
#include "wire/input.h"
#include "wire/rows.h"

namespace yinuo::wire {

Result<void> read_ocel(Input& input, std::string_view object_type, Columns wanted, RowSink& sink);

}  // namespace yinuo::wire
