// Decimal: a number as people write it, exact to 34 significant digits (IEEE 754 decimal128's
// precision; the coefficient is an integer below 10^34, the exponent a power of ten).
//
// Sums and products that need more digits are rounded once, half to even. There is no infinity
// and no NaN: what has no answer is std::nullopt (division by zero, overflow, the square root of a
// negative number). Equality is by value: 1.0 == 1.00. Trivially copyable, 24 bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yinuo {

// Where a last digit goes when digits must be dropped. "Up" is away from zero, "Down" towards it.
enum class Rounding : std::uint8_t { HalfEven, HalfUp, HalfDown, Up, Down, Floor, Ceiling };

class Decimal {
public:
    constexpr Decimal() = default;
    constexpr Decimal(std::int64_t value)  // NOLINT(google-explicit-constructor): exact
        : low_(value < 0 ? 0 - static_cast<std::uint64_t>(value)
                         : static_cast<std::uint64_t>(value)),
          negative_(value < 0) {}

    // coefficient * 10^exponent
    static Decimal scaled(std::int64_t coefficient, int exponent);

    // "12", "-0.50", "1.2e3"; nullopt for anything else. More than 34 digits are rounded.
    static std::optional<Decimal> parse(std::string_view text);

    // Plain digits, no exponent for exponents within +-40: "12.30" keeps its zero.
    std::string to_string() const;

    std::optional<Decimal> add(const Decimal&) const;
    std::optional<Decimal> subtract(const Decimal&) const;
    std::optional<Decimal> multiply(const Decimal&) const;
    std::optional<Decimal> divide(const Decimal&) const;
    std::optional<Decimal> modulo(const Decimal&) const;  // sign of the divisor (FEEL's modulo)
    std::optional<Decimal> power(const Decimal&) const;
    std::optional<Decimal> square_root() const;
    std::optional<Decimal> exp() const;
    std::optional<Decimal> log() const;
    Decimal negated() const;
    Decimal absolute() const;

    // Rounded to `places` digits after the point (negative: tens, hundreds...).
    std::optional<Decimal> round(int places, Rounding) const;

    // The value as an integer if it is one and fits.
    std::optional<std::int64_t> to_int64() const;
    double to_double() const;  // for drawing and statistics, never for money

    bool is_zero() const { return low_ == 0 && high_ == 0; }
    bool is_negative() const { return negative_ && !is_zero(); }
    bool is_integer() const;

    // 12.30 becomes 12.3; 1200 stays.
    Decimal without_trailing_zeros() const;

    // The representation: (-1)^negative * (high * 2^64 + low) * 10^exponent.
    std::uint64_t coefficient_low() const { return low_; }
    std::uint64_t coefficient_high() const { return high_; }
    int exponent() const { return exponent_; }
    // The coefficient must be below 10^34 and the exponent within -6176..6111.
    static Decimal from_digits(std::uint64_t high, std::uint64_t low, int exponent, bool negative);

    std::strong_ordering compare(const Decimal&) const;
    friend bool operator==(const Decimal& a, const Decimal& b) { return a.compare(b) == 0; }
    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
        return a.compare(b);
    }

private:
    std::uint64_t low_ = 0;
    std::uint64_t high_ = 0;
    std::int16_t exponent_ = 0;
    bool negative_ = false;
};

}  // namespace yinuo
