#include "demo/clock.h"

#include <algorithm>

namespace yinuo::demo {

Instant DemoClock::now() {
    const std::lock_guard hold(lock_);
    if (began_at_ == Instant::max()) return at_;
    const Millis passed = wall_.now() - wall_began_at_;
    at_ = std::max(at_, began_at_ + Millis{passed.count * speed_});
    return at_;
}

Millis DemoClock::left_until(Instant at) {
    const Millis left = at - now();
    return {left.count <= 0 ? 0 : (left.count - 1) / speed_ + 1};
}

void DemoClock::move_to(Instant at) {
    const std::lock_guard hold(lock_);
    if (began_at_ == Instant::max()) at_ = std::max(at_, at);
}

void DemoClock::start() {
    const std::lock_guard hold(lock_);
    if (began_at_ != Instant::max()) return;
    began_at_ = at_;
    wall_began_at_ = wall_.now();
}

}  // namespace yinuo::demo
