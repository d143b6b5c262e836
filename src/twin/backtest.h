// The back-test 历史回测: promises folded over a whole history, and what came of it counted.
//
// Pure: history, promises and `now` are handed in. It is the same fold that judges one obligation;
// nothing here decides a verdict. Works subject by subject and keeps of each only what the report
// needs, so a million subjects cost about as much as folding them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "feel/expression.h"
#include "promise/promise.h"
#include "twin/history.h"
#include "twin/report.h"

namespace yinuo::twin {

// One way to cut the obligations: FEEL over the start fact's fields, `at`, `fact`, `subject`,
// `start`, and `state` and `clause` (names).
struct Slicing {
    std::string text;
    feel::Expression expression;
};

struct Question {
    Instant now;  // facts after it don't exist yet
    std::span<const Slicing> by = {};
    bool curves = true;
    bool (*interrupted)() = nullptr;  // asked now and then; true stops
    std::function<void(std::uint64_t done, std::uint64_t total)> on_progress = {};
};

// Versions of one promise, so that each start falls under the one in force: sorted by id and
// version, each in force until the next begins. Refuses two of the same version.
Result<void> put_versions_in_line(std::vector<promise::Promise>& promises);

// Folds `promises` (versions in line) over a grouped history. Limits are changed while curves are
// drawn and put back. `other`: a second set, to compare with. nullopt: interrupted.
std::optional<Report> backtest(std::vector<promise::Promise>& promises,
                               std::vector<promise::Promise>* other, const History& history,
                               const Question& question, Names& names);

}  // namespace yinuo::twin
