#include "twin/compare.h"

#include <doctest/doctest.h>

#include <cmath>

namespace yinuo::twin {

using doctest::Approx;

TEST_CASE("Student's t gives what the printed tables give") {
    CHECK(student_t(0.05, 1) == Approx(12.706).epsilon(0.0001));
    CHECK(student_t(0.05, 6) == Approx(2.447).epsilon(0.0003));
    CHECK(student_t(0.05, 27) == Approx(2.052).epsilon(0.0003));
    CHECK(student_t(0.01, 10) == Approx(3.169).epsilon(0.0003));
    CHECK(student_t(0.05, 1e6) == Approx(1.95996).epsilon(0.00001));
    CHECK(student_p(2.228, 10) == Approx(0.05).epsilon(0.001));
    CHECK(student_p(-2.228, 10) == Approx(0.05).epsilon(0.001));
    CHECK(student_p(0, 5) == Approx(1));
}

TEST_CASE("two shares differ as in Newcombe's own examples") {
    // Table II of the paper: 56/70 - 48/80 and 9/10 - 3/10, method 10.
    const auto wide = difference(share(56, 70), share(48, 80));
    CHECK(wide.value == Approx(0.2));
    CHECK(wide.low == Approx(0.0524).epsilon(0.001));
    CHECK(wide.high == Approx(0.3339).epsilon(0.001));
    CHECK(wide.is_beyond_chance());
    const auto few = difference(share(9, 10), share(3, 10));
    CHECK(few.low == Approx(0.1705).epsilon(0.001));
    CHECK(few.high == Approx(0.8090).epsilon(0.001));
    const auto none = difference(share(0, 10), share(0, 20));
    CHECK(none.low == Approx(-0.1611).epsilon(0.001));
    CHECK(none.high == Approx(0.2775).epsilon(0.001));
    CHECK(none.p == 1);
    CHECK_FALSE(none.is_beyond_chance());
}

TEST_CASE("an empty side says nothing") {
    const auto made = difference(share(3, 3), share(0, 0));
    CHECK(made.p == 1);
    CHECK_FALSE(made.is_beyond_chance());
    const std::vector<double> one = {5}, two = {1, 2};
    CHECK_FALSE(difference(mean_of(one), mean_of(two)).is_beyond_chance());
}

TEST_CASE("two means differ as Welch says, worked by hand") {
    // Means 3 and 6; variances 2.5 and 10; n = 5 each: t = -3 / sqrt(2.5), freedom = 5.88235.
    const std::vector<double> a = {1, 2, 3, 4, 5}, b = {2, 4, 6, 8, 10};
    const auto made = difference(mean_of(a), mean_of(b));
    CHECK(made.value == Approx(-3));
    CHECK(made.p == Approx(student_p(-1.897367, 5.882353)).epsilon(0.0001));
    CHECK(made.p == Approx(0.1077).epsilon(0.01));
    CHECK(made.low == Approx(-3 - student_t(0.05, 5.882353) * 1.5811388).epsilon(0.0001));
    CHECK_FALSE(made.is_beyond_chance());
}

TEST_CASE("values that never vary differ for certain, or not at all") {
    const std::vector<double> twenty(6, 20.1), ten(6, 10.1);
    CHECK(difference(mean_of(twenty), mean_of(ten)).p == 0);
    CHECK(difference(mean_of(twenty), mean_of(ten)).is_beyond_chance());
    CHECK(difference(mean_of(ten), mean_of(ten)).p == 1);
    CHECK_FALSE(difference(mean_of(ten), mean_of(ten)).is_beyond_chance());
}

TEST_CASE("tests made together count by Holm") {
    const std::vector<double> p = {0.01, 0.04, 0.03, 0.005};
    const auto made = holm(p);
    CHECK(made[3] == Approx(0.02));
    CHECK(made[0] == Approx(0.03));
    CHECK(made[2] == Approx(0.06));
    CHECK(made[1] == Approx(0.06));  // never below one that was smaller
    CHECK(holm({}).empty());
}

TEST_CASE("a mean's interval holds the mean of evenly spread values in the middle") {
    const std::vector<double> values = {4, 5, 6};
    const auto made = mean_of(values);
    CHECK(made.mean == Approx(5));
    CHECK(made.low() == Approx(5 - 4.303 / std::sqrt(3.0)).epsilon(0.001));
    CHECK(made.high() - 5 == Approx(5 - made.low()));
}

}  // namespace yinuo::twin
