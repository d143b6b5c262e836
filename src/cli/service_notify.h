// What systemd wants to hear of a service (sd_notify(3)): one datagram to the socket it names.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace yinuo::cli {

// "READY=1", "STOPPING=1", "WATCHDOG=1". Does nothing when NOTIFY_SOCKET isn't set.
void notify_service(std::string_view state);

// How often "WATCHDOG=1" should come: half of what WATCHDOG_USEC allows. nullopt: nobody watches.
std::optional<std::chrono::milliseconds> watchdog_interval();

}  // namespace yinuo::cli
