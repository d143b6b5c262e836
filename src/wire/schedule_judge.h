// Judging a table of work by a schedule: opened, target in work hours, closed; in time or not?
//
// A row is in time when it was closed at or before opened + target on the schedule. A row without
// a closing time is open. Rows that cannot be read are reported and left out; the rest counts.
// Made for millions of rows: the text is read once, in place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/schedule.h"

namespace yinuo::wire {

// The columns' names in the header line.
struct JudgeColumns {
    std::string opened = "opened";
    std::string hours = "hours";
    std::string closed = "closed";
};

struct JudgeBad {
    std::uint64_t line = 0;  // from 1, the header is line 1
    Text why;
};

struct JudgeReport {
    std::uint64_t rows = 0;  // without the header; in_time + late + open + bad
    std::uint64_t in_time = 0;
    std::uint64_t late = 0;
    std::uint64_t open = 0;
    std::uint64_t bad = 0;
    std::vector<JudgeBad> first_bad;  // at most 1,000 of them
};

// `text` is CSV (RFC 4180) with a header. Instants are "2026-03-02T09:00:00Z" or with an offset, or
// wall time in the schedule's zone ("2026-03-02 09:00", also with seconds and a fraction). Target
// hours may have a decimal fraction. With `out`, each row that could be read is appended to it with
// two more columns, due and verdict (in-time, late, open).
// Refuses with "missing-column" (naming the nearest there is) or "empty-file".
Result<JudgeReport> judge_csv(std::string_view text, std::string_view path,
                              const JudgeColumns& columns, const calendar::Schedule& schedule,
                              std::string* out = nullptr);

}  // namespace yinuo::wire
