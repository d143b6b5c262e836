// People: adding them, what they may, their passwords.
#include "server/body.h"
#include "server/live.h"
#include "server/routes.h"
#include "server/sign_in.h"
#include "server/users.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kPasswordLeast =
    10;  // characters; NIST SP 800-63B asks for length, not for signs
constexpr std::size_t kPasswordMost = 256;
constexpr std::size_t kTeamMost = 40;

struct NewUser {
    std::string login, title, role, team;
    std::vector<std::string> subjects;
    vault::Secret<vault::Password> password;
};
void describe(Members& in, NewUser& into) {
    in.need("login", into.login, {.least = 1, .most = 80});
    in.need("title", into.title, {.least = 1, .most = 80});
    in.need_word("role", into.role, user_role_names());
    in.may("subjects", into.subjects, {.least = 1, .most = 50}, {.least = 1, .most = 200});
    in.may("team", into.team, {.most = kTeamMost});
    in.need_secret("password", into.password, {.least = kPasswordLeast, .most = kPasswordMost});
}

struct UserChange {
    std::optional<std::string> title, role, team;
    std::optional<std::vector<std::string>> subjects;
    std::optional<bool> disabled;
};
void describe(Members& in, UserChange& into) {
    in.may("title", into.title, {.least = 1, .most = 80});
    in.may_word("role", into.role, user_role_names());
    in.may("subjects", into.subjects, {.least = 0, .most = 50}, {.least = 1, .most = 200});
    in.may("team", into.team, {.most = kTeamMost});
    in.may("disabled", into.disabled);
}

struct PasswordChange {
    vault::Secret<vault::Password> old, fresh;
    bool has_old = false;
};
void describe(Members& in, PasswordChange& into) {
    std::optional<std::string> old;
    in.may("old_password", old, {.least = 1, .most = kPasswordMost});
    into.has_old = old.has_value();
    if (old) into.old = vault::Secret<vault::Password>(*old), vault::wipe(*old);
    in.need_secret("password", into.fresh, {.least = kPasswordLeast, .most = kPasswordMost});
}

Refusal no_user() { return no_such({"用户", "user"}); }

// Nobody, a key least of all, makes or changes an account that may more than they do.
Answered<void> not_above(const Session& who, Role role) {
    if (who.may.includes(permissions_of(role))) return {};
    return deny(Error{.code = "forbidden",
                      .what = {"这个角色的权限比您的多", "this role may more than you do"},
                      .mend = {"请权限更多的人来做", "ask somebody who may more"}});
}

Answer list_users(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found =
        call.things.store.read()->documents(call.who.tenant, kUsers, wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        if (const auto user = User::from_json(document.body)) write_user(items, *user);
    }
    return page(call, items.text(), next);
}

Answer read_user(const Call& call) {
    const auto kept = find_user(*call.things.store.read(), call.who.tenant, call.parameter("id"));
    if (!kept) return deny(no_user());
    JsonOut out;
    write_user(out, kept->user);
    return ok(out, kept->etag);
}

void add(Ticket ticket) {
    auto given = read_body<NewUser>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    work(ticket, [ticket, given = std::move(*given)]() -> std::optional<Answer> {
        const auto login = TRY(login_of(given.login));
        const auto password = TRY(ticket->call.things.passwords.hash(given.password));
        User user{.id = {},
                  .login = login,
                  .title = given.title,
                  .role = *user_role(given.role),
                  .password = password,
                  .subjects = given.subjects,
                  .team = given.team,
                  .created_at = {},
                  .sessions_from = {}};
        act(ticket, [ticket, user = std::move(user)](engine::Turns& turns) -> Answer {
            const auto& who = ticket->call.who;
            if (auto fine = not_above(who, user.role); !fine) return deny(fine.error());
            const auto kept = TRY(add_user(turns, who.actor, who.tenant, user));
            JsonOut out;
            write_user(out, kept.user);
            return created(out, "/api/v1/users/" + kept.user.id, kept.etag);
        });
        return std::nullopt;
    });
}

void change(Ticket ticket) {
    auto given = read_body<UserChange>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        auto kept = find_user(turns.rows(), who.tenant, ticket->call.parameter("id"));
        if (!kept) return deny(no_user());
        if (kept->etag != etag) return deny(stale_etag());
        auto user = kept->user;
        user.title = given.title.value_or(user.title);
        if (given.role) user.role = *user_role(*given.role);
        user.subjects = given.subjects.value_or(user.subjects);
        if (given.role && user.role != Role::Partner && !given.subjects) user.subjects.clear();
        user.team = given.team.value_or(user.team);
        user.disabled = given.disabled.value_or(user.disabled);
        if (auto fine = not_above(who, kept->user.role); !fine) return deny(fine.error());
        if (auto fine = not_above(who, user.role); !fine) return deny(fine.error());
        const bool off = user.disabled && !kept->user.disabled;
        const auto changed = TRY(change_user(turns, who.actor, who.tenant, std::move(user), etag,
                                             off ? "user.disabled" : "user.changed"));
        // Their open streams end; the sessions themselves are held to the account at each request.
        ticket->call.things.live.hang_up(changed.user.id);
        JsonOut out;
        write_user(out, changed.user);
        return ok(out, changed.etag);
    });
}

// Everybody changes their own with the old one; who manages users sets anybody's without it.
void change_password(Ticket ticket) {
    auto given = read_body<PasswordChange>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto& who = ticket->call.who;
    const std::string id(ticket->call.parameter("id"));
    const bool own = id == who.actor.id;
    if (!own && !who.may.has(Permission::UsersWrite)) return ticket->answer(deny(no_user()));
    const auto account = "password " + who.actor.id;
    if (own) {
        if (const auto wait = ticket->call.things.delays.attempt(
                account, ticket->call.request.remote, ticket->call.at)) {
            Refusal refusal = Error{.code = "too-many-sign-ins",
                                    .what = {"尝试太密", "these are too many attempts"},
                                    .mend = {"等一会儿再试", "try again later"}};
            refusal.headers.emplace_back("Retry-After", std::to_string((wait->count + 999) / 1000));
            return ticket->answer(deny(std::move(refusal)));
        }
    }
    work(ticket, [ticket, id, own, account, given = std::move(*given)]() -> std::optional<Answer> {
        const auto& things = ticket->call.things;
        const auto tenant = ticket->call.who.tenant;
        const auto kept = find_user(*things.store.read(), tenant, id);
        if (!kept) return deny(no_user());
        if (own && (!given.has_old || !things.passwords.verify(kept->user.password, given.old)))
            return deny(Error{.code = "wrong-password",
                              .what = {"原密码不对", "the old password is wrong"},
                              .mend = {"用 old_password 带上现在的密码",
                                       "send your present one as old_password"}});
        if (own) things.delays.succeeded(account);
        auto hash = TRY(things.passwords.hash(given.fresh));
        act(ticket, [ticket, id, hash = std::move(hash)](engine::Turns& turns) -> Answer {
            const auto& session = ticket->call.who;
            auto current = find_user(turns.rows(), session.tenant, id);
            if (!current) return deny(no_user());
            if (id != session.actor.id)
                if (auto fine = not_above(session, current->user.role); !fine)
                    return deny(fine.error());
            auto user = std::move(current->user);
            user.password = hash;
            user.sessions_from =
                ticket->call.things.clock.now() + Millis{1};  // also those begun this instant
            TRY(change_user(turns, session.actor, session.tenant, std::move(user), current->etag,
                            "user.password"));
            ticket->call.things.live.hang_up(id);
            return http::Response::empty();
        });
        return std::nullopt;
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/users", "listUsers", Permission::UsersRead, list_users, 0},
    {"POST", "/api/v1/users", "addUser", Permission::UsersWrite, add, 16 * 1024, true, 2},
    {"GET", "/api/v1/users/{id}", "readUser", Permission::UsersRead, read_user, 0},
    {"PATCH", "/api/v1/users/{id}", "changeUser", Permission::UsersWrite, change, 16 * 1024},
    {"PUT", "/api/v1/users/{id}/password", "changePassword", Permission::SignedIn, change_password,
     4096, false, 2},
};

}  // namespace

std::span<const Route> user_routes() { return kRoutes; }

}  // namespace yinuo::server
