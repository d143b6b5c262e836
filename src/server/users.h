// The accounts of people: documents of the collection "user", their key the name they sign in by.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/turns.h"
#include "server/json_out.h"
#include "server/permission.h"
#include "store/store.h"
#include "time/instant.h"

namespace yinuo::server {

inline constexpr std::string_view kUsers = "user";

struct User {
    std::string id;     // "usr_…"
    std::string login;  // 1 to 80 characters without blanks, ASCII letters small
    std::string title;  // as people call them
    Role role = Role::Agent;
    std::string password;               // argon2id; empty: nobody can sign in yet
    std::vector<std::string> subjects;  // of a partner: how the names of their subjects begin
    std::string team = {};              // 部门: "operations", "marketing"...; may be empty
    bool disabled = false;
    Instant created_at;
    Instant sessions_from;  // sessions begun before it are over (the password was changed)

    std::string to_json() const;  // with the password's hash: for the store only
    static Result<User> from_json(std::string_view);
};

struct KeptUser {
    User user;
    std::int64_t etag = 0;
};

std::optional<KeptUser> find_user(store::Reading&, store::TenantId, std::string_view id);
std::optional<KeptUser> user_by_login(store::Reading&, store::TenantId, std::string_view login);
// Everybody of the tenant; there are hundreds at most.
std::vector<KeptUser> all_users(store::Reading&, store::TenantId);

// "  Li@Example.COM" as it is kept. Refuses what has blanks inside or another length.
Result<std::string> login_of(std::string_view text);

// Gives the user an id and writes it down with its entry in the audit trail. Refuses a login that
// is taken ("name-taken"), an operator in a tenant or another role without one ("wrong-role"), a
// partner without subjects, subjects for anybody else ("subjects").
Result<KeptUser> add_user(engine::Turns&, const engine::Actor&, store::TenantId, User);
// The same checks; refuses a stale etag ("stale") and the change that would leave nobody who
// may manage users ("last-owner"). `what` is for the audit trail: "user.disabled".
Result<KeptUser> change_user(engine::Turns&, const engine::Actor&, store::TenantId, User,
                             std::int64_t etag, std::string_view what);

// The same password, hashed anew at another cost, when its owner signs in.
void keep_password(engine::Turns&, store::TenantId, std::string_view id, std::string_view hash);

// The user as others may see it.
void write_user(JsonOut&, const User&);

}  // namespace yinuo::server
