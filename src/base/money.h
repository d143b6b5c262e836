// Money: whole minor units (fen, cents) of one currency, never a float.
//
// round_to_minor() is the one place where an exact decimal amount becomes money.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"

namespace yinuo {

// ISO 4217 alphabetic code.
class Currency {
public:
    static std::optional<Currency> parse(
        std::string_view code);  // three capital letters that ISO 4217 knows
    std::string_view code() const { return {code_.data(), 3}; }
    int minor_digits() const { return digits_; }  // CNY 2, JPY 0, KWD 3
    bool operator==(const Currency&) const = default;

private:
    std::array<char, 3> code_{};
    std::int8_t digits_ = 2;
};

struct Money {
    std::int64_t minor = 0;  // whole minor units: 20.00 CNY is 2000
    Currency currency;
    bool operator==(const Money&) const = default;

    Decimal amount() const;         // 20.00
    std::string to_string() const;  // "20.00 CNY"
};

// The one named place where amounts are rounded to the minor unit. nullopt: out of range.
std::optional<Money> round_to_minor(const Decimal& amount, Currency, Rounding);

// Shares of `whole` in proportion to `weights` (not negative, at least one positive) whose sum is
// exactly the whole: each is cut to the minor unit, and the units left over go one each to the
// largest remainders (Hamilton's method), the earlier of equals first.
std::vector<std::int64_t> share_out(std::int64_t whole, std::span<const std::int64_t> weights);

}  // namespace yinuo
