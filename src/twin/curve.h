// From samples to the curve: which share would have been kept at each limit.
#pragma once

#include <span>
#include <vector>

#include "twin/report.h"

namespace yinuo::twin {

// Sorted once, asked for many limits.
class Needs {
public:
    explicit Needs(std::span<const Sample> samples);

    // At a limit, an obligation is kept if it needed no more and was fulfilled; open or void if it
    // needed no more and wasn't; waived if it needed more and is excused; broken otherwise.
    CurvePoint at(std::int64_t limit) const;
    // The smallest limit at which kept / (kept + broken) reaches `percent`: what would still be open
    // within that limit counts as neither, as everywhere in the report. The share never falls as
    // the limit grows, so this is found by halving, exactly.
    std::optional<std::int64_t> reach(int percent) const;

    // What was settled by being kept, sorted.
    std::span<const std::int64_t> kept() const { return kept_; }
    bool empty() const { return kept_.empty() && open_.empty() && cancelled_.empty(); }

private:
    std::vector<std::int64_t> kept_, open_, cancelled_, waived_;
    std::int64_t never_ = 0;          // broken whatever the limit
    std::int64_t always_waived_ = 0;  // so too, but excused
};

// The points, the line and the reaches; payouts are left to the caller.
Curve curve_of(const Dial&, const Needs&);

// A round unit for axes of this dial: an hour, a quarter, a minute, or 1 for limits in days.
std::int64_t grain_of(const Dial&, std::int64_t range);

}  // namespace yinuo::twin
