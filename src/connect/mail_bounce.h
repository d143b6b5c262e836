// A mail that came back: reads a delivery status notification (RFC 3464 in a multipart/report,
// RFC 6522) as mail servers send it to `bounces+KEY@...`.
//
// Anybody can send one, so it may stop notices to an address, and must never decide about money.
// What carries no status block (some old servers' own words, an out-of-office answer) is refused:
// a person may look, nothing is guessed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace yinuo::connect {

inline constexpr std::size_t kBounceSizeMax = 1UL << 20;  // bytes
inline constexpr std::size_t kBounceWhyMax = 300;         // bytes

struct Bounce {
    std::string key;  // of the notice that came back
    bool permanent =
        false;             // class 5: this address won't take mail; 4: it was full, or nobody home
    bool given_up = true;  // "failed"; false: "delayed", the server still tries
    std::string status;    // RFC 3463, "5.1.1"
    std::string why = {};  // the server's diagnostic, one line of ASCII; may name the address
};

// `message` as it arrived, headers and all; line ends LF or CRLF. The key is taken from the address
// that it came to (To, Delivered-To, X-Original-To under `bounces`), else from the Message-ID of
// the mail it returns, whose domain must be `sender_domain`. Refuses "not-a-bounce" (no report, or
// one of success), "bounce-unreadable" (it should be one, but has no status) and "bounce-unknown"
// (a bounce of none of our mails).
Result<Bounce> read_bounce(std::string_view message, std::string_view bounces,
                           std::string_view sender_domain);

}  // namespace yinuo::connect
