// Facts as systems report them: JSON, one object each.
//
//     {"id":"e-17","kind":"order.placed","subject":"order/4711","at":"2026-03-10T08:00:00+08:00",
//      "customer":"C-1001","sequence":1,"change":"report","fields":{...},"personal":{...}}
//
// or a CloudEvents 1.0 event in its structured form. docs/reference/facts.md has every member and
// limit. Strict: what nobody knows is an error that names the nearest known word, and everything
// that is wrong with a fact is said at once. Messages quote names of members, never what is in them
// beyond `at`, `kind` and `change`. Texts borrow from the Arena; nothing borrows from what was read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "feel/value.h"
#include "promise/fact.h"
#include "time/instant.h"

namespace yinuo::wire {

struct ReportedField {
    std::string_view name;
    feel::Value value;
};

struct ReportedFact {
    std::string_view id;  // unique within the reporting system; empty: no second report
    std::string_view kind;
    std::string_view subject;
    std::string_view customer;  // the company's name for whose it is; empty: not said
    Instant at;                 // years 1970 to 2200
    std::int64_t sequence = 0;  // within +-(2^53 - 1)
    promise::Change change = promise::Change::Report;
    std::span<const ReportedField> fields;    // names differ from each other and from `personal`'s
    std::span<const ReportedField> personal;  // to be sealed; no rule reads it
};

// What is wrong with one fact, and where: "/3/fields/amount" (RFC 6901) from the whole document,
// or from the fact when facts come in lines.
struct FactError {
    std::string pointer;
    Error error;  // place.line: of a line, from 1
};

struct ReadFact {
    ReportedFact fact;              // nothing in it counts when there are errors
    std::vector<FactError> errors;  // at most 32
    std::uint32_t line = 0;         // from 1; 0: not read from lines
};

enum class FactFormat : std::uint8_t {
    Document,  // a JSON array of facts, or one fact
    Lines,     // one JSON object a line; blank lines are skipped
};

struct FactOptions {
    std::size_t facts_max = 1'000;
    Zones* zones = nullptr;  // for typed times with a zone's name; without it they are refused
};

// Every fact in the order in which it stands. Refused as a whole: "too-many-facts", "wrong-kind"
// (neither an array nor an object), and a document that is no JSON: "bad-json", "duplicate-key",
// "too-deep". In lines, one that is no JSON is that line's error and the others go on.
Result<std::vector<ReadFact>> read_fact_list(std::string_view text, FactFormat, const FactOptions&,
                                             Arena& memory);

}  // namespace yinuo::wire
