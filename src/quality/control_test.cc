#include "quality/control.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace yinuo::quality {
namespace {

std::vector<Signal> of_rule(const Chart& chart, Rule rule) {
    std::vector<Signal> found;
    std::ranges::copy_if(chart.signals, std::back_inserter(found),
                         [&](const Signal& one) { return one.rule == rule; });
    return found;
}
std::vector<Signal> of_sigmas(std::vector<double> sigmas, Rule rule) {
    Chart chart;
    chart.signals = signals(sigmas, sigmas);
    return of_rule(chart, rule);
}

}  // namespace

TEST_CASE("limits of shares are three sigma of each day's own number") {
    const std::vector<Counted> days = {{90, 100}, {360, 400}, {88, 100}, {368, 400}};
    const auto chart = share_chart(days);
    CHECK(chart.centre == doctest::Approx(0.906));
    CHECK_FALSE(chart.is_laney);
    const double sigma = std::sqrt(0.906 * 0.094 / 400);
    CHECK(chart.points[1].low == doctest::Approx(0.906 - 3 * sigma));
    CHECK(chart.points[1].high == doctest::Approx(0.906 + 3 * sigma));
    CHECK(chart.points[0].low < chart.points[1].low);
    CHECK(chart.signals.empty());
}

TEST_CASE("a bad day is beyond the limits, and it alone") {
    std::vector<Counted> days(24, {950, 1'000});
    for (std::size_t i = 0; i < days.size(); ++i) days[i].count += (i * 7) % 13;
    days[17].count = 900;
    const auto chart = share_chart(days);
    const auto found = of_rule(chart, Rule::Beyond);
    REQUIRE(found.size() == 1);
    CHECK(found[0].first == 17);
    CHECK(found[0].last == 17);
    CHECK(found[0].side == -1);
}

TEST_CASE("with a hundred thousand a day a plain chart cries every day, Laney's doesn't") {
    std::mt19937 dice(7);
    std::normal_distribution<double> day(0.95, 0.01);  // each day has a level of its own
    std::vector<Counted> days;
    for (int i = 0; i < 60; ++i) {
        const double p = std::clamp(day(dice), 0.5, 1.0);
        days.push_back({std::binomial_distribution<std::int64_t>(100'000, p)(dice), 100'000});
    }
    const auto chart = share_chart(days);
    CHECK(chart.is_laney);
    CHECK(chart.overdispersion > 10);
    CHECK(of_rule(chart, Rule::Beyond).size() <= 1);
}

TEST_CASE("chance alone is rarely called overdispersed, and rarely fires") {
    std::mt19937 dice(11);
    int laney = 0, beyond = 0;
    for (int round = 0; round < 400; ++round) {
        std::vector<Counted> days;
        for (int i = 0; i < 40; ++i)
            days.push_back({std::binomial_distribution<std::int64_t>(500, 0.9)(dice), 500});
        const auto chart = share_chart(days);
        laney += chart.is_laney ? 1 : 0;
        beyond += static_cast<int>(of_rule(chart, Rule::Beyond).size());
    }
    CHECK(laney < 40);   // one-sided 5 % of 400: 20
    CHECK(beyond < 90);  // 0.27 % of 16,000: 43
    CHECK(beyond > 10);
}

TEST_CASE("nothing varies: no limits to cross, no rule fires") {
    const auto all = share_chart(std::vector<Counted>(30, {50, 50}));
    CHECK(all.centre == 1);
    CHECK(all.signals.empty());
    CHECK(value_chart(std::vector<double>(30, 4.0), 0).signals.empty());
    CHECK(share_chart({}).points.empty());
    CHECK(value_chart({}, 0).points.empty());
    CHECK(share_chart(std::vector<Counted>{{1, 2}}).points.size() == 1);
}

TEST_CASE("single values: 2.66 mean moving ranges to both sides, never below the least") {
    const std::vector<double> hours = {10, 12, 11, 13, 10, 12};
    const auto chart = value_chart(hours, 0);
    CHECK(chart.centre == doctest::Approx(68.0 / 6));
    CHECK(chart.range_mean == doctest::Approx(2.0));
    CHECK(chart.points[0].high == doctest::Approx(68.0 / 6 + 2.66 * 2).epsilon(0.001));
    CHECK(chart.range_high == doctest::Approx(6.534));
    CHECK(value_chart(std::vector<double>{1, 9, 1, 9}, 0).points[0].low == 0);
}

TEST_CASE("each of Nelson's rules fires at its length and not one point before") {
    CHECK(of_sigmas({0.1, 3.0}, Rule::Beyond).empty());  // on the limit is within
    CHECK(of_sigmas({0.1, 3.01}, Rule::Beyond).size() == 1);
    std::vector<double> side(8, 0.2);
    CHECK(of_sigmas(side, Rule::Shift).empty());
    side.push_back(0.3);
    REQUIRE(of_sigmas(side, Rule::Shift).size() == 1);
    side.push_back(0.3);
    CHECK(of_sigmas(side, Rule::Shift)[0].last == 9);  // the same signal, longer
    CHECK(of_sigmas({0, 1, 2, 3, 4}, Rule::Trend).empty());
    CHECK(of_sigmas({0, 1, 2, 3, 4, 5}, Rule::Trend)[0].side == 1);
    CHECK(of_sigmas({5, 4, 3, 2, 1, 0}, Rule::Trend)[0].side == -1);
    CHECK(of_sigmas({0, 1, 2, 2, 3, 4}, Rule::Trend).empty());
    std::vector<double> turns;
    for (int i = 0; i < 13; ++i) turns.push_back(i % 2 == 0 ? 0.5 : -0.5);
    CHECK(of_sigmas(turns, Rule::Alternating).empty());
    turns.push_back(-0.5);
    CHECK(of_sigmas(turns, Rule::Alternating).size() == 1);
    CHECK(of_sigmas({2.1, 0, 2.1}, Rule::TwoOfThree)[0].side == 1);
    CHECK(of_sigmas({2.1, 0, -2.1}, Rule::TwoOfThree).empty());
    CHECK(of_sigmas({-1.1, -1.1, 0, -1.1, -1.1}, Rule::FourOfFive)[0].side == -1);
    CHECK(of_sigmas({-1.1, -1.1, 0, 0, -1.1}, Rule::FourOfFive).empty());
    std::vector<double> close;
    for (int i = 0; i < 14; ++i) close.push_back(i % 3 == 0 ? 0.4 : -0.2);
    CHECK(of_sigmas(close, Rule::Hugging).empty());
    close.push_back(0.1);
    CHECK(of_sigmas(close, Rule::Hugging).size() == 1);
    CHECK(of_sigmas({1.1, -1.1, 1.2, -1.3, 1.1, 1.1, -1.2}, Rule::Avoiding).empty());
    CHECK(of_sigmas({1.1, -1.1, 1.2, -1.3, 1.1, 1.1, -1.2, 1.4}, Rule::Avoiding).size() == 1);
}

TEST_CASE("the sigma of moving ranges is that of the values, and its error as Hoel reckoned it") {
    // E|a - b| of two standard normals is 2/sqrt(pi) = 1.128, on which all of the limits rest.
    CHECK(2 / std::sqrt(std::numbers::pi) == doctest::Approx(1.128).epsilon(0.001));
    std::mt19937 dice(3);
    std::normal_distribution<double> normal;
    double sum = 0, squares = 0;
    constexpr int kRounds = 4'000, kPoints = 41;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<double> values;
        for (int i = 0; i < kPoints; ++i) values.push_back(normal(dice));
        const double sigma = value_chart(values, -100).sigma;
        sum += sigma;
        squares += sigma * sigma;
    }
    const double mean = sum / kRounds;
    CHECK(mean == doctest::Approx(1).epsilon(0.02));
    CHECK((squares / kRounds - mean * mean) * (kPoints - 1) == doctest::Approx(0.826).epsilon(0.1));
}

TEST_CASE("every rule has a name and words in both languages") {
    for (int i = 1; i <= kRules; ++i) {
        const auto rule = static_cast<Rule>(i);
        CHECK_FALSE(name_of(rule).empty());
        CHECK_FALSE(describe(rule).zh.empty());
        CHECK_FALSE(hint(rule).en.empty());
    }
}

}  // namespace yinuo::quality
