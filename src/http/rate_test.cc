#include "http/rate.h"

#include <doctest/doctest.h>

namespace yinuo::http {
namespace {

using Time = RateLimiter::Time;

TEST_CASE("a burst is let through, then one at a time as the bucket fills") {
    RateLimiter limiter({.per_second = 2, .burst = 3}, 10);
    for (std::uint64_t left = 3; left-- > 0;) {
        const auto verdict = limiter.take("a", Time(0));
        CHECK(verdict.allowed);
        CHECK(verdict.remaining == left);
        CHECK(verdict.retry_after == Time(0));
    }
    const auto refused = limiter.take("a", Time(0));
    CHECK(!refused.allowed);
    CHECK(refused.retry_after == Time(500));
    CHECK(refused.full_after == Time(1500));
    CHECK(!limiter.take("a", Time(499)).allowed);
    CHECK(limiter.take("a", Time(500)).allowed);
    CHECK(!limiter.take("a", Time(500)).allowed);
    CHECK(limiter.take("b", Time(500)).allowed);
}

TEST_CASE("who waits as long as told is let through, whatever the rate") {
    for (const double rate : {0.1, 0.3, 1.0, 3.0, 7.0, 33.0, 999.0}) {
        RateLimiter limiter({.per_second = rate, .burst = 1}, 10);
        Time now(0);
        for (int i = 0; i < 100; ++i) {
            CHECK(limiter.take("a", now).allowed);
            const auto refused = limiter.take("a", now);
            CHECK(!refused.allowed);
            now += refused.retry_after;
        }
    }
}

TEST_CASE("a clock that stands or goes back gives nothing away") {
    RateLimiter limiter({.per_second = 1, .burst = 1}, 10);
    CHECK(limiter.take("a", Time(10'000)).allowed);
    CHECK(!limiter.take("a", Time(0)).allowed);
    CHECK(!limiter.take("a", Time(10'000)).allowed);
}

TEST_CASE("the key untouched for longest is forgotten first") {
    RateLimiter limiter({.per_second = 1, .burst = 1}, 2);
    limiter.take("a", Time(0));
    limiter.take("b", Time(0));
    limiter.take("a", Time(0));
    limiter.take("c", Time(0));
    CHECK(limiter.keys() == 2);
    CHECK(!limiter.take("a", Time(0)).allowed);
    CHECK(limiter.take("b", Time(0)).allowed);
    for (int i = 0; i < 1000; ++i) limiter.take(std::to_string(i), Time(0));
    CHECK(limiter.keys() == 2);
}

TEST_CASE("a dearer call takes more, and one dearer than the burst is never allowed") {
    RateLimiter limiter({.per_second = 10, .burst = 10}, 2);
    CHECK(limiter.take("a", Time(0), 8).allowed);
    CHECK(limiter.take("a", Time(0), 8).retry_after == Time(600));
    CHECK(!limiter.take("b", Time(0), 11).allowed);
}

TEST_CASE("the client is told by headers") {
    RateLimiter limiter({.per_second = 2, .burst = 3}, 10);
    limiter.take("a", Time(0), 3);
    Response response{.status = 429};
    limiter.tell(response, "facts", limiter.take("a", Time(0)));
    CHECK(response.header("RateLimit-Policy") == "\"facts\";q=3;w=2");
    CHECK(response.header("RateLimit") == "\"facts\";r=0;t=2");
    CHECK(response.header("Retry-After") == "1");
    Response good;
    limiter.tell(good, "facts", limiter.take("b", Time(0)));
    CHECK(good.header("RateLimit") == "\"facts\";r=2;t=1");
    CHECK(!good.header("Retry-After"));
}

}  // namespace
}  // namespace yinuo::http
