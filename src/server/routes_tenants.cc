// Tenants: the operator's list of them, and what a tenant sets for itself.
#include "engine/tenants.h"

#include "server/body.h"
#include "server/config.h"
#include "server/routes.h"
#include "server/users.h"

namespace yinuo::server {
namespace {

struct NewTenant {
    std::string name, title;
    std::string owner_login, owner_title;
    vault::Secret<vault::Password> owner_password;
    std::string cipher = std::string(engine::kAesGcm);
};
void describe(Members& in, NewTenant& into) {
    in.need("name", into.name, {.least = 1, .most = 40});
    in.need("title", into.title, {.least = 1, .most = 80});
    in.need("owner_login", into.owner_login, {.least = 1, .most = 80});
    in.need("owner_title", into.owner_title, {.least = 1, .most = 80});
    in.need_secret("owner_password", into.owner_password, {.least = 10, .most = 256});
    in.may("cipher", into.cipher, {.least = 1, .most = 40});
}

struct RungWish : engine::Rung {};
void describe(Members& in, RungWish& into) {
    in.need("addressee", into.addressee, {.least = 1, .most = 80});
    in.may("minutes", into.minutes, {.least = 1, .most = 7 * 24 * 60});
}

struct SettingsWish {
    std::string title;
    std::vector<std::string> personal_fields;
    std::vector<RungWish> roster;
    std::optional<std::vector<std::string>> approving_teams;
    std::optional<bool> public_board;
};
void describe(Members& in, SettingsWish& into) {
    in.need("title", into.title, {.least = 1, .most = 80});
    in.need("personal_fields", into.personal_fields, {.least = 0, .most = 200},
            {.least = 1, .most = 80});
    in.require("roster");
    in.may_each("roster", into.roster, {.least = 1, .most = 10});
    in.may("public_board", into.public_board);
    in.may("approving_teams", into.approving_teams, {.most = 10}, {.least = 1, .most = 40});
}

void write_tenant(JsonOut& out, const engine::Tenant& tenant) {
    out.open('{').member("id", tenant.id).member("name", tenant.name).member("title", tenant.title);
    out.member("demo", tenant.demo).member("origin", tenant.origin);
    out.member("log_public_key", tenant.log_public_key).close('}');
}

void write_settings(JsonOut& out, const engine::Tenant& tenant) {
    out.open('{').member("name", tenant.name).member("title", tenant.title);
    out.member("demo", tenant.demo).member("origin", tenant.origin);
    out.member("log_public_key", tenant.log_public_key).member("cipher", tenant.cipher);
    out.list("personal_fields", tenant.personal_fields).key("roster").open('[');
    for (const auto& rung : tenant.roster)
        out.open('{')
            .member("addressee", rung.addressee)
            .member("minutes", rung.minutes)
            .close('}');
    out.close(']').list("approving_teams", tenant.approving_teams);
    out.member("public_board", tenant.public_board).close('}');
}

Answer list_tenants(const Call& call) {
    JsonOut items;
    for (const auto& tenant : engine::tenants(*call.things.store.read()))
        write_tenant(items, tenant);
    return page(call, items.text(), {});
}

void add(Ticket ticket) {
    auto given = read_body<NewTenant>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    work(ticket, [ticket, given = std::move(*given)]() -> std::optional<Answer> {
        const auto login = TRY(login_of(given.owner_login));
        const auto password = TRY(ticket->call.things.passwords.hash(given.owner_password));
        User owner{.id = {},
                   .login = login,
                   .title = given.owner_title,
                   .role = Role::Owner,
                   .password = password,
                   .subjects = {},
                   .created_at = {},
                   .sessions_from = {}};
        act(ticket,
            [ticket, name = given.name, title = given.title, cipher = given.cipher,
             owner = std::move(owner)](engine::Turns& turns) -> Answer {
                const auto& call = ticket->call;
                const auto tenant = TRY(engine::make_tenant(
                    turns, call.who.actor, name, title, false, call.things.config.origin, cipher));
                TRY(add_user(turns, call.who.actor, tenant.id, owner));
                JsonOut out;
                write_tenant(out, tenant);
                return http::Response::json(201, out.take()).with("Location", "/api/v1/tenants");
            });
        return std::nullopt;
    });
}

// The document of a tenant's settings is the engine's; its version is the etag.
std::int64_t settings_etag(store::Reading& reading, store::TenantId tenant) {
    const auto document = reading.document(tenant, "tenant", "self");
    return document ? document->version : 0;
}

Answer read_settings(const Call& call) {
    const auto reading = call.things.store.read();
    const auto tenant = engine::tenant(*reading, call.who.tenant);
    if (!tenant) return deny(no_such({"租户", "tenant"}));
    JsonOut out;
    write_settings(out, *tenant);
    return ok(out, settings_etag(*reading, call.who.tenant));
}

void change_settings(Ticket ticket) {
    auto given = read_body<SettingsWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto standing = engine::tenant(turns.rows(), who.tenant);
        if (!standing) return deny(no_such({"租户", "tenant"}));
        const auto fresh = TRY(engine::change_tenant(
            turns, who.actor,
            {.title = given.title,
             .personal_fields = given.personal_fields,
             .roster = {given.roster.begin(), given.roster.end()},
             .approving_teams = given.approving_teams.value_or(standing->approving_teams),
             .public_board = given.public_board},
            etag));
        JsonOut out;
        write_settings(out, *engine::tenant(turns.rows(), who.tenant));
        return ok(out, fresh);
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/tenants", "listTenants", Permission::TenantsRead, list_tenants, 0},
    {"POST", "/api/v1/tenants", "addTenant", Permission::TenantsWrite, add, 16 * 1024, true, 2},
    {"GET", "/api/v1/settings", "readSettings", Permission::SettingsRead, read_settings, 0},
    {"PUT", "/api/v1/settings", "changeSettings", Permission::SettingsWrite, change_settings,
     64 * 1024},
};

}  // namespace

std::span<const Route> tenant_routes() { return kRoutes; }

}  // namespace yinuo::server
