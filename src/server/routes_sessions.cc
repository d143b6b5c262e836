// Signing in and out, and who one is.
#include <fmt/format.h>

#include "engine/tenants.h"
#include "server/body.h"
#include "server/live.h"
#include "server/routes.h"
#include "server/sign_in.h"
#include "server/signed_in.h"
#include "server/users.h"

namespace yinuo::server {
namespace {

struct SignIn {
    std::string tenant;  // empty: the installation itself
    std::string login;
    vault::Secret<vault::Password> password;
};
void describe(Members& in, SignIn& into) {
    in.may("tenant", into.tenant, {.least = 0, .most = 40});
    in.need("login", into.login, {.least = 1, .most = 200});
    in.need_secret("password", into.password, {.least = 1, .most = 256});
}

// One answer for a wrong tenant, login or password and a disabled account: it doesn't tell which.
Refusal bad_sign_in() {
    return Error{
        .code = "bad-sign-in",
        .what = {"租户、登录名或密码不对", "tenant, login or password is wrong"},
        .mend = {"再试一次，或请管理员重设密码", "try again, or have the password set anew"}};
}

struct Checked {
    store::TenantId tenant;
    User user;
    bool rehash;
};

// Slow on purpose: on a worker.
Answered<Checked> check_password(const Call& call, const SignIn& given) {
    const auto& things = call.things;
    const auto reading = things.store.read();
    const auto login = login_of(given.login);
    const auto tenant =
        given.tenant.empty() ? std::nullopt : engine::find_tenant(*reading, given.tenant);
    const bool known = given.tenant.empty() || tenant;
    const auto user =
        known && login ? user_by_login(*reading, tenant ? tenant->id : 0, *login) : std::nullopt;
    if (!user || user->user.password.empty()) {
        things.passwords.verify_nobody(given.password);
        return deny(bad_sign_in());
    }
    const bool right = things.passwords.verify(user->user.password, given.password);
    if (!right || user->user.disabled) return deny(bad_sign_in());
    return Checked{tenant ? tenant->id : 0, user->user,
                   things.passwords.needs_rehash(user->user.password)};
}

Answer begin(const Call& call, engine::Turns& turns, const Checked& checked,
             const std::string& renewed) {
    const auto session =
        begin_session(turns, checked.tenant, checked.user, call.things.clock.now());
    if (!renewed.empty()) keep_password(turns, checked.tenant, checked.user.id, renewed);
    const Session who{.tenant = checked.tenant,
                      .actor = {checked.tenant, checked.user.id, checked.user.title},
                      .role = checked.user.role,
                      .may = permissions_of(checked.user.role),
                      .subjects = {},
                      .sources = {},
                      .customer = 0,
                      .token_hash = {},
                      .expires_at = session.kept.expires_at};
    return signed_in(call, turns.rows(), who, session.text.expose(), hours(kSessionHours));
}

void sign_in(Ticket ticket) {
    auto given = read_body<SignIn>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    auto& call = ticket->call;
    const auto login = login_of(given->login).value_or("");
    const auto account = given->tenant + "/" + login;
    if (const auto wait = call.things.delays.attempt(account, call.request.remote, call.at))
        return ticket->answer(deny(too_many_sign_ins(*wait)));
    work(ticket, [ticket, account, given = std::move(*given)]() -> std::optional<Answer> {
        const auto& things = ticket->call.things;
        auto checked = check_password(ticket->call, given);
        if (!checked) return deny(checked.error());
        things.delays.succeeded(account);
        std::string renewed;
        if (checked->rehash) renewed = things.passwords.hash(given.password).value_or("");
        act(ticket, [ticket, checked = std::move(*checked), renewed](engine::Turns& turns) {
            return begin(ticket->call, turns, checked, renewed);
        });
        return std::nullopt;
    });
}

void sign_out(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        // A key or a link has no session to end.
        if (who.role != Role::Key && !who.token_hash.empty()) {
            end_session(turns, who.token_hash);
            turns.audit(who.actor, "session.ended", who.actor.id);
            ticket->call.things.live.hang_up(who.token_hash);
        }
        return http::Response::empty().with("Set-Cookie", session_cookie(ticket->call, "", {0}));
    });
}

Answer read_me(const Call& call) {
    JsonOut out;
    write_me(out, *call.things.store.read(), call.who);
    return ok(out);
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/sessions", "signIn", Permission::Public, sign_in, 4096, false, 2},
    {"DELETE", "/api/v1/sessions/current", "signOut", Permission::SignedIn, sign_out, 0},
    {"GET", "/api/v1/me", "readMe", Permission::SignedIn, read_me, 0},
};

}  // namespace

std::span<const Route> session_routes() { return kRoutes; }

}  // namespace yinuo::server
