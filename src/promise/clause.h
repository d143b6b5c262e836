// One measurable part of a promise, compiled and ready to watch facts.
//
// A clause watches the facts about one subject (or about one key, see `per`) and is of one of
// eight shapes. It is data: src/promise/fold.h says what becomes of it when facts come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/error.h"
#include "base/names.h"
#include "feel/expression.h"
#include "promise/limit.h"

namespace yinuo::promise {

// A FEEL expression and where the author wrote it.
struct Formula {
    feel::Expression expression;
    Place place;

    std::string_view text() const { return expression.text(); }
};

// A condition over one fact. Most conditions ask for one kind of fact; knowing it saves evaluating
// the others.
struct Condition {
    Formula formula;
    Symbol kind = Symbol::None;  // the only kind for which it can hold; None: any
    bool kind_is_all = false;    // it says nothing but `fact = "kind"`
};
using OptionalCondition = std::optional<Condition>;

// A share such as 80 % in thousandths, or a stretch before the due instant.
struct Warning {
    int used_thousandths = 0;     // 800: when 80 % of the limit is used; 0: use `before`
    std::optional<Limit> before;  // Clock or Work
    std::string text;             // as the author wrote it
};

// Time that doesn't count. Only the reasons a clause lists stop its clock.
struct Pause {
    std::string reason;  // "waiting-for-customer"
    Text text;           // for people; may be empty
    Condition from;
    Condition to;
    std::optional<Millis> cap;    // counts at most so long, each time
    bool customers_duty = false;  // 顾客配合: the customer owes us something meanwhile
};

// 改约: a new due instant with the customer's recorded consent; never after the breach.
struct Extension {
    Condition when;
    Formula to;  // the new due instant
    std::int64_t times = 1;
};

enum class Reopening : std::uint8_t { Continues, Restarts, Anew };
struct Reopen {
    Condition when;
    Reopening how = Reopening::Continues;
};

// A breach of this clause is claimed by a report and decided by evidence.
struct Verification {
    Condition claim;
    OptionalCondition confirms;
    OptionalCondition rejects;
    std::optional<Limit> within;  // from the claim; a promise of its own
    bool undecided_is_confirmed = true;
};

// What excuses a breach: a recorded cause, evidence, and the agreement of different people.
struct Waiver {
    Condition cause;
    OptionalCondition evidence;  // absent: none is needed
    OptionalCondition agrees;
    OptionalCondition refuses;
    std::optional<Formula> who;  // the person who agrees; default: field `by`
    int people = 2;
};

struct LimitRow {
    OptionalCondition when;  // over the start fact; absent: always
    Limit limit;
    std::optional<Formula> amount;  // from the data: multiplies limit.amount (one unit)
};

// --- the eight shapes ---------------------------------------------------------------------------

// From the start, the keeping fact comes within a limit. The first row that applies counts; where
// none does, nothing is owed.
struct Within {
    std::vector<LimitRow> rows;
};
// The keeping fact comes by an instant that the data carries, plus a tolerance.
struct By {
    Formula at;
    Millis tolerance{0};
};
// The keeping fact comes neither earlier nor later than allowed around an instant.
struct Window {
    Formula around;
    Millis early{0};
    Millis late{0};
};
// A fact of this kind doesn't happen.
struct Never {
    Condition what;
};
// Whenever this fact happens, a condition over its values holds.
struct Always {
    Condition when;
    Formula holds;
};
// While open, a keeping fact comes at least once each interval.
struct Every {
    Limit interval;
};
// Counts and sums over facts stay within bounds; the first bound that is passed breaks.
struct Bound {
    enum class Kind : std::uint8_t { Count, Sum, Time, Value };
    Kind kind = Kind::Count;
    OptionalCondition of;             // Count, Sum, Value: which facts
    std::optional<Formula> amount;    // Sum, Value: what of them (number or duration)
    OptionalCondition from, to;       // Time: between these facts
    Decimal most;                     // Count, and Sum and Value of numbers
    std::optional<Millis> most_time;  // Time, and Sum and Value of durations
};
struct AtMost {
    std::vector<Bound> bounds;
    std::optional<Limit> window;
};  // window: sliding, Clock or Days
// Over a period, a share of a population satisfies a condition (or a mean or percentile keeps
// below a bound). An empty population is not measured.
enum class Span : std::uint8_t { Day, Week, Month, Quarter, Year, Whole };
struct Rate {
    Condition of;
    OptionalCondition except;
    OptionalCondition good;        // share of those
    std::optional<Formula> value;  // mean or percentile of this
    int percentile = 0;            // 0: the mean; 95: the 95th percentile (nearest rank)
    Decimal
        bound;  // share: at least, in per cent; otherwise at most (number, or seconds of a duration)
    std::vector<Span> over;
    std::optional<Formula> at;  // which instant puts a fact into a period; default: its own
};
using Shape = std::variant<Within, By, Window, Never, Always, Every, AtMost, Rate>;

struct Clause {
    std::string name;
    Text title;
    Place place;
    Shape shape;

    std::vector<Condition> starts;     // several: the later of them (in any order)
    bool starts_once = false;          // a second start never begins a second obligation
    std::optional<Formula> starts_at;  // the instant the wait began; default: the fact's own
    OptionalCondition audience;        // over the start fact, besides the promise's own
    OptionalCondition keeps;
    OptionalCondition voids;        // by the customer or by agreement
    OptionalCondition voids_by_us;  // 企业取消
    OptionalCondition breaks;       // breaks at once, whatever the clock says
    OptionalCondition ends;         // Never, AtMost, Every: the watch ends
    std::optional<Limit> lasts;     // Never, AtMost, Always, Every: so long after the start
    OptionalCondition covers;       // Never, AtMost, Always: the watch goes on while this holds
    std::optional<Formula> per;  // the key whose facts are watched together; default: the subject
    std::vector<Pause> pauses;
    std::optional<Extension> extends;
    std::optional<Reopen> reopens;
    std::optional<Verification> verify;
    std::optional<Waiver> waives;
    std::vector<Warning> warns;
    std::string owner;

    int outer = -1;             // a leg of this clause (index), see `legs`
    OptionalCondition offered;  // a leg: the hand-over to it; time from then is its own

    // What it answers for: facts of its own making that other clauses may watch, `NAME.started`,
    // `.kept`, `.broken`, `.void`, `.withheld`, `.released`, `.waived`.
    std::vector<int> watches;  // clauses (indexes) whose verdict facts it reads
};

}  // namespace yinuo::promise
