// A mail as it goes over the wire: RFC 5322 headers, and text and HTML as multipart/alternative.
//
// Pure: the same mail gives the same bytes. `Message-ID: <KEY@domain of the sender>` and the
// envelope's sender `bounces+KEY@...` (VERP) carry the notice's key, so that a mail that is sent
// twice is recognised as one, and a bounce names what bounced. Bodies are base64 of UTF-8, headers
// RFC 2047; nothing that is put in can begin a header of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "time/instant.h"

namespace yinuo::connect {

inline constexpr std::size_t kMailKeyMax = 48;  // characters; an address has 64 before its @
inline constexpr std::size_t kMailTextMax = 1UL << 20;  // bytes, of text and of HTML each

struct Mailbox {
    std::string name = {};  // "一诺宽带"; may be empty
    std::string address;    // "care@example.com"; ASCII, a foreign domain as xn--...
};

struct Mail {
    std::string key;  // of the notice: letters, digits, - and _, at most kMailKeyMax
    Mailbox from;
    Mailbox to;
    std::string subject;
    std::string text;
    std::string html = {};         // empty: text alone
    std::string unsubscribe = {};  // https address for List-Unsubscribe (RFC 8058); empty: none
    Instant at = {};               // Date
};

// Refuses "mail-key", "mail-address", "mail-header" (a line break or another control character
// in a name, subject or address of unsubscribing, or more than 800 bytes of it), "mail-text" (not
// UTF-8, or too long).
Result<std::string> to_message(const Mail&);

// local@domain, of at most 254 characters: dots, letters, digits and !#$%&'*+/=?^_`{|}~- before the
// @, a host name after it. No comments, no quotes, no address literals.
bool is_mail_address(std::string_view text);

// "bounces@example.com" and "ntc_1f" give "bounces+ntc_1f@example.com".
std::string bounce_address(std::string_view bounces, std::string_view key);
// And back, from any spelling of `bounces` in large or small letters.
std::optional<std::string> key_of_bounce_address(std::string_view bounces,
                                                 std::string_view address);
bool is_mail_key(std::string_view key);

}  // namespace yinuo::connect
