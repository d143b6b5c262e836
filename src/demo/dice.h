// Dice that fall the same way each time: numbers from a seed and what they are thrown for.
//
// Each throw is a hash of its own names (SplitMix64's finaliser, Steele, Lea and Flood 2014), not
// the next of a row, so that a demo that was stopped anywhere goes on as it would have.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace yinuo::demo {

class Dice {
public:
    explicit constexpr Dice(std::uint64_t seed) : state_(mixed(seed)) {}

    // The dice for one thing among others: a case, its third fact, a disturbance.
    constexpr Dice of(std::uint64_t which) const { return Dice(state_ ^ mixed(which + 1)); }

    // In [0, 1). The same dice give the same number; ask of() for another.
    constexpr double chance() const { return static_cast<double>(state_ >> 11) * 0x1.0p-53; }
    constexpr bool fall(double rate) const { return chance() < rate; }
    // In [from, until), whole.
    constexpr std::int64_t between(std::int64_t from, std::int64_t until) const {
        return from + static_cast<std::int64_t>(chance() * static_cast<double>(until - from));
    }
    // exp(N(mean, deviation)), the normal number by Box and Muller 1958.
    double lognormal(double mean, double deviation) const {
        const double normal = std::sqrt(-2 * std::log(1 - of(1).chance())) *
                              std::cos(2 * std::numbers::pi * of(2).chance());
        return std::exp(mean + deviation * normal);
    }

private:
    static constexpr std::uint64_t mixed(std::uint64_t z) {
        z += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::uint64_t state_;
};

}  // namespace yinuo::demo
