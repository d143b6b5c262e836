#include "twin/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace yinuo::twin {
namespace {

constexpr double kNoEnd = std::numeric_limits<double>::infinity();
constexpr double kOutside = 0.05;  // of 95 %

// The regularised incomplete beta function by its continued fraction, evaluated with Lentz's method
// (NIST Digital Library of Mathematical Functions, 8.17.22).
double beta_fraction(double a, double b, double x) {
    constexpr double kTiny = 1e-300, kClose = 1e-15;
    const auto away_from_zero = [](double value) {
        return std::abs(value) < kTiny ? kTiny : value;
    };
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), product = d;
    for (int m = 1; m <= 500; ++m) {
        const double k = m;
        for (const double term : {k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)),
                                  -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))}) {
            d = 1 / away_from_zero(1 + term * d);
            c = away_from_zero(1 + term / c);
            product *= c * d;
        }
        if (std::abs(c * d - 1) < kClose) break;
    }
    return product;
}

double beta_share(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                  a * std::log(x) + b * std::log1p(-x));
    // The fraction converges quickly on one side only; the other follows by symmetry.
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
                                     : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double half_width(const Mean& of) {
    if (of.count < 2) return 0;
    const auto n = static_cast<double>(of.count);
    return student_t(kOutside, n - 1) * std::sqrt(of.variance / n);
}

}  // namespace

double student_p(double t, double freedom) {
    check(freedom > 0);
    if (!std::isfinite(t)) return 0;
    return beta_share(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double student_t(double p, double freedom) {
    check(p > 0 && p < 1);
    double low = 0, high = 1;
    while (student_p(high, freedom) > p && high < 1e9) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
        const double middle = (low + high) / 2;
        (student_p(middle, freedom) > p ? low : high) = middle;
    }
    return (low + high) / 2;
}

Difference difference(const Share& a, const Share& b) {
    if (a.of <= 0 || b.of <= 0) return {.low = -1, .high = 1};
    const auto square = [](double value) { return value * value; };
    Difference made{.value = a.value - b.value};
    made.low = made.value - std::sqrt(square(a.value - a.low) + square(b.high - b.value));
    made.high = made.value + std::sqrt(square(a.high - a.value) + square(b.value - b.low));
    const auto n = static_cast<double>(a.of), m = static_cast<double>(b.of);
    const double pooled = static_cast<double>(a.count + b.count) / (n + m);
    const double spread = std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    // All of both, or none of either: there is no difference to wonder at.
    made.p = spread > 0 ? std::erfc(std::abs(made.value) / spread / std::sqrt(2.0)) : 1;
    return made;
}

double Mean::low() const { return mean - half_width(*this); }
double Mean::high() const { return mean + half_width(*this); }

Mean mean_of(std::span<const double> values) {
    Mean made{.count = std::ssize(values)};
    if (values.empty()) return made;
    const auto n = static_cast<double>(values.size());
    made.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    if (values.size() < 2) return made;
    double squares = 0;
    for (const double value : values) squares += (value - made.mean) * (value - made.mean);
    made.variance = squares / (n - 1);
    return made;
}

Difference difference(const Mean& a, const Mean& b) {
    if (a.count < 2 || b.count < 2) return {.low = -kNoEnd, .high = kNoEnd};
    const auto n = static_cast<double>(a.count), m = static_cast<double>(b.count);
    const double part_a = a.variance / n, part_b = b.variance / m;
    const double spread = std::sqrt(part_a + part_b);
    Difference made{.value = a.mean - b.mean};
    // What floating point makes of values that are all alike is no spread.
    if (spread <= 1e-12 * std::max(std::abs(a.mean), std::abs(b.mean))) {
        made.low = made.high = made.value;
        made.p =
            std::abs(made.value) <= 1e-12 * std::max(std::abs(a.mean), std::abs(b.mean)) ? 1 : 0;
        if (made.p == 1) made.value = made.low = made.high = 0;
        return made;
    }
    const double freedom = (part_a + part_b) * (part_a + part_b) /
                           (part_a * part_a / (n - 1) + part_b * part_b / (m - 1));
    const double half = student_t(kOutside, freedom) * spread;
    made.low = made.value - half;
    made.high = made.value + half;
    made.p = student_p(made.value / spread, freedom);
    return made;
}

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
    std::vector<double> made(p_values.size());
    double least = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const auto left = static_cast<double>(order.size() - rank);
        least = std::max(least, std::min(1.0, left * p_values[order[rank]]));
        made[order[rank]] = least;
    }
    return made;
}

}  // namespace yinuo::twin
