// A FEEL value: 32 bytes, trivially copyable. Strings, lists and contexts borrow their memory
// from an Arena (or from any text that outlives them), so evaluating a condition allocates
// nothing. There is no destructor: whoever owns the Arena decides how long values live.
//
// Dates and times keep nanoseconds as FEEL asks; our own Instants are whole milliseconds.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/names.h"
#include "time/civil.h"
#include "time/zone.h"

namespace yinuo::feel {

enum class Type : std::uint8_t {
    Null,
    Boolean,
    Number,
    String,
    Date,
    Time,
    DateTime,
    DaysTimeDuration,
    YearsMonthsDuration,
    List,
    Context,
    Range,
    Function,
};

class Value;
struct Entry;         // of a context: key and value
struct RangeValue;    // endpoints and whether they belong
class FunctionValue;  // a lambda with what it closed over, or a built-in

// FEEL's date and time: a wall reading, and perhaps the offset or zone that makes it an instant.
struct Moment {
    std::int64_t local_seconds = 0;  // since 1970-01-01T00:00:00 on that wall
    std::uint32_t nanos = 0;
    std::int32_t offset = 0;  // seconds east of UTC; kNoOffset: a local time
    // The named zone if one was written. A DateTime then has the zone's offset at that moment in
    // `offset` too; a Time has kNoOffset, for it depends on the day.
    const Zone* zone = nullptr;
    static constexpr std::int32_t kNoOffset = INT32_MIN;
};

class Value {
public:
    Value();  // null

    static Value null();
    static Value boolean(bool);
    static Value number(const Decimal&);
    static Value string(std::string_view borrowed);
    static Value date(Date);
    static Value date_of_days(std::int64_t days);  // years -999'999'999 to 999'999'999
    static Value time(const Moment&);              // local_seconds within the day
    static Value date_time(const Moment&);
    static Value instant(Instant, const Zone&);  // a date and time that knows its zone
    static Value duration(Millis);               // days and time duration
    static Value duration_nanos(std::int64_t seconds, std::int32_t nanos);
    static Value months(std::int64_t);  // years and months duration
    static Value list(std::span<const Value> borrowed);
    static Value context(std::span<const Entry> borrowed);
    static Value range(const RangeValue* borrowed);
    static Value function(const FunctionValue* borrowed);

    Type type() const { return type_; }
    bool is_null() const { return type_ == Type::Null; }
    bool is_true() const { return type_ == Type::Boolean && boolean_; }

    // Each asks for its own type; check() stops a caller who didn't look first.
    bool as_boolean() const;
    const Decimal& as_number() const;
    std::string_view as_string() const;
    Date as_date() const;            // cut to the years that a Date can hold
    std::int64_t date_days() const;  // of a Date, since 1970-01-01
    Moment as_moment() const;        // of a Time or a DateTime
    std::int64_t as_months() const;
    std::span<const Value> as_list() const;
    std::span<const Entry> as_context() const;
    const RangeValue& as_range() const;
    const FunctionValue& as_function() const;
    std::int64_t duration_seconds() const;     // of a DaysTimeDuration, floor
    std::int32_t duration_nanos_part() const;  // 0..999'999'999

    // The same in our own types. A local date-time (or a date: its start) is read in `zone`.
    // Nanoseconds are cut. nullopt when the type is another one.
    std::optional<Instant> to_instant(const Zone& zone) const;
    std::optional<Millis> to_millis() const;

private:
    // (layout: a union of at most 24 bytes, then the tag)
    union {
        Decimal number_;
        Moment moment_;
        struct {
            const void* data;
            std::size_t size;
        } span_;
        struct {
            std::int64_t whole;
            std::int32_t part;
        } pair_;
        bool boolean_;
    };
    Type type_;
};
static_assert(sizeof(Value) == 32);

struct Entry {
    std::string_view key;
    Value value;
};

struct RangeValue {
    Value begin;  // null: open-ended
    Value end;
    bool begin_included = false;
    bool end_included = false;
    // How it was written: `(< 10)` contains what `(null..10)` contains but is not equal to it, and
    // `(!= 10)` has a hole where the others have ends.
    enum class Form : std::uint8_t { Interval, Comparison, Equal, NotEqual };
    Form form = Form::Interval;
};

// FEEL's `=`: true, false, or null when the two can't be compared.
Value equal(const Value& a, const Value& b);
// Three-valued `<`: nullopt when the two have no order.
std::optional<std::partial_ordering> order(const Value& a, const Value& b);
// FEEL's string() form: "12.30", "2026-02-28", "P1DT2H", "[1, 2]".
std::string to_text(const Value&);
// A copy whose every byte lives in `memory`.
Value copy(const Value&, Arena& memory);

}  // namespace yinuo::feel
