// An invented telecom: orders by the hour of the day, as examples/telecom-zh has them.
//
// Broadband lines, installations and repairs; some visits are moved at the customer's wish (改约),
// late work is credited after some days. People in it don't exist: their numbers are none that could
// be dialled. The same seed gives the same orders, hour by hour, from wherever one begins.
#pragma once

#include <deque>

#include "demo/feed.h"
#include "time/zone.h"

namespace yinuo::demo {

class Telecom final : public CaseSource {
public:
    // Orders from `begin` on; `zone` is theirs and borrowed.
    Telecom(std::uint64_t seed, Instant begin, const Zone& zone);

    void seek(Instant from) override;
    Instant next_opens_at() override;
    Case next() override;

private:
    void fill();
    Case order(Dice, std::uint64_t number, Instant at) const;

    const Dice dice_;
    const Zone& zone_;
    const std::int64_t begin_;  // in hours since 1970
    std::int64_t hour_;         // the next one to be filled in
    std::deque<Case> ready_;    // of one hour
};

}  // namespace yinuo::demo
