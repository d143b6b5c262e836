// When a notice may go out, by which channel, and which notices become one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "time/instant.h"
#include "time/zone.h"

namespace yinuo::connect {

// 免打扰: by the clock on the customer's wall, from `begin` up to `end`, over midnight when `end` is
// the earlier. Both are minutes of the day, 0 to 1439; the same twice: there are none.
struct QuietHours {
    int begin = 22 * 60;
    int end = 8 * 60;
    bool operator==(const QuietHours&) const = default;
};

enum class Urgency : std::uint8_t {
    Normal,  // waits for the end of quiet hours
    Urgent,  // at once: for what can't wait till morning, such as a danger or an outage
};

// `now`, or the first instant after it at which the customer's clock isn't within quiet hours. A
// wall time that a change of clocks skips is the first one after it; of one that is repeated the
// first that is still to come.
Instant may_send_at(Instant now, const Zone& customers, const QuietHours&, Urgency);

enum class Channel : std::uint8_t { Mail, ShortMessage, WeCom, DingTalk, Page };

enum class Consent : std::uint8_t { Unasked, Given, Refused };

// Why we may write at all (《个人信息保护法》第十三条): what the contract itself needs, such as that we
// broke our word, may be said unless it was refused; all else only with consent.
enum class Basis : std::uint8_t { Contract, Consent };
bool may_use(Consent, Basis);

struct ChannelConsent {
    Channel channel = Channel::Mail;
    Consent consent = Consent::Unasked;
};

// The first of `wanted`, the best one first, that may be used; one that `consents` doesn't name is
// Unasked. Page is always allowed: the customer comes to it. Nothing: no channel may be used.
std::optional<Channel> choose_channel(std::span<const Channel> wanted,
                                      std::span<const ChannelConsent> consents, Basis);

struct WaitingNotice {
    std::string customer;
    std::string incident;  // empty: none, and it stays alone
    Instant at;            // when it came about
    Urgency urgency = Urgency::Normal;
};

// One message, for one notice or for several of one customer and one incident.
struct MergedNotice {
    std::vector<std::size_t> notices;  // indices, by their time, then as they were given
    Instant ready_at;                  // nothing more can join from then on
    Urgency urgency = Urgency::Normal;
    bool operator==(const MergedNotice&) const = default;
};

// A notice opens a window of `within` from its own time, [at, at + within); those of the same
// customer and incident in it join, the next one opens another. What is urgent, or has no incident,
// is ready at once; an urgent one takes along what has waited till then, and closes the window.
// Every notice is in exactly one message; messages are in the order of their first notices.
std::vector<MergedNotice> merge_notices(std::span<const WaitingNotice>, Millis within);

}  // namespace yinuo::connect
