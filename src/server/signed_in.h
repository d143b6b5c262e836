// What whoever signs in is answered, by whatever way they did: a password, a code, a link.
#pragma once

#include <string>
#include <string_view>

#include "server/api.h"

namespace yinuo::server {

// 201 {"token", "me"}, and the session as a cookie that lasts as long as it does.
http::Response signed_in(const Call&, store::Reading&, const Session& who, std::string_view token,
                         Millis lasts);

// {"id", "role", "tenant", "permissions", …}: who one is.
void write_me(JsonOut&, store::Reading&, const Session& who);

// Set-Cookie of a session; `lasts` 0 takes it away.
std::string session_cookie(const Call&, std::string_view token, Millis lasts);

// 429, with Retry-After in whole seconds.
Refusal too_many_sign_ins(Millis wait);

}  // namespace yinuo::server
