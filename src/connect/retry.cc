#include "connect/retry.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace yinuo::connect {
namespace {

constexpr std::array<Millis, kAttemptsMax - 1> kWaits = {seconds(5),  seconds(30), minutes(2),
                                                         minutes(10), minutes(30), hours(2),
                                                         hours(6),    hours(12),   hours(24)};
constexpr double kSpread = 0.2;
constexpr Millis kAskedMax = hours(24);

bool asks_for_patience(int status) { return status == 429 || status == 503; }

}  // namespace

std::optional<Millis> next_wait(int attempts, std::optional<Millis> asked, double jitter) {
    check(attempts >= 1 && jitter >= 0 && jitter < 1);
    if (attempts >= kAttemptsMax) return std::nullopt;
    const Millis planned = kWaits[static_cast<std::size_t>(attempts - 1)];
    const auto more =
        static_cast<std::int64_t>(static_cast<double>(planned.count) * kSpread * jitter);
    const Millis wait = planned + Millis{more};
    return asked ? std::max(wait, std::min(*asked, kAskedMax)) : wait;
}

Next next_attempt(int attempts, const Outcome& outcome, double jitter) {
    check(attempts >= 1 && jitter >= 0 && jitter < 1);
    if (outcome.delivered()) return {Then::Done};
    if (outcome.status == 410) return {Then::Disable};
    if (outcome.fault == Fault::Unsendable) return {Then::Dead};
    if (outcome.fault == Fault::Stopped) return {Then::Again};
    const auto asked = asks_for_patience(outcome.status) ? outcome.retry_after : std::nullopt;
    const auto wait = next_wait(attempts, asked, jitter);
    return wait ? Next{Then::Again, *wait} : Next{Then::Dead};
}

}  // namespace yinuo::connect
