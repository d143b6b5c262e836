// The words of an account. Inside the room.
#pragma once

#include "promise/fold.h"

namespace yinuo::twin {

Text told(const promise::Promise&, const promise::Clause&, const promise::Step&, const Names&);
Text told_verdict(const promise::Promise&, const promise::Obligation&, Instant now);
Text told_instant(Instant, const Zone&);  // "2026-02-14 20:00"; milliseconds only if there are any
Text told_length(std::int64_t millis);    // "2 h 15 min", exact to the millisecond
Text told_days(std::int64_t days);

}  // namespace yinuo::twin
