// Promises as YAML: one document is one promise version; docs/reference/language.md has every key.
//
// Reading compiles: conditions and amounts are FEEL, limits are checked against the schedules, legs,
// verifications and payments become clauses of their own, and clauses are put in an order in which
// each comes after those whose verdicts it watches. Everything that is off is a finding with its
// place, all of them at once.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "base/result.h"
#include "feel/expression.h"
#include "promise/promise.h"
#include "time/zone.h"

namespace yinuo::wire {

// What reading needs; all borrowed. `names` and `zones` must outlive the promises.
struct PromiseContext {
    Names& names;
    Zones& zones;
    const feel::HostFunctions& host;
};

struct PromiseReading {
    std::vector<promise::Promise> promises;  // those without errors, in the order of the file
    Findings findings;                       // errors, warnings and notes, by place

    bool has_errors() const;
};

// `path` is what the user calls the file; schedule files are looked for beside it.
PromiseReading read_promises(std::string_view text, std::string_view path, const PromiseContext&);

// The same from a file of at most 4 MiB. Refuses when there is no such file.
Result<PromiseReading> read_promise_file(std::string_view path, const PromiseContext&);

}  // namespace yinuo::wire
