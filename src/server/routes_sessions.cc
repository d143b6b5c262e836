// Signing in and out, and who one is.
#include <fmt/format.h>

#include "engine/tenants.h"
#include "server/body.h"
#include "server/config.h"
#include "server/live.h"
#include "server/recognise.h"
#include "server/routes.h"
#include "server/sign_in.h"
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

Refusal too_many_sign_ins(Millis wait) {
    const auto whole = (wait.count + 999) / 1000;
    Refusal refusal =
        Error{.code = "too-many-sign-ins",
              .what = {"尝试登录太密", "these are too many attempts to sign in"},
              .mend = {fmt::format("{} 秒后再试", whole), fmt::format("try again in {} s", whole)}};
    refusal.headers.emplace_back("Retry-After", std::to_string(whole));
    return refusal;
}

bool over_tls(const Call& call) {
    return call.request.tls || call.things.config.public_url.starts_with("https://");
}

// RFC 6265bis. Lax lets a link from a mail arrive signed in; writes are held to their Origin.
std::string cookie(const Call& call, std::string_view token, std::int64_t seconds) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{}", kCookie, token,
                       seconds, over_tls(call) ? "; Secure" : "");
}

void write_me(JsonOut& out, store::Reading& reading, const Session& who) {
    out.open('{').member("id", who.actor.id).member("name", who.actor.name);
    out.member("role", name_of(who.role)).member("tenant", who.tenant);
    const auto tenant = engine::tenant(reading, who.tenant);
    if (tenant) {
        out.member("tenant_name", tenant->name).member("tenant_title", tenant->title);
        out.member("demo", tenant->demo);
    }
    out.key("permissions").open('[');
    for (std::size_t i = 0; i < kPermissions; ++i)
        if (who.may.has(static_cast<Permission>(i))) out.value(name_of(static_cast<Permission>(i)));
    out.close(']').member_if("expires_at", who.expires_at).close('}');
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
    const std::string token(session.text.expose());
    JsonOut out;
    out.open('{').member("token", token).key("me");
    write_me(out, turns.rows(), who);
    out.close('}');
    return http::Response::json(201, out.take())
        .with("Location", "/api/v1/sessions/current")
        .with("Set-Cookie", cookie(call, token, kSessionHours * 3600));
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
        if (who.role != Role::Key && who.role != Role::Customer) {
            end_session(turns, who.token_hash);
            turns.audit(who.actor, "session.ended", who.actor.id);
            ticket->call.things.live.hang_up(who.token_hash);
        }
        return http::Response::empty().with("Set-Cookie", cookie(ticket->call, "", 0));
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
