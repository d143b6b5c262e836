// The machine's clock: what shells hand to the engine.
#pragma once

#include <chrono>

#include "time/clock.h"

namespace yinuo::server {

class SystemClock final : public Clock {
public:
    Instant now() override {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
    }
};

}  // namespace yinuo::server
