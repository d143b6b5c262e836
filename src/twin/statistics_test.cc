#include "twin/statistics.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace yinuo::twin {

TEST_CASE("Wilson's interval has the values that tables give") {
    // 81 of 263 and 15 of 148 are the examples of Newcombe, Statistics in Medicine 17 (1998), method 3.
    const Share first = share(81, 263);
    CHECK(first.low == doctest::Approx(0.2553).epsilon(0.0002));
    CHECK(first.high == doctest::Approx(0.3662).epsilon(0.0002));
    const Share second = share(15, 148);
    CHECK(second.low == doctest::Approx(0.0624).epsilon(0.001));
    CHECK(second.high == doctest::Approx(0.1605).epsilon(0.001));
    const Share none = share(0, 20);
    CHECK(none.low == 0);
    CHECK(none.high == doctest::Approx(0.1611).epsilon(0.001));
    const Share all = share(29, 29);
    CHECK(all.low == doctest::Approx(0.8830).epsilon(0.001));
    CHECK(all.high == 1);
}

TEST_CASE("no population has no share") {
    CHECK(share(0, 0).value == 0);
    CHECK(share(0, 0).high == 0);
}

TEST_CASE("a percentile is the smallest value that enough of them don't exceed") {
    const std::vector<std::int64_t> ten{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    CHECK(percentile(ten, 50) == 5);
    CHECK(percentile(ten, 90) == 9);
    CHECK(percentile(ten, 91) == 10);
    CHECK(percentile(ten, 100) == 10);
    CHECK(percentile(ten, 0) == 1);
    CHECK(percentile(std::vector<std::int64_t>{7}, 99) == 7);
}

TEST_CASE("long lists are sorted as short ones are") {
    CHECK(rc::check([] {
        const auto some = *rc::gen::arbitrary<std::vector<std::int64_t>>();
        std::vector<std::int64_t> values;
        for (int i = 0; i < 600; ++i)
            for (const auto value : some) values.push_back(value ^ (i * 7919));
        values.resize(std::max<std::size_t>(values.size(), 5000), -3);
        auto expected = values;
        std::ranges::sort(expected);
        sort_values(values);
        RC_ASSERT(values == expected);
    }));
}

TEST_CASE("the bars of a distribution hold every value") {
    CHECK(rc::check([](std::vector<std::int32_t> raw) {
        std::vector<std::int64_t> values(raw.begin(), raw.end());
        const auto d = distribution(values, 60);
        std::int64_t sum = 0;
        for (const auto& bar : d.bars) sum += bar.count;
        RC_ASSERT(sum == static_cast<std::int64_t>(raw.size()));
        RC_ASSERT(d.bars.size() <= 27u);
    }));
}

}  // namespace yinuo::twin
