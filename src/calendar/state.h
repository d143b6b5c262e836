// What a Schedule holds: its definition, the rules made from it, and the eras built so far.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "calendar/day_rules.h"
#include "calendar/era.h"
#include "calendar/schedule.h"

namespace yinuo::calendar {

inline constexpr Instant kFirst{-62'135'596'800'000};  // 0001-01-01
inline constexpr Instant kLast{253'402'300'799'999};   // the end of 9999-12-31
inline constexpr Millis kNever{std::int64_t{9 * 366} * 86'400'000};

struct Schedule::State {
    explicit State(Definition given);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // The era of `at` or `number`, built by the first who asks. The instant is within kFirst..kLast.
    const Era& era(std::int64_t number) const {
        const auto& slot = eras_[static_cast<std::size_t>(number - kFirstEra)];
        if (const Era* built = slot.load(std::memory_order_acquire)) [[likely]]
            return *built;
        return build_era(number);
    }
    const Era& era(Instant at) const { return era(Era::number_of(at)); }

    // The first whole open stretch that ends after `at`, or the last that begins before it; not
    // clipped, and joined across eras. nullopt: none within about nine years.
    std::optional<Period> stretch_after(Instant at) const;
    std::optional<Period> stretch_before(Instant at) const;

    static constexpr std::int64_t kFirstEra = kFirst.millis >> Era::kBits;
    static constexpr std::int64_t kLastEra = kLast.millis >> Era::kBits;

    const Definition definition;
    const DayRules rules;
    const std::string version;

private:
    const Era& build_era(std::int64_t number) const;
    std::vector<Period> open_in(Period window) const;

    mutable std::mutex building_;
    mutable std::array<std::atomic<const Era*>, kLastEra - kFirstEra + 1> eras_{};
};

// The text behind Schedule::version(): every field of the definition, in order.
std::string version_of(const Definition&);
// What contradicts itself in a definition; nullopt if nothing does.
std::optional<Error> contradiction(const Definition&);

Error no_working_time(const Definition&);
Error out_of_range();

}  // namespace yinuo::calendar
