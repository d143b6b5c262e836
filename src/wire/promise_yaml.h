// Promises as YAML: one document is one promise version; docs/reference/language.md has every key.
//
// Reading compiles: conditions and amounts are FEEL, limits are checked against the schedules, legs,
// verifications and payments become clauses of their own, and clauses are put in an order in which
// each comes after those whose verdicts it watches. Everything that is off is a finding with its
// place, all of them at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "base/result.h"
#include "feel/expression.h"
#include "promise/promise.h"
#include "time/zone.h"

namespace yinuo::wire {

// Where the schedule files come from that a promise names, when it isn't a file on disk itself.
class ScheduleFiles {
public:
    virtual ~ScheduleFiles() = default;
    // The file's text by the name that the promise calls it; nullopt: there is none.
    virtual std::optional<std::string> text(std::string_view name) const = 0;
};

// What reading needs; all borrowed. `names` and `zones` must outlive the promises.
struct PromiseContext {
    Names& names;
    Zones& zones;
    const feel::HostFunctions& host;
    // Null: the file system, beside the promise. A server must never leave it so: a promise that
    // somebody sends in could name any file of the machine.
    const ScheduleFiles* files = nullptr;
};

struct PromiseReading {
    std::vector<promise::Promise> promises;  // those without errors, in the order of the file
    Findings findings;                       // errors, warnings and notes, by place

    bool has_errors() const;
};

// `path` is what the user calls the file; schedule files are looked for beside it, unless the
// context has `files`.
PromiseReading read_promises(std::string_view text, std::string_view path, const PromiseContext&);

// The same from a file of at most 4 MiB. Refuses when there is no such file.
Result<PromiseReading> read_promise_file(std::string_view path, const PromiseContext&);

}  // namespace yinuo::wire
