// Years of orders with everything going wrong, from a few seeds; `yinuo simulate` runs more.
#include "engine/simulation.h"

#include <doctest/doctest.h>

namespace yinuo::engine {

TEST_CASE("nothing is lost and nothing doubled, whatever fails when") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        CAPTURE(seed);
        const auto report = simulate({.seed = seed, .steps = 4'000});
        CHECK(report.failure == "");
        // The run reaches what it is for.
        CHECK(report.facts > 1'000);
        CHECK(report.broken > 0);
        CHECK(report.reversals > 0);
        CHECK(report.remedies > 0);
        CHECK(report.crashes > 0);
        CHECK(report.retries > 0);
        CHECK(report.duplicates > 0);
        CHECK(report.rebuilds > 0);
    }
}

TEST_CASE("a seed is played again byte for byte, and another seed isn't it") {
    const auto once = simulate({.seed = 7, .steps = 1'000});
    CHECK(once.log_hash == simulate({.seed = 7, .steps = 1'000}).log_hash);
    CHECK(once.log_hash != simulate({.seed = 8, .steps = 1'000}).log_hash);
}

}  // namespace yinuo::engine
