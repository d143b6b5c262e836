// What goes wrong between companies' systems and us, done on purpose and at stated rates.
//
// A case is what happens about one subject as it should be told. disturbed() makes of it the reports
// as a real feed would send them: some twice, some late, some wrong and corrected later.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "demo/dice.h"
#include "time/instant.h"

namespace yinuo::demo {

enum class Disturbance : std::uint8_t {
    None,
    Repeated,
    Late,
    Corrected,
    Retracted,
    NeverCloses,
    Cancelled,
    OutOfOrder,
    Malformed,
};
inline constexpr std::size_t kDisturbances = 9;

struct DisturbanceRow {
    Disturbance what;
    std::string_view name;  // "never_closes"
    double rate;            // of facts, or of cases
    bool of_cases;
    Text words;
};
std::span<const DisturbanceRow> disturbances();  // without None

struct CaseFact {
    std::string_view kind;  // "order.placed"; borrowed for good
    Instant at;
    std::string fields = {};    // a JSON object, or empty
    std::string personal = {};  // likewise
    bool closes = false;        // the one that keeps the promise
};

struct Case {
    std::uint64_t number = 0;  // of its source; with the seed it names the dice
    std::string subject;       // "order/B-000017"
    std::string customer = {};
    std::vector<CaseFact> facts;      // in order of time; the first one opens it
    std::string_view cancelled_kind;  // what is told instead of closing; empty: it can't be
    std::string cancelled_fields = {};
};

// One report to be made, and why it isn't a plain one.
struct Planned {
    Instant report_at;
    Disturbance why = Disturbance::None;
    std::string json = {};  // empty: nothing is sent, only counted (NeverCloses)
};

// In no particular order. The same case and dice give the same plan.
std::vector<Planned> disturbed(const Case&, Dice seed);

}  // namespace yinuo::demo
