// The integers under a Decimal: 128 bits for a coefficient, 256 for sums and products before they
// are rounded. Private to base/decimal*.cc.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace yinuo::decimal_digits {

__extension__ using Digits = unsigned __int128;

constexpr int kPrecision = 34;

constexpr std::array<Digits, 39> powers_of_ten() {
    std::array<Digits, 39> table{};
    Digits power = 1;
    for (auto& entry : table) {
        entry = power;
        power *= 10;
    }
    return table;
}
inline constexpr auto kPowersOfTen = powers_of_ten();

constexpr Digits power_of_ten(int n) { return kPowersOfTen[static_cast<std::size_t>(n)]; }
inline constexpr Digits kLimit = power_of_ten(kPrecision);  // a coefficient stays below

// How many decimal digits; zero has one. Below 10^38.
constexpr int digit_count(Digits value) {
    const auto high = static_cast<std::uint64_t>(value >> 64);
    const auto low = static_cast<std::uint64_t>(value);
    const int bits = high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(low | 1);
    const int guess = bits * 1233 >> 12;  // log10(2), a little below
    return guess + (value >= power_of_ten(guess) ? 1 : 0) + (value == 0 ? 1 : 0);
}

// An unsigned integer of 256 bits; callers stay below 10^77.
class Wide {
public:
    constexpr Wide(Digits value)  // NOLINT(google-explicit-constructor): exact
        : limbs_{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64), 0, 0} {
    }

    static constexpr Wide product(Digits a, Digits b) {
        Wide result(0);
        const std::uint64_t left[2] = {static_cast<std::uint64_t>(a),
                                       static_cast<std::uint64_t>(a >> 64)};
        const std::uint64_t right[2] = {static_cast<std::uint64_t>(b),
                                        static_cast<std::uint64_t>(b >> 64)};
        for (std::size_t i = 0; i < 2; ++i) {
            Digits carry = 0;
            for (std::size_t j = 0; j < 2; ++j) {
                carry += static_cast<Digits>(left[i]) * right[j] + result.limbs_[i + j];
                result.limbs_[i + j] = static_cast<std::uint64_t>(carry);
                carry >>= 64;
            }
            result.limbs_[i + 2] = static_cast<std::uint64_t>(carry);
        }
        return result;
    }

    // Divides in place; the remainder.
    constexpr std::uint64_t divide(std::uint64_t divisor) {
        Digits rest = 0;
        for (std::size_t i = 4; i-- > 0;) {
            if (rest == 0 && limbs_[i] == 0) continue;
            const Digits here = rest << 64 | limbs_[i];
            limbs_[i] = static_cast<std::uint64_t>(here / divisor);
            rest = here % divisor;
        }
        return static_cast<std::uint64_t>(rest);
    }

    constexpr void multiply(std::uint64_t factor) {
        Digits carry = 0;
        for (auto& limb : limbs_) {
            carry += static_cast<Digits>(limb) * factor;
            limb = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
    }

    constexpr void multiply_by_power_of_ten(int n) {
        for (; n > 19; n -= 19) multiply(static_cast<std::uint64_t>(power_of_ten(19)));
        multiply(static_cast<std::uint64_t>(power_of_ten(n)));
    }

    constexpr void add(const Wide& other) {
        Digits carry = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            carry += static_cast<Digits>(limbs_[i]) + other.limbs_[i];
            limbs_[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
    }

    // `other` must not be larger.
    constexpr void subtract(const Wide& other) {
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const Digits here = static_cast<Digits>(limbs_[i]) - other.limbs_[i] - borrow;
            limbs_[i] = static_cast<std::uint64_t>(here);
            borrow = (here >> 64) != 0 ? 1 : 0;
        }
    }

    constexpr int compare(const Wide& other) const {
        for (std::size_t i = 4; i-- > 0;)
            if (limbs_[i] != other.limbs_[i]) return limbs_[i] < other.limbs_[i] ? -1 : 1;
        return 0;
    }

    constexpr Digits low() const { return static_cast<Digits>(limbs_[1]) << 64 | limbs_[0]; }

    constexpr int digit_count() const {
        if ((limbs_[2] | limbs_[3]) == 0 && limbs_[1] < (1ULL << 60))
            return decimal_digits::digit_count(low());
        Wide rest = *this;
        rest.divide(static_cast<std::uint64_t>(power_of_ten(19)));
        if ((rest.limbs_[2] | rest.limbs_[3]) == 0 && rest.limbs_[1] < (1ULL << 60))
            return 19 + decimal_digits::digit_count(rest.low());
        rest.divide(static_cast<std::uint64_t>(power_of_ten(19)));
        return 38 + decimal_digits::digit_count(rest.low());
    }

private:
    std::array<std::uint64_t, 4> limbs_;
};

}  // namespace yinuo::decimal_digits
