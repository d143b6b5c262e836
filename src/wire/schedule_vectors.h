// Business-hours test vectors: one JSON case a line, calendar, operation, input, expectation.
//
// Cases marked `agree` are held against `out`, `agree_flags` against `core`; `differs` is skipped.
// Traces (whole SLA stories) run through promises, see trace_vectors.h: those that hold for several
// peers must pass, the others are reported by peer and count as skipped where they don't.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/schedule.h"
#include "time/zone.h"
#include "wire/json.h"

namespace yinuo::wire {

struct VectorCount {
    int passed = 0;
    int failed = 0;
    int skipped = 0;
};

struct VectorFailure {
    std::string id;
    std::string what;  // "add: expected ... got ..."
};

struct VectorReport {
    std::map<std::string, VectorCount> suites;
    VectorCount all;
    std::vector<VectorFailure> failures;
    // Traces by peer: hold under its promise, answered otherwise, not sayable in the language.
    std::map<std::string, VectorCount> traces;
    std::vector<VectorFailure> unsaid;  // traces of one peer's own manners that don't hold
};

// Runs every line of `text`. Refuses a line that is no case at all ("bad-vector", with its line).
Result<VectorReport> run_vectors(std::string_view text, std::string_view path, Zones& zones);

// The `calendar` object of a case; null is open all the time.
Result<calendar::Definition> read_vector_calendar(const Json& calendar, Zones& zones);

}  // namespace yinuo::wire
