// Decimal's transcendental functions: computed with 60 digits by Boost.Multiprecision, then
// rounded once to 34. The only file that sees that library.
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <cmath>
#include <cstdlib>

#include "base/decimal.h"
#include "base/decimal_digits.h"

namespace yinuo {

namespace {

using Big = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<60>>;

constexpr int kMagnitudeMax = 6200;  // powers of ten beyond which no Decimal lies

Big to_big(const Decimal& value) {
    std::string digits = value.absolute().to_string();
    return value.is_negative() ? -Big(digits) : Big(digits);
}

// Without the zeros that a computation leaves at the end: 4, not 4.000.
std::optional<Decimal> from_big(const Big& value) {
    auto rounded = Decimal::parse(value.str(50, std::ios_base::scientific));
    return rounded ? std::optional(rounded->without_trailing_zeros()) : std::nullopt;
}

int magnitude(const Decimal& value) {
    using namespace decimal_digits;
    const Digits digits =
        static_cast<Digits>(value.coefficient_high()) << 64 | value.coefficient_low();
    return digit_count(digits) + value.exponent();
}

}  // namespace

Decimal Decimal::without_trailing_zeros() const {
    using namespace decimal_digits;
    Digits digits = static_cast<Digits>(high_) << 64 | low_;
    if (digits == 0) return {};
    int exponent = exponent_;
    while (exponent < 0 && digits % 10 == 0) {
        digits /= 10;
        ++exponent;
    }
    return from_digits(static_cast<std::uint64_t>(digits >> 64), static_cast<std::uint64_t>(digits),
                       exponent, negative_);
}

std::optional<Decimal> Decimal::square_root() const {
    if (is_negative()) return std::nullopt;
    if (is_zero()) return Decimal();
    return from_big(boost::multiprecision::sqrt(to_big(*this)));
}

std::optional<Decimal> Decimal::exp() const {
    if (is_zero()) return Decimal(1);
    if (magnitude(*this) > 6) return is_negative() ? std::optional(Decimal()) : std::nullopt;
    const double about = to_double() / 2.302585092994046;
    if (about > kMagnitudeMax) return std::nullopt;
    if (about < -kMagnitudeMax) return Decimal();
    return from_big(boost::multiprecision::exp(to_big(*this)));
}

std::optional<Decimal> Decimal::log() const {
    if (is_negative() || is_zero()) return std::nullopt;
    return from_big(boost::multiprecision::log(to_big(*this)));
}

std::optional<Decimal> Decimal::power(const Decimal& exponent) const {
    if (exponent.is_zero()) return Decimal(1);
    if (is_zero()) return exponent.is_negative() ? std::nullopt : std::optional(Decimal());
    if (is_negative() && !exponent.is_integer()) return std::nullopt;
    const auto whole = exponent.to_int64();
    if (absolute() == Decimal(1) && exponent.is_integer()) {
        const auto half = exponent.modulo(Decimal(2));
        return Decimal(is_negative() && half && !half->is_zero() ? -1 : 1);
    }
    if (whole && *whole > 0 && *whole <= 64) {
        // Small powers keep their exact digits as long as there is room: 1.5 ** 2 is 2.25.
        Decimal result(1);
        bool exact = true;
        for (std::int64_t i = 0; i < *whole && exact; ++i) {
            const auto next = result.multiply(*this);
            if (!next) return std::nullopt;
            exact = next->coefficient_high() < (1ULL << 40);
            result = *next;
        }
        if (exact) return result;
    }
    const Decimal base = absolute();
    const auto logarithm = base.log();
    const auto size = logarithm ? logarithm->multiply(exponent) : std::nullopt;
    if (!size) return std::nullopt;
    const double about = size->to_double() / 2.302585092994046;
    if (about > kMagnitudeMax) return std::nullopt;
    if (about < -kMagnitudeMax) return Decimal();
    const Big big = whole && std::llabs(*whole) < 1'000'000
                        ? Big(boost::multiprecision::pow(to_big(base), static_cast<int>(*whole)))
                        : Big(boost::multiprecision::pow(to_big(base), to_big(exponent)));
    auto result = from_big(big);
    const auto odd = exponent.modulo(Decimal(2));
    if (result && is_negative() && odd && !odd->is_zero()) return result->negated();
    return result;
}

double Decimal::to_double() const { return std::strtod(to_string().c_str(), nullptr); }

}  // namespace yinuo
