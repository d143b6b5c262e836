#include "http/rate.h"

#include <algorithm>
#include <cmath>

namespace yinuo::http {
namespace {

std::string whole_seconds(RateLimiter::Time time) {
    return std::to_string((time.count() + 999) / 1000);
}

}  // namespace

RateLimiter::Verdict RateLimiter::take(std::string_view key, Time now, double cost) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        if (buckets_.size() >= keys_max_ && !buckets_.empty()) {
            by_key_.erase(buckets_.back().key);
            buckets_.pop_back();
        }
        buckets_.push_front({.key = std::string(key), .tokens = rate_.burst, .at = now});
        found = by_key_.emplace(buckets_.front().key, buckets_.begin()).first;
    } else {
        buckets_.splice(buckets_.begin(), buckets_, found->second);
    }
    auto& bucket = *found->second;
    if (now > bucket.at) {
        const double seconds = static_cast<double>((now - bucket.at).count()) / 1000;
        bucket.tokens = std::min(rate_.burst, bucket.tokens + seconds * rate_.per_second);
        bucket.at = now;
    }
    const auto until = [&](double tokens) {
        const double missing = std::max(0.0, tokens - bucket.tokens);
        return Time(static_cast<Time::rep>(std::ceil(missing / rate_.per_second * 1000)));
    };
    // A caller who waited as told may not be refused for the last bit of a double.
    const bool allowed = bucket.tokens + 1e-9 >= cost;
    const auto wait = allowed ? Time(0) : until(std::min(cost, rate_.burst));
    if (allowed) bucket.tokens = std::max(0.0, bucket.tokens - cost);
    return {.allowed = allowed,
            .remaining = static_cast<std::uint64_t>(bucket.tokens),
            .retry_after = wait,
            .full_after = until(rate_.burst)};
}

void RateLimiter::tell(Response& response, std::string_view policy, const Verdict& verdict) const {
    const auto name = "\"" + std::string(policy) + "\"";
    const auto burst = static_cast<std::uint64_t>(rate_.burst);
    const auto window = std::max(1.0, std::ceil(rate_.burst / rate_.per_second));
    response.with("RateLimit-Policy", name + ";q=" + std::to_string(burst) + ";w=" +
                                          std::to_string(static_cast<std::uint64_t>(window)));
    response.with("RateLimit", name + ";r=" + std::to_string(verdict.remaining) +
                                   ";t=" + whole_seconds(verdict.full_after));
    if (!verdict.allowed) response.with("Retry-After", whole_seconds(verdict.retry_after));
}

}  // namespace yinuo::http
