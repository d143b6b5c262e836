// Tells who asks, from a cookie, a bearer token or a customer's link, and whether a browser was
// tricked into asking.
#pragma once

#include <string>
#include <string_view>

#include "server/api.h"

namespace yinuo::server {

inline constexpr std::string_view kCookie = "yn_session";
inline constexpr std::string_view kViewPurpose = "view";  // of a customer's link

// A guest when the request brings nothing. Refuses (401) what is broken, unknown or over.
//
//   Cookie: yn_session=yn_session_…           a browser
//   Authorization: Bearer yn_session_…, yn_key_…
//   Authorization: Link …                     a customer; the text that vault/link.h signs
Answered<Session> recognise(const http::Request&, const Things&, Instant now);

// Who holds this link. Refuses (401) one that is broken, over or somebody's who was erased.
Answered<Session> by_link(std::string_view text, const Things&, Instant now);

// May this write come from where it comes from? A request without an Authorization header acts by
// the browser's cookie, so its Origin must be ours (OWASP: verifying the origin). True for reading.
bool from_own_origin(const http::Request&, const Config&);

// The key that customers' links are signed with.
vault::Key link_key(const vault::Key& server_key);
vault::Key link_key(const Things&);

}  // namespace yinuo::server
