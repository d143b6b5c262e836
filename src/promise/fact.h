// A fact: something that happened, reported from outside, with its own time.
//
// Facts are plain views; their text and fields live in the Arena they were read into. They may
// arrive late, twice, corrected or in any order: see promise/history.h for the one true order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/names.h"
#include "feel/expression.h"
#include "time/instant.h"

namespace yinuo::promise {

enum class Change : std::uint8_t {
    Report,   // it happened
    Correct,  // replaces the fact with the same id
    Retract,  // the fact with the same id never happened
};

struct Fact {
    std::string_view id;         // unique within its source; empty: no second report
    std::string_view subject;    // "order/4711": what it is about
    Symbol kind = Symbol::None;  // "order.placed"
    Instant at;                  // when it happened
    Instant received_at;         // when we heard of it; not before `at` is assumed
    std::int64_t sequence = 0;   // the source's own order among equal times
    Change change = Change::Report;
    std::span<const feel::Binding> fields;  // what it says
};

// Takes facts as they are read. Facts handed over live as long as the reader's Arena.
class FactSink {
public:
    virtual ~FactSink() = default;
    virtual void take(const Fact&) = 0;
};

}  // namespace yinuo::promise
