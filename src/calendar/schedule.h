// A schedule 工作日历: when a company is at work, so that working time can be counted.
//
// Immutable and cheap to copy; any number of threads may use one. It reads no clock. Rules are
// those of definition.h and these:
// - Hours are half-open; hours that touch, also across midnight, are one stretch.
// - A wall time that a change of clocks skips moves forward by the gap, a repeated one is its
//   first occurrence; between instants real elapsed time counts, so a 23 h day is 23 h.
// - Instants from year 1 to 9999 are served. "Never" means: none within about nine years.
//
// The tables behind it are built when first needed, one for each span of 2^40 ms (34.8 years).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/definition.h"
#include "time/civil.h"
#include "time/instant.h"
#include "time/zone.h"

namespace yinuo::calendar {

enum class Reason : std::uint8_t {
    Open,          // ordinary hours
    OpenSpecial,   // open by hours of the date's own
    OpenMakeup,    // open as a make-up working day 调休上班
    OpenDuty,      // open by a holiday's duty roster
    OutsideHours,  // the day has hours, but not now
    NoHours,       // a weekend, or a weekday without hours
    Holiday,
    ClosedDay,  // the date's own hours close it
    Break,
    Closure,
    PartsClosed,  // combined schedules: none open, or not all; the name is of one that is closed
};

// A piece of time with one reason. `name` is the holiday's, closure's... name, or empty.
struct Stretch {
    Instant begin;
    Instant end;
    bool open = false;
    Reason reason = Reason::OutsideHours;
    std::string name;
    bool operator==(const Stretch&) const = default;
};

Text describe(const Stretch&);  // "节假日「春节」" / "holiday 春节"

// Which end dates of a span of dates count.
enum class Bounds : std::uint8_t { FirstOnly /* [) */, LastOnly /* (] */, Both /* [] */ };

// Where to go from a date that is no working day. Modified: the other way if the month would change.
enum class Roll : std::uint8_t { Forward, Backward, ModifiedForward, ModifiedBackward };

enum class DayCount : std::uint8_t {
    RollThenStep,  // leave a closed date first (in the direction of travel), then n steps
    StepOnly,      // n steps; the first step off a closed date counts. n = 0 rolls forward
};

// How "n working days" is applied to an instant.
enum class WorkdayStyle : std::uint8_t {
    KeepTime,          // leave a closed day, step n, keep the clock time
    StepOnlyKeepTime,  // step n, keep the clock time
    SnapOpen,          // step n, then the nearest open instant in the direction of travel
    SnapOpenBack,      // step n, then prev_open
    RubyAfter,   // a closed start day takes the nominal opening time; outside hours -> next opening
    RubyBefore,  // ... -> the opening of the previous working day
    LastClose,  // n-th working day counting the start day, at the end of its first remaining stretch
    Glpi,       // step n, keep the clock time
    GlpiEndOfDay,  // step n, then that day's last closing
    EndOfDay,      // step n (StepOnly), due at the next local midnight: 第n个工作日结束前
};

// Names as in the test vectors: "keep_time", "ruby_after", "glpi_eod"..., "end_of_day".
std::optional<WorkdayStyle> parse_workday_style(std::string_view name);
std::string_view name_of(WorkdayStyle);
std::optional<Roll> parse_roll(std::string_view name);      // "forward", "modified_backward"...
std::optional<Bounds> parse_bounds(std::string_view text);  // "[)" "(]" "[]"

// What build() makes of a schedule that never opens.
enum class Never : std::uint8_t { Refuse, Allow };

class Schedule {
public:
    // Refuses what contradicts itself ("bad-hours", "bad-cycle", "bad-combination"...) and a
    // schedule that never opens ("never-opens"): on it a deadline could not come, and a promise
    // that cannot be broken is no promise. As a part of others such a schedule may be allowed.
    static Result<Schedule> build(Definition, Never = Never::Refuse);
    static Schedule always_open(Zone);

    // The smallest r >= at with exactly `work` of open time in [at, r): a sum that fills the day
    // ends AT closing. Zero: the first open instant >= at. Negative: sub(). Refuses with
    // "no-working-time" when none comes within about nine years, "out-of-range" past year 9999.
    // The cut-off is not applied: see counts_from().
    Result<Instant> add(Instant at, WorkTime work) const;
    // The mirror: the largest r <= at with `work` of open time in [r, at); ends AT opening.
    Result<Instant> sub(Instant at, WorkTime work) const;
    // Open time in [from, to), negative when to < from.
    WorkTime between(Instant from, Instant to) const;

    // add() and between() for many at once, and faster. The spans have one length. What add()
    // would refuse becomes Instant::max().
    void add_all(std::span<const Instant> at, std::span<const WorkTime> work,
                 std::span<Instant> due) const;
    void between_all(std::span<const Instant> from, std::span<const Instant> to,
                     std::span<WorkTime> work) const;

    bool is_open(Instant at) const;
    // nullopt in all of these: none within about nine years.
    std::optional<Instant> next_open(Instant at) const;  // first open instant >= at
    std::optional<Instant> prev_open(
        Instant at) const;  // latest r <= at with open time just before it
    std::optional<Instant> next_close(
        Instant at) const;  // end of the stretch that holds `at`, or of the next
    std::optional<Instant> next_opening(Instant at) const;        // first opening >= at
    std::optional<Instant> next_opening_after(Instant at) const;  // first opening > at
    std::optional<Instant> prev_opening(Instant at) const;        // last opening <= at
    // Up to n open stretches, clipped at `at`, nearest first.
    std::vector<Period> periods_after(Instant at, int n) const;
    std::vector<Period> periods_before(Instant at, int n) const;

    // When the clock starts for what arrives at `at`: `at` itself, or, at or after the cut-off of a
    // working day, the first opening of a later date. Without a cut-off always `at`.
    Instant counts_from(Instant at) const;

    // Has the date any hours of its own? A holiday hasn't, not even with a duty roster. A union has
    // when one of its parts has, an intersection when all have.
    bool is_workday(Date) const;
    // Negative when reversed; then [) counts (to, from] and (] mirrors.
    std::int64_t workdays_between(Date from, Date to, Bounds) const;
    std::vector<Date> workdays(Date from, Date to_included) const;
    // "no-working-time" when none is near.
    Result<Date> roll(Date, Roll) const;
    // `first` says how RollThenStep leaves a closed date; without it, in the direction of travel.
    Result<Date> add_workdays(Date, std::int64_t n, DayCount,
                              std::optional<Roll> first = std::nullopt) const;
    Result<Instant> add_workdays_at(Instant, std::int64_t n, WorkdayStyle) const;

    // [from, to) told stretch by stretch: no gaps, no overlaps, neighbours differ. The open ones
    // sum up to between(from, to).
    std::vector<Stretch> explain(Instant from, Instant to) const;

    const Zone& zone() const;
    std::string_view name() const;
    // Changes with anything that could change an answer, zone rules included; equal definitions
    // have equal versions on every machine. "cal:" and 16 hex digits.
    std::string_view version() const;
    std::optional<Date> announced_until() const;
    // Does `at` lie beyond the dates whose holidays are announced?
    bool is_provisional(Instant at) const;
    const Definition& definition() const;

    struct State;  // the room's own

private:
    Result<Instant> add_by_steps(Instant at, std::int64_t rest) const;
    Result<Instant> sub_by_steps(Instant at, std::int64_t rest) const;
    Result<Instant> add_workdays_ruby(Instant at, std::int64_t n, bool forward) const;
    Result<Instant> nth_open_day(Instant at, std::int64_t n) const;
    explicit Schedule(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

}  // namespace yinuo::calendar
