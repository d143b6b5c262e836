// How often one may: a token bucket for each key.
//
// Pure: `now` is handed in, from any clock that doesn't go back. A bucket holds `burst` tokens and
// gains `per_second`; a call takes one (or its cost) or is told how long to wait. At most `keys_max`
// buckets are kept; the one untouched for longest is forgotten first, and comes back full. Not for
// several threads at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/message.h"

namespace yinuo::http {

// Both above zero.
struct Rate {
    double per_second = 10;
    double burst = 20;
};

class RateLimiter {
public:
    using Time = std::chrono::milliseconds;  // since whenever

    struct Verdict {
        bool allowed;
        std::uint64_t remaining;  // whole tokens left
        Time retry_after;         // until this call would be allowed; zero if it was
        Time full_after;          // until the bucket is full again
    };

    RateLimiter(Rate rate, std::size_t keys_max) : rate_(rate), keys_max_(keys_max) {}
    RateLimiter(RateLimiter&&) = default;  // no copies: the index looks into the list
    RateLimiter& operator=(RateLimiter&&) = default;

    // A call dearer than the burst is never allowed; it is told the time to a full bucket.
    Verdict take(std::string_view key, Time now, double cost = 1);

    std::size_t keys() const { return buckets_.size(); }

    // RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10), and Retry-After in
    // whole seconds, rounded up, when the call was not allowed.
    void tell(Response&, std::string_view policy, const Verdict&) const;

private:
    struct Bucket {
        std::string key;
        double tokens;
        Time at;
    };
    using Buckets = std::list<Bucket>;

    Rate rate_;
    std::size_t keys_max_;
    Buckets buckets_;  // most recently used first
    std::unordered_map<std::string_view, Buckets::iterator> by_key_;
};

}  // namespace yinuo::http
