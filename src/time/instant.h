// A moment in UTC, to the whole millisecond, and the span between two moments.
//
// Instants say nothing about calendars or clocks on the wall; a civil date or hour becomes an
// Instant only through a Zone. Nothing here reads the time: `now` is always an argument.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace yinuo {

// A length of real, elapsed time. Never working time: that is WorkTime.
struct Millis {
    std::int64_t count = 0;
    auto operator<=>(const Millis&) const = default;
};

// A length of time that only runs while a schedule is open. Adding it to an Instant needs the
// schedule, so there is no operator for it.
struct WorkTime {
    std::int64_t millis = 0;
    auto operator<=>(const WorkTime&) const = default;
};

struct Instant {
    std::int64_t millis = 0;  // since 1970-01-01T00:00:00Z, no leap seconds
    auto operator<=>(const Instant&) const = default;

    static constexpr Instant min() { return {std::numeric_limits<std::int64_t>::min() / 4}; }
    static constexpr Instant max() { return {std::numeric_limits<std::int64_t>::max() / 4}; }
};

constexpr Instant operator+(Instant at, Millis span) { return {at.millis + span.count}; }
constexpr Instant operator-(Instant at, Millis span) { return {at.millis - span.count}; }
constexpr Millis operator-(Instant a, Instant b) { return {a.millis - b.millis}; }
constexpr Millis operator+(Millis a, Millis b) { return {a.count + b.count}; }
constexpr Millis operator-(Millis a, Millis b) { return {a.count - b.count}; }

constexpr Millis seconds(std::int64_t n) { return {n * 1000}; }
constexpr Millis minutes(std::int64_t n) { return {n * 60'000}; }
constexpr Millis hours(std::int64_t n) { return {n * 3'600'000}; }

// Half-open: [begin, end). Empty when end <= begin.
struct Period {
    Instant begin;
    Instant end;
    bool operator==(const Period&) const = default;
    constexpr bool contains(Instant at) const { return begin <= at && at < end; }
    constexpr Millis length() const { return end > begin ? end - begin : Millis{0}; }
};

}  // namespace yinuo
