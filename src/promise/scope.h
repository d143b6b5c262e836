// What a FEEL text in a promise can see: the fact it is asked about, where the obligation started,
// and the subject's earlier facts through `latest(kind)`, `earliest(kind)` and `facts(kind)`.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "feel/expression.h"
#include "promise/clause.h"
#include "promise/fact.h"

namespace yinuo::promise {

struct Folding;
struct Promise;

// The names that every text may use, besides the fact's own fields.
struct Vocabulary {
    explicit Vocabulary(Names& names);
    Symbol fact, at, subject, start;                // always
    Symbol late, overdue, elapsed, paused, breach;  // in remedies
    Symbol payee, state, due;                       // in remedies and reports
    std::array<Symbol, 3> past;                     // latest, earliest, facts: the host functions
};
// The same as words, for findings: no field may be called so.
std::span<const std::string_view> reserved_names();

// `latest("kind")`, `latest("kind", before)`, `earliest("kind")`: a fact as a context of its fields
// with `at` and `fact`, or null. `facts("kind")`: all of them as a list. Up to the present fact.
const feel::HostFunctions& host_functions();

// The fields of a fact with `at` and `fact` as a FEEL context, in `memory`.
feel::Value as_context(const Fact&, const Names&, const Zone&, Arena& memory);

// Asks conditions and amounts about one fact after the other.
class Asker {
public:
    // `facts` are the subject's in true order; what lies after the present one isn't seen.
    Asker(const Promise&, Folding&, std::span<const Fact* const> facts);

    void look_at(std::size_t position);
    void look_at(const Fact&);  // a fact outside the list; the list is seen up to its instant
    void start_from(const Fact* start);  // null: none

    bool holds(const Condition&);
    bool holds(const OptionalCondition& condition) { return condition && holds(*condition); }
    feel::Value value(const Formula&);
    std::optional<Instant> instant(const Formula&);
    // The value over a fact that stands in for the present one (with fields of its own).
    feel::Value value_over(const Formula&, const Fact& stand_in);
    // Why the last value() was null, if it was.
    std::string_view why_null() const { return why_null_; }

    const Fact& fact() const { return *fact_; }
    const Zone& zone() const { return *zone_; }

    struct Seen;  // for the host functions

private:
    const Promise& promise_;
    Folding& folding_;
    std::span<const Fact* const> facts_;
    std::size_t seen_ = 0;  // facts [0, seen_) have happened
    const Fact* fact_ = nullptr;
    const Zone* zone_;
    const bool asks_why_;
    const Fact* start_fact_ = nullptr;
    bool start_ready_ = false;
    bool system_ready_ = false;  // system_ tells of the present fact
    std::array<feel::Binding, 4> system_;
    std::string why_null_;

    void set_system();
    bool needs_start(const Formula&) const;
};

}  // namespace yinuo::promise
