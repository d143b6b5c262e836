// When to try a delivery again: pure, the clock and the chance are handed in.
//
// A 2xx is the only success. Everything else is tried again after
//
//   5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, 24 h
//
// each up to a fifth longer by chance, so that a receiver that comes back isn't met by all at once.
// After the tenth attempt, some two days after the first, the delivery is dead and waits for a person.
// Also retried, because a receiver under repair says strange things and the message is no less true:
// - 3xx: we don't follow, and a moved endpoint is usually moved back or corrected by its owner;
// - 4xx such as 400, 401, 403, 404, 413, 422: seldom "never", mostly a wrong deployment or secret.
//   Standard Webhooks advises to retry these too. 408, 425 and 429 mean "later" by their definition.
// Not retried: 410 Gone, by which a receiver unsubscribes (the endpoint is to be disabled), and what
// couldn't be sent as written, which only its author can mend.
#pragma once

#include <cstdint>
#include <optional>

#include "connect/delivery.h"
#include "time/instant.h"

namespace yinuo::connect {

inline constexpr int kAttemptsMax = 10;

enum class Then : std::uint8_t {
    Done,     // delivered
    Again,    // after `wait`
    Disable,  // the receiver is gone: give up and send nothing more there
    Dead,     // give up
};

struct Next {
    Then then = Then::Done;
    Millis wait = {};  // of Again: from the end of this attempt
    bool operator==(const Next&) const = default;
};

// `attempts` counts this one, from 1; `jitter` is within [0, 1). A Retry-After of 429 or 503 makes
// the wait longer, never shorter, and never longer than a day. An attempt that we broke off
// ourselves (Fault::Stopped) is to be tried again at once and shouldn't be counted.
Next next_attempt(int attempts, const Outcome&, double jitter);

// The same waits for what isn't judged by its status alone: a payout, mail or message of which its
// reader said TryAgain. `asked`: as the receiver wishes. Nothing after the last attempt.
std::optional<Millis> next_wait(int attempts, std::optional<Millis> asked, double jitter);

}  // namespace yinuo::connect
