// Is the difference between two groups more than chance? Two shares, or two means.
//
// Pure arithmetic. Each formula is its author's, named beside it; intervals are of 95 %.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "twin/statistics.h"

namespace yinuo::twin {

// `a` minus `b`. Where one side is empty nothing can be said: value 0, interval -1 to 1 (of shares)
// or without end (of means), p = 1.
struct Difference {
    double value = 0;
    double low = 0;
    double high = 0;
    double p = 1;  // two-sided: how often chance alone would give at least this much

    bool is_beyond_chance() const { return low > 0 || high < 0; }
};

// Interval: R. G. Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10),
// made of the two Wilson intervals. p: the z-test of two proportions with the pooled variance.
Difference difference(const Share& a, const Share& b);

// A sample, summed up.
struct Mean {
    std::int64_t count = 0;
    double mean = 0;
    double variance = 0;  // of the sample, n - 1; 0 for fewer than two values

    double low()
        const;  // 95 % interval of the mean by Student's t; the mean itself for fewer than 2
    double high() const;
};
Mean mean_of(std::span<const double> values);

// B. L. Welch's test of two means (Biometrika 34, 1947), which doesn't take the variances to be
// equal. Needs two values on each side; where neither side varies, any difference is certain.
Difference difference(const Mean& a, const Mean& b);

// S. Holm's correction (Scandinavian Journal of Statistics 6, 1979): the p-values of tests that were
// made together, each as it counts then, in the order they came in.
std::vector<double> holm(std::span<const double> p_values);

// Student's t: the probability that |T| exceeds |t| with `freedom` degrees of freedom (above 0), and
// the t that is exceeded with probability `p` (two-sided, 0 < p < 1).
double student_p(double t, double freedom);
double student_t(double p, double freedom);

}  // namespace yinuo::twin
