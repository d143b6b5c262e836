#include "engine/clock.h"

#include <cstdlib>
#include <ctime>

namespace yinuo::engine {
namespace {

std::int64_t millis_of(clockid_t id) {
    timespec at = {};
    ::clock_gettime(id, &at);
    return at.tv_sec * std::int64_t{1000} + at.tv_nsec / 1'000'000;
}

}  // namespace

SystemClock::Readings SystemClock::of_this_machine() {
    return {.wall = [] { return millis_of(CLOCK_REALTIME); },
            .steady = [] { return millis_of(CLOCK_BOOTTIME); }};
}

SystemClock::SystemClock(Readings readings)
    : read_(std::move(readings)), wall_(read_.wall()), steady_(read_.steady()) {}

Instant SystemClock::now() {
    const std::lock_guard lock(mutex_);
    const std::int64_t wall = read_.wall();
    const std::int64_t steady = read_.steady();
    const std::int64_t expected = wall_ + (steady - steady_);
    const std::int64_t ahead = wall - expected;
    if (std::llabs(ahead) <= kJump.count) {
        jump_.reset();
    } else {
        if (!jump_ || std::llabs(ahead - jump_->length) > kJump.count)
            jump_ = Jump{.length = ahead, .since = steady};
        if (steady - jump_->since < kBelieved.count) return {expected};
        jump_.reset();
    }
    wall_ = wall;
    steady_ = steady;
    return {wall};
}

std::optional<Error> SystemClock::trouble() {
    static_cast<void>(now());
    const std::lock_guard lock(mutex_);
    if (!jump_) return std::nullopt;
    const auto by = std::to_string(jump_->length / 1000);
    return Error{
        .code = "clock-jumped",
        .what = {"系统时钟跳了 " + by + " 秒；暂按稳定时钟计时",
                 "the system's clock jumped by " + by + " s; time goes on by the steady clock"},
        .mend = {"检查时间同步；十分钟后仍如此就采用新时间，要立即采用请重启",
                 "look at time synchronisation; the new time is taken after ten minutes, or at a "
                 "restart"}};
}

}  // namespace yinuo::engine
