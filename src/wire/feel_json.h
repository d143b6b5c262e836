// FEEL values as JSON, in two spellings.
//
// Plain, for people: numbers are numbers, dates and durations strings. Typed, as the conformance
// kit's runner speaks: {"num":"12.30"}, {"date":"2026-01-02"}, {"time":...}, {"datetime":...},
// {"duration":...}, {"ctx":{...}}, so that nothing is lost.
#pragma once

#include <string>

#include "feel/value.h"
#include "wire/json.h"

namespace yinuo::wire {

enum class FeelSpelling : std::uint8_t { Plain, Typed };

// A value in `memory`; strings borrow from the tree. Typed texts that can't be read are null.
feel::Value to_feel(const Json&, FeelSpelling, Zones* zones, Arena& memory);

// Appended to `out`. Functions and ranges have no JSON: their FEEL text, as a string.
void append_feel(std::string& out, const feel::Value&, FeelSpelling);

}  // namespace yinuo::wire
