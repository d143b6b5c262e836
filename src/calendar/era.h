// The sums of open time over one span of 2^40 ms (34.8 years), so that adding working time and
// measuring it are look-ups.
//
// One row for each open stretch holds where it begins and how much open time came before it. Two
// indexes, one over time and one over open time, cut their axes into equal buckets; a bucket holds
// the row at its start, and the row sought is at most a step or two further on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "time/instant.h"

namespace yinuo::calendar {

class Era {
public:
    static constexpr int kBits = 40;
    static constexpr std::int64_t number_of(Instant at) { return at.millis >> kBits; }

    // `open` is sorted, merged, and inside the era.
    Era(std::int64_t number, const std::vector<Period>& open);

    Instant begin() const { return begin_; }
    Instant end() const { return {begin_.millis + (std::int64_t{1} << kBits)}; }
    std::int64_t total() const { return rows_.back().before; }
    // The longest closed time inside, the edges of the era included.
    std::int64_t gap_max() const { return gap_max_; }

    // Stretches are rows 1..count(); row 0 is empty and stands at the era's begin.
    std::size_t count() const { return count_; }
    Period stretch(std::size_t row) const {
        return {{rows_[row].begin}, {rows_[row].begin + length(row)}};
    }
    // The last row that begins at or before `at`, which is inside the era.
    std::size_t row_at(Instant at) const {
        const std::int64_t t = at.millis;
        std::size_t row = by_time_[static_cast<std::size_t>((t - begin_.millis) >> time_shift_)];
        row += rows_[row + 1].begin <= t;
        row += rows_[row + 1].begin <= t;
        while (rows_[row + 1].begin <= t) [[unlikely]]
            ++row;
        return row;
    }
    // Open time from the era's begin to `at`.
    std::int64_t open_before(Instant at) const {
        const auto row = row_at(at);
        return rows_[row].before + std::min(at.millis - rows_[row].begin, length(row));
    }
    bool is_open(Instant at) const {
        const auto row = row_at(at);
        return at.millis - rows_[row].begin < length(row);
    }
    // The first instant before which there are `open` milliseconds, 0 < open <= total().
    Instant after_open(std::int64_t open) const {
        std::size_t row = by_open_[static_cast<std::size_t>(open >> open_shift_)];
        row += rows_[row + 1].before < open;
        row += rows_[row + 1].before < open;
        while (rows_[row + 1].before < open) [[unlikely]]
            ++row;
        return {rows_[row].begin + (open - rows_[row].before)};
    }
    // The last instant before which there are `open` milliseconds, 0 <= open < total().
    Instant before_open(std::int64_t open) const {
        std::size_t row = by_open_[static_cast<std::size_t>(open >> open_shift_)];
        while (rows_[row + 1].before <= open) ++row;
        return {rows_[row].begin + (open - rows_[row].before)};
    }

private:
    struct Row {
        std::int64_t begin;
        std::int64_t before;
    };
    std::int64_t length(std::size_t row) const { return rows_[row + 1].before - rows_[row].before; }

    Instant begin_;
    std::size_t count_ = 0;
    int time_shift_ = 0;
    int open_shift_ = 0;
    std::int64_t gap_max_ = 0;
    std::vector<Row> rows_;
    std::vector<std::uint32_t> by_time_;
    std::vector<std::uint32_t> by_open_;
};

}  // namespace yinuo::calendar
