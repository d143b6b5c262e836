// Worked deadlines: three examples of when a limit runs out, so that the author sees what it means.
//
// A usual start, one on the eve of a holiday, one near a change of clocks (or, where the zone has
// none, at a month's end). Each says what counted and what didn't, from Schedule::explain().
#pragma once

#include <span>
#include <vector>

#include "promise/promise.h"

namespace yinuo::promise {

// A piece of the way from the start to the due instant.
struct Piece {
    Period period;
    bool counted = false;
    Text what;  // "30 分" or "2 working days"; of what isn't counted the reason, "节假日「春节」"
};

struct WorkedDeadline {
    enum class Occasion : std::uint8_t { Usual, HolidayEve, Clocks, Holiday, Asked };
    Occasion occasion = Occasion::Usual;
    Text title;             // "春节前夕" / "eve of 春节"
    std::size_t row = 0;    // of the limit's table
    Text limit;             // "1 个工作小时（office）"
    std::string condition;  // of the row, FEEL; empty: none
    const Zone* zone = nullptr;
    Instant start;
    Instant due;
    bool provisional = false;
    std::vector<Piece> pieces;
};

// Of a `within` or `every` clause; where a table's row depends on data, one example each. Empty for
// other shapes and for limits whose amount is in the data.
std::vector<WorkedDeadline> worked_deadlines(const Promise&, const Clause&);

// The same for a start on the first holiday that the schedule knows; on a Sunday where it knows none.
std::vector<WorkedDeadline> holiday_deadlines(const Promise&, const Clause&);
// And for starts of somebody's own choice.
std::vector<WorkedDeadline> deadlines_from(const Promise&, const Clause&,
                                           std::span<const Instant> starts);

// "02-14（周六）17:30–18:00 计 30 分" for each piece; long ways are shortened in the middle.
std::vector<Text> lines_of(const WorkedDeadline&);

}  // namespace yinuo::promise
