// One text cell, read as the type its field declares.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "feel/value.h"
#include "wire/mapping.h"
#include "wire/zone_clock.h"

namespace yinuo::wire {

// Is this cell one of the words that mean "nothing"? Blanks around it don't count.
bool is_missing(std::string_view cell, std::span<const std::string> missing);

// The value of a cell that is not missing; text is borrowed, not copied. nullopt when it can't be
// read as the field's type: complain_of() says why. `decimal_mark` is '.' or ','.
std::optional<feel::Value> read_cell(std::string_view cell, const FieldRule& field,
                                     char decimal_mark, ZoneClock& clock);
Text complain_of(std::string_view cell, const FieldRule& field);
Text mend_of(const FieldRule& field);  // what could stand there instead

// "1234", "-0.50", "1.2e3"; digits before the mark may not be grouped.
std::optional<Decimal> read_number(std::string_view text, char decimal_mark);
// ISO 8601 ("PT26H30M", "P1DT2H", "-PT0.5S") or hours and minutes ("26:30", "0:00:07.5").
std::optional<Millis> read_duration(std::string_view text);

}  // namespace yinuo::wire
