// How much is owed, by state and by the time that is left: what the boards on the wall show.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "promise/obligation.h"
#include "server/api.h"

namespace yinuo::server {

// The queue's tabs: what runs and isn't warned of yet, what is, what is lost, what stands still.
enum class Tab : std::uint8_t { Savable, AboutToBreak, Broken, Paused };
inline constexpr std::string_view kTabs[] = {"savable", "about_to_break", "broken", "paused"};
std::string_view name_of(Tab);
std::optional<Tab> parse_tab(std::string_view name);
std::span<const promise::State> states_of(Tab);

// Its lanes, by the time that is left: due in [from, until).
inline constexpr std::string_view kLanes[] = {"seconds", "minutes", "hours", "days", "undated"};
struct DueWindow {
    Instant from, until;
};
DueWindow window_of(std::string_view lane, Instant now);

// Counting is some index look-ups a tenant, and a wall of screens asks all the time: an answer
// serves everybody of a tenant for a second, or for five times as long as counting took. People who see only part of it are counted apart.
class Lanes {
public:
    std::string json(const Call&);

private:
    struct Kept {
        Instant at;
        std::string json;
        Millis serves = seconds(1);
    };
    std::mutex lock_;
    std::map<store::TenantId, Kept> kept_;
};

}  // namespace yinuo::server
