#include "calendar/era.h"

#include <bit>
#include <limits>

namespace yinuo::calendar {
namespace {

constexpr std::int64_t kBeyond = std::numeric_limits<std::int64_t>::max();

// Buckets of 2^shift, at least four to a stretch, so that few hold more than one edge.
int shift_for(std::int64_t axis, std::size_t stretches) {
    const auto buckets = std::bit_ceil(std::max<std::size_t>(16, stretches * 4));
    int shift = 0;
    while ((axis >> shift) >= static_cast<std::int64_t>(buckets)) ++shift;
    return shift;
}

}  // namespace

Era::Era(std::int64_t number, const std::vector<Period>& open)
    : begin_{number * (std::int64_t{1} << kBits)}, count_(open.size()) {
    rows_.reserve(open.size() + 4);
    rows_.push_back({begin_.millis, 0});
    std::int64_t sum = 0;
    Instant closed_since = begin_;
    for (const auto& period : open) {
        gap_max_ = std::max(gap_max_, (period.begin - closed_since).count);
        closed_since = period.end;
        rows_.push_back({period.begin.millis, sum});
        sum += period.length().count;
    }
    gap_max_ = std::max(gap_max_, (end() - closed_since).count);
    for (int i = 0; i < 3; ++i) rows_.push_back({kBeyond, sum});  // steps never run off the end

    const std::int64_t span = std::int64_t{1} << kBits;
    time_shift_ = shift_for(span - 1, count_);
    by_time_.resize(static_cast<std::size_t>((span - 1) >> time_shift_) + 1);
    std::uint32_t row = 0;
    for (std::size_t i = 0; i < by_time_.size(); ++i) {
        const auto at = begin_.millis + (static_cast<std::int64_t>(i) << time_shift_);
        while (rows_[row + 1].begin <= at) ++row;
        by_time_[i] = row;
    }
    open_shift_ = shift_for(sum, count_);
    by_open_.resize(static_cast<std::size_t>(sum >> open_shift_) + 1);
    row = 0;
    for (std::size_t i = 0; i < by_open_.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i) << open_shift_;
        while (row < count_ && rows_[row + 1].before < at) ++row;
        by_open_[i] = row;
    }
}

}  // namespace yinuo::calendar
