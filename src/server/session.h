// Who is asking. Made from what a request brings (a cookie, a bearer token, a link) and from
// nothing else: the tenant in particular comes from here only, never from a path or a body.
#pragma once

#include <string>
#include <vector>

#include "engine/turns.h"
#include "server/permission.h"
#include "store/rows.h"
#include "time/instant.h"

namespace yinuo::server {

struct Session {
    store::TenantId tenant = 0;
    engine::Actor actor = {};  // id "usr_…", "key_…"; of guests empty, of customers "cus_…"
    Role role = Role::Guest;
    Permissions may = permissions_of(Role::Guest);
    std::vector<std::string> subjects = {};  // a partner's: how the names of their subjects begin
    std::vector<std::string> sources = {};   // a key's: for which it may report; empty: all
    store::CustomerId customer = 0;          // a customer's
    std::string token_hash = {};  // 64 hex digits, of a session that can be ended or a key
    Instant expires_at = Instant::max();

    bool known() const { return role != Role::Guest; }
};

// May they see this stream and what is owed about it? Asked for every row on top of the route's
// permission. False is answered like a stream that doesn't exist (404).
bool may_see(const Session&, const store::Stream&);
// May they report in the name of this source? Nobody may in the name of the server itself.
bool may_report(const Session&, std::string_view source);

}  // namespace yinuo::server
