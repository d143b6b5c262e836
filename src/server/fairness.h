// 公平: did customers of different groups get the same for the same failure?
//
// The same failure is the same clause of a promise broken by about as much (a lateness band). Within
// each, groups are compared pair by pair: the share that got anything (two-proportion z-test) and
// the mean of what everybody in the group got, by unit (Welch's test); Holm's correction over all
// tests of the report. Groups of fewer than five are taken together as "others": nobody is looked at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/records.h"
#include "twin/compare.h"

namespace yinuo::server {

inline constexpr std::int64_t kGroupLeast = 5;
inline constexpr double kSignificant = 0.05;  // of the corrected p-values

enum class Band : std::uint8_t { None, Hour, Day, ThreeDays, More };
Band band_of(Millis lateness);
std::string_view name_of(Band);  // "up to 1 h"
Text describe(Band);

struct GroupReceived {
    std::string group;  // the field's value as text; "": not said; "others": several small ones
    bool is_others = false;
    std::int64_t n = 0;
    twin::Share anything;
    struct Amount {
        std::string unit;
        twin::Mean each;  // of everybody in the group, zero for who got nothing
        double median = 0;
    };
    std::vector<Amount> amounts;           // by unit
    std::vector<std::int64_t> until_paid;  // from the breach, milliseconds, of what was paid
};

struct Failure {
    std::string clause;  // "live-24h/live"
    Band band = Band::None;
    std::vector<GroupReceived> groups;  // by name
};

struct Unequal {
    std::size_t failure = 0;
    std::string more, less;  // groups
    std::string unit;        // empty: the share that got anything
    twin::Difference difference;
    double p = 1;  // corrected
};

// A remedy, and which of its parts read what.
struct RemedyReads {
    std::string remedy;               // "late-data@live-24h@1"
    std::vector<std::string> fields;  // of the facts, sorted
    bool reads_group = false;
};

struct Fairness {
    std::string group;
    std::int64_t n = 0;  // breaches
    std::vector<Failure> failures;
    std::vector<Unequal> unequal;
    std::vector<RemedyReads> reads;
    std::int64_t tests = 0;
    bool is_cut = false;
};
Fairness fairness(const Records&, const Window&, const std::string& group);

std::string fairness_json(Fairness, const Window&, Instant as_of);
std::string fairness_csv(Fairness, bool chinese);

}  // namespace yinuo::server
