#include "base/decimal.h"

#include <array>
#include <bit>

#include "base/decimal_digits.h"

namespace yinuo {

using namespace decimal_digits;

namespace {

// IEEE 754 decimal128: the smallest and largest power of ten that a coefficient may carry.
constexpr int kExponentMin = -6176;
constexpr int kExponentMax = 6111;

// Where the digits beyond a cut lie: below half a unit, at it, or above it.
enum class Tail : std::uint8_t { None, BelowHalf, Half, AboveHalf };

bool rounds_away(Tail tail, bool odd, bool negative, Rounding rounding) {
    if (tail == Tail::None) return false;
    switch (rounding) {
        case Rounding::HalfEven: return tail == Tail::AboveHalf || (tail == Tail::Half && odd);
        case Rounding::HalfUp: return tail != Tail::BelowHalf;
        case Rounding::HalfDown: return tail == Tail::AboveHalf;
        case Rounding::Up: return true;
        case Rounding::Down: return false;
        case Rounding::Floor: return negative;
        case Rounding::Ceiling: return !negative;
    }
    return false;
}

Tail tail_of(unsigned digit, bool sticky) {
    if (digit > 5 || (digit == 5 && sticky)) return Tail::AboveHalf;
    if (digit == 5) return Tail::Half;
    return digit != 0 || sticky ? Tail::BelowHalf : Tail::None;
}

// Drops `count` (at least one) digits of `value`; `sticky` says that digits were dropped before.
Tail cut(Wide& value, int count, bool sticky) {
    while (count > 1) {
        const int now = count - 1 < 19 ? count - 1 : 19;
        if (value.divide(static_cast<std::uint64_t>(power_of_ten(now))) != 0) sticky = true;
        count -= now;
    }
    const auto digit = static_cast<unsigned>(value.divide(10));
    return tail_of(digit, sticky);
}

}  // namespace

struct DecimalParts {
    Digits coefficient;
    int exponent;
    bool negative;
};

namespace {

// The nearest number of 34 digits; nullopt when it is too large to have one.
std::optional<DecimalParts> fit(Wide value, int exponent, bool negative, bool sticky) {
    int drop = value.digit_count() - kPrecision;
    if (exponent + drop < kExponentMin) drop = kExponentMin - exponent;
    if (drop > 0) {
        if (drop > 78) return DecimalParts{0, 0, false};
        const Tail tail = cut(value, drop, sticky);
        exponent += drop;
        if (rounds_away(tail, (value.low() & 1) != 0, negative, Rounding::HalfEven)) value.add(1);
        if (value.low() == kLimit) {
            value = Wide(kLimit / 10);
            ++exponent;
        }
    }
    Digits digits = value.low();
    if (digits == 0)
        return DecimalParts{0, exponent > kExponentMax ? kExponentMax : exponent, false};
    while (exponent > kExponentMax && digits < kLimit / 10) {
        digits *= 10;
        --exponent;
    }
    if (exponent > kExponentMax) return std::nullopt;
    return DecimalParts{digits, exponent, negative};
}

}  // namespace

Decimal Decimal::from_digits(std::uint64_t high, std::uint64_t low, int exponent, bool negative) {
    Decimal result;
    result.high_ = high;
    result.low_ = low;
    result.exponent_ = static_cast<std::int16_t>(exponent);
    result.negative_ = negative;
    return result;
}

static Decimal build(const DecimalParts& parts) {
    return Decimal::from_digits(static_cast<std::uint64_t>(parts.coefficient >> 64),
                                static_cast<std::uint64_t>(parts.coefficient), parts.exponent,
                                parts.negative && parts.coefficient != 0);
}

static std::optional<Decimal> build(const std::optional<DecimalParts>& parts) {
    if (!parts) return std::nullopt;
    return build(*parts);
}

static Digits digits_of(const Decimal& d) {
    return static_cast<Digits>(d.coefficient_high()) << 64 | d.coefficient_low();
}

Decimal Decimal::scaled(std::int64_t coefficient, int exponent) {
    Decimal result(coefficient);
    auto parts = fit(Wide(result.low_), exponent, result.negative_, false);
    return parts ? build(*parts) : Decimal();
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    std::size_t at = 0;
    bool negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    Digits digits = 0;
    int exponent = 0;
    int dropped_tail = -1;  // the first digit beyond the 34th, then whether anything follows it
    bool sticky = false;
    bool any = false;
    bool point = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.') {
            if (point) return std::nullopt;
            point = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        any = true;
        const auto digit = static_cast<unsigned>(c - '0');
        if (dropped_tail < 0 && digits < kLimit / 10) {
            digits = digits * 10 + digit;
            if (point) --exponent;
        } else {
            if (dropped_tail < 0)
                dropped_tail = static_cast<int>(digit);
            else if (digit != 0)
                sticky = true;
            if (!point) ++exponent;
        }
        if (exponent > 100'000 || exponent < -100'000) return std::nullopt;
    }
    if (!any || text[at - 1] == '.') return std::nullopt;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        bool down = false;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) down = text[at++] == '-';
        if (at == text.size()) return std::nullopt;
        int written = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
            if (written < 100'000) written = written * 10 + (text[at] - '0');
        exponent += down ? -written : written;
    }
    if (at != text.size()) return std::nullopt;
    if (dropped_tail > 0 || sticky) {
        const Tail tail = tail_of(static_cast<unsigned>(dropped_tail), sticky);
        if (rounds_away(tail, (digits & 1) != 0, negative, Rounding::HalfEven)) ++digits;
    }
    return build(fit(Wide(digits), exponent, negative, false));
}

std::string Decimal::to_string() const {
    char buffer[40];
    char* const end = buffer + sizeof buffer;
    char* begin = end;
    Digits rest = digits_of(*this);
    do {
        *--begin = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    } while (rest != 0);
    std::string digits(begin, end);
    std::string sign = is_negative() ? "-" : "";
    const int exponent = exponent_;
    if (exponent >= -40 && exponent <= 40) {
        if (is_zero() && exponent > 0) return "0";
        if (exponent >= 0)
            return sign + digits + std::string(static_cast<std::size_t>(exponent), '0');
        const auto places = static_cast<std::size_t>(-exponent);
        if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
        digits.insert(digits.size() - places, ".");
        return sign + digits;
    }
    if (is_zero()) return "0";
    const int shown = exponent + static_cast<int>(digits.size()) - 1;
    if (digits.size() > 1) digits.insert(1, ".");
    return sign + digits + (shown < 0 ? "E-" : "E+") + std::to_string(shown < 0 ? -shown : shown);
}

std::optional<Decimal> Decimal::add(const Decimal& other) const {
    if (exponent_ == other.exponent_ && (high_ | other.high_) == 0 &&
        negative_ == other.negative_) {
        std::uint64_t sum = 0;
        if (!__builtin_add_overflow(low_, other.low_, &sum))
            return from_digits(0, sum, exponent_, negative_ && sum != 0);
    }
    if (is_zero() || other.is_zero()) {
        // The other one, with as many places as the finer of the two asks for.
        const Decimal& kept = is_zero() ? other : *this;
        const int finest = exponent_ < other.exponent_ ? exponent_ : other.exponent_;
        int exponent = kept.exponent_;
        Digits digits = digits_of(kept);
        while (exponent > finest && digits < kLimit / 10) {
            digits *= 10;
            --exponent;
        }
        if (digits == 0) exponent = finest;
        return build(DecimalParts{digits, exponent, kept.negative_});
    }
    const Decimal& coarse = exponent_ >= other.exponent_ ? *this : other;
    const Decimal& fine = exponent_ >= other.exponent_ ? other : *this;
    const int distance = coarse.exponent_ - fine.exponent_;
    Wide large(digits_of(coarse));
    Wide small(digits_of(fine));
    int exponent = fine.exponent_;
    bool sticky = false;
    constexpr int kShiftMax = 42;  // 10^34 * 10^42 still fits into 256 bits
    if (distance <= kShiftMax) {
        large.multiply_by_power_of_ten(distance);
    } else {
        large.multiply_by_power_of_ten(kShiftMax);
        const int drop = distance - kShiftMax;
        exponent = fine.exponent_ + drop;
        sticky = drop > 40 || cut(small, drop, false) != Tail::None;
        if (drop > 40) small = Wide(0);
    }
    if (coarse.negative_ == fine.negative_) {
        large.add(small);
        return build(fit(large, exponent, coarse.negative_, sticky));
    }
    const bool larger = large.compare(small) >= 0;
    Wide result = larger ? large : small;
    result.subtract(larger ? small : large);
    if (sticky) result.subtract(Wide(1));  // the part cut off was taken from the larger
    return build(fit(result, exponent, larger ? coarse.negative_ : fine.negative_, sticky));
}

std::optional<Decimal> Decimal::subtract(const Decimal& other) const {
    return add(other.negated());
}

std::optional<Decimal> Decimal::multiply(const Decimal& other) const {
    const int exponent = exponent_ + other.exponent_;
    const bool negative = negative_ != other.negative_;
    if ((high_ | other.high_) == 0) {
        std::uint64_t product = 0;
        if (!__builtin_mul_overflow(low_, other.low_, &product) && exponent >= kExponentMin &&
            exponent <= kExponentMax)
            return from_digits(0, product, exponent, negative && product != 0);
    }
    return build(fit(Wide::product(digits_of(*this), digits_of(other)), exponent, negative, false));
}

std::optional<Decimal> Decimal::divide(const Decimal& other) const {
    if (other.is_zero()) return std::nullopt;
    const Digits divisor = digits_of(other);
    Digits quotient = digits_of(*this) / divisor;
    Digits rest = digits_of(*this) % divisor;
    const int ideal = exponent_ - other.exponent_;
    int exponent = ideal;
    // As many digits a step as the remainder leaves room for in 128 bits.
    const int stride = other.high_ == 0 ? 19 : 4;
    while (rest != 0) {
        const int missing = kPrecision + 2 - digit_count(quotient);
        if (missing <= 0) break;
        const int step = missing < stride ? missing : stride;
        const Digits factor = power_of_ten(step);
        rest *= factor;
        quotient = quotient * factor + rest / divisor;
        rest %= divisor;
        exponent -= step;
    }
    if (rest == 0)
        while (exponent < ideal && quotient != 0 && quotient % 10 == 0) {
            quotient /= 10;
            ++exponent;
        }
    return build(fit(Wide(quotient), exponent, negative_ != other.negative_, rest != 0));
}

std::optional<Decimal> Decimal::modulo(const Decimal& other) const {
    if (other.is_zero()) return std::nullopt;
    // |a| mod |b| in units of the finer exponent.
    Digits divisor = digits_of(other);
    Digits rest = digits_of(*this);
    int exponent = exponent_ < other.exponent_ ? exponent_ : other.exponent_;
    for (int up = other.exponent_ - exponent; up > 0; --up) {
        if (divisor >= kLimit) break;  // larger than any dividend
        divisor *= 10;
    }
    const Digits unit = divisor;
    rest %= divisor;
    for (int up = exponent_ - exponent; up > 0; --up) rest = rest * 10 % divisor;
    if (rest == 0) return build(DecimalParts{0, exponent, false});
    const bool opposite = negative_ != other.negative_;
    if (!opposite) return build(fit(Wide(rest), exponent, other.negative_, false));
    // Different signs: what is missing to the next multiple of the divisor.
    if (unit >= kLimit) {
        const auto remainder = build(fit(Wide(rest), exponent, negative_, false));
        return remainder ? remainder->add(other) : std::nullopt;
    }
    return build(fit(Wide(unit - rest), exponent, other.negative_, false));
}

Decimal Decimal::negated() const {
    Decimal result = *this;
    result.negative_ = !negative_ && !is_zero();
    return result;
}

Decimal Decimal::absolute() const {
    Decimal result = *this;
    result.negative_ = false;
    return result;
}

std::optional<Decimal> Decimal::round(int places, Rounding rounding) const {
    if (places < -kExponentMax || places > -kExponentMin) return std::nullopt;
    const int drop = -places - exponent_;
    if (drop <= 0) return *this;
    Wide value(digits_of(*this));
    Tail tail = Tail::BelowHalf;
    if (value.low() == 0) {
        tail = Tail::None;
    } else if (drop > kPrecision + 1) {
        value = Wide(0);
    } else {
        tail = cut(value, drop, false);
    }
    if (rounds_away(tail, (value.low() & 1) != 0, negative_, rounding)) value.add(1);
    return build(fit(value, -places, negative_, false));
}

bool Decimal::is_integer() const {
    if (exponent_ >= 0 || is_zero()) return true;
    if (exponent_ <= -kPrecision) return false;
    return digits_of(*this) % power_of_ten(-exponent_) == 0;
}

std::optional<std::int64_t> Decimal::to_int64() const {
    if (is_zero()) return 0;
    Digits digits = digits_of(*this);
    if (exponent_ < 0) {
        if (!is_integer()) return std::nullopt;
        digits /= power_of_ten(-exponent_);
    } else if (exponent_ > 0) {
        if (exponent_ > 18 || digits >= kLimit / power_of_ten(exponent_)) return std::nullopt;
        digits *= power_of_ten(exponent_);
    }
    const Digits limit = static_cast<Digits>(INT64_MAX) + (negative_ ? 1 : 0);
    if (digits > limit) return std::nullopt;
    const auto low = static_cast<std::uint64_t>(digits);
    return static_cast<std::int64_t>(negative_ ? 0 - low : low);
}

std::strong_ordering Decimal::compare(const Decimal& other) const {
    if (negative_ != other.negative_) {
        if (is_zero() && other.is_zero()) return std::strong_ordering::equal;
        return is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    Digits mine = digits_of(*this);
    Digits theirs = digits_of(other);
    if (exponent_ != other.exponent_) {
        if (mine == 0 || theirs == 0) {
            mine = mine != 0;
            theirs = theirs != 0;
        } else {
            const int magnitude = digit_count(mine) + exponent_;
            const int theirs_too = digit_count(theirs) + other.exponent_;
            if (magnitude != theirs_too) {
                mine = magnitude > theirs_too;
                theirs = magnitude < theirs_too;
            } else if (exponent_ > other.exponent_) {
                mine *= power_of_ten(exponent_ - other.exponent_);
            } else {
                theirs *= power_of_ten(other.exponent_ - exponent_);
            }
        }
    }
    if (mine == theirs) return std::strong_ordering::equal;
    return (mine < theirs) != negative_ ? std::strong_ordering::less
                                        : std::strong_ordering::greater;
}

}  // namespace yinuo
