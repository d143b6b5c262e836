// A time zone as a value: the rules that were read from one TZif file, and the hash of its bytes.
//
// Shells read the bytes; nothing here opens a file. After the file's last transition its POSIX
// footer rule holds, so years after 2037 are right. Immutable; share freely between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "time/civil.h"
#include "time/instant.h"

namespace yinuo {

// What to do with a wall time that a change of clocks skips or repeats (RFC 5545 readings).
enum class Gap : std::uint8_t { ShiftForward, ShiftBackward, NextValid };
enum class Overlap : std::uint8_t { First, Second };

class Zone {
public:
    // `name` is the IANA name, `tzif` the bytes of a TZif file of version 2 or later.
    static Result<Zone> parse(std::string_view name, std::string_view tzif);
    static Zone utc();
    // A zone of one offset, in seconds east of UTC, within +-18 h.
    static Zone fixed(std::int32_t offset_seconds);

    std::string_view name() const;
    // "tzif:" and the first 16 hex digits of the bytes' SHA-256 (or FNV; stable across builds).
    std::string_view version() const;

    std::int32_t offset_seconds(Instant at) const;  // east of UTC
    LocalTime to_local(Instant at) const;
    Instant to_instant(LocalTime wall, Gap = Gap::ShiftForward, Overlap = Overlap::First) const;
    // The first instant of that local date; the next date's if the date does not exist here.
    Instant start_of_day(Date date) const;
    // Instant of the next change of offset after `at`, or Instant::max().
    Instant next_change(Instant at) const;

private:
    struct Rules;
    explicit Zone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
    std::shared_ptr<const Rules> rules_;  // shared: copies of one version are one thing
};

// Finds zones by IANA name; the shell's one reads files, the tests' one holds what it was given.
class Zones {
public:
    virtual ~Zones() = default;
    // nullptr when there is no such zone. The pointer lives as long as the Zones.
    virtual const Zone* find(std::string_view name) = 0;
    // The name that was probably meant by one that find() doesn't know; empty if none comes to mind.
    virtual std::string suggest(std::string_view) { return {}; }
};

}  // namespace yinuo
