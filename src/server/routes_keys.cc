// API keys: made (their text is shown once), listed, narrowed, removed.
#include "server/body.h"
#include "server/keys.h"
#include "server/live.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

struct KeyWish {
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> permissions, sources;
    Instant expires_at = Instant::max();
};
void describe(Members& in, KeyWish& into) {
    in.may("name", into.name, {.least = 1, .most = 80});
    in.may("permissions", into.permissions, {.least = 1, .most = kPermissions},
           {.least = 1, .most = 40});
    in.may("sources", into.sources, {.least = 0, .most = 50}, {.least = 1, .most = 80});
    in.may_instant("expires_at", into.expires_at);
}

struct NewKeyWish : KeyWish {};
void describe(Members& in, NewKeyWish& into) {
    in.require("name");
    in.require("permissions");
    describe(in, static_cast<KeyWish&>(into));
}

Refusal no_key() { return no_such({"密钥", "key"}); }

// A key is never given more than its giver has.
Answered<Permissions> read_permissions(const std::vector<std::string>& names,
                                       const Session& giver) {
    auto may = permissions_of(Role::Key);
    std::vector<http::Flaw> flaws;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto one = permission(names[i]);
        const auto pointer = "/permissions/" + std::to_string(i);
        if (!one)
            flaws.push_back(
                {.error = {.code = "unknown-permission",
                           .what = {"没有这项权限", "there is no such permission"},
                           .mend = {"GET /api/v1/me 列出您有的", "GET /api/v1/me lists yours"}},
                 .pointer = pointer});
        else if (!giver.may.has(*one))
            flaws.push_back({.error = {.code = "not-yours-to-give",
                                       .what = {"您自己没有这项权限", "you haven't it yourself"},
                                       .mend = {"请有这项权限的人来给", "ask somebody who has it"}},
                             .pointer = pointer});
        else
            may.add(*one);
    }
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return may;
}

Answered<void> in_future(Instant expires_at, Instant now) {
    if (expires_at > now) return {};
    return deny(Error{.code = "already-over",
                      .what = {"到期时间已经过去", "this would be over already"},
                      .mend = {"写一个将来的时刻", "give an instant to come"}});
}

Answer list_keys(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto found = reading->documents(call.who.tenant, kKeys, wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        if (const auto key = ApiKey::from_json(document.body))
            write_key(items, *key, used_at(*reading, call.who.tenant, key->id));
    }
    return page(call, items.text(), next);
}

Answer read_key(const Call& call) {
    const auto reading = call.things.store.read();
    const auto kept = find_key(*reading, call.who.tenant, call.parameter("id"));
    if (!kept) return deny(no_key());
    JsonOut out;
    write_key(out, kept->key, used_at(*reading, call.who.tenant, kept->key.id));
    return ok(out, kept->etag);
}

void add(Ticket ticket) {
    auto given = read_body<NewKeyWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto may = TRY(read_permissions(*given.permissions, who));
        ApiKey key{.id = {},
                   .name = *given.name,
                   .may = may,
                   .sources = given.sources.value_or(std::vector<std::string>()),
                   .hash = {},
                   .created_by = {},
                   .created_at = {},
                   .expires_at = given.expires_at};
        if (auto fine = in_future(key.expires_at, ticket->call.things.clock.now()); !fine)
            return deny(fine.error());
        const auto made = TRY(add_key(turns, who.actor, who.tenant, std::move(key)));
        JsonOut out, shown;
        write_key(shown, made.kept.key, Instant::max());
        out.open('{').key("key").raw(shown.text());
        out.member("text", made.text.expose()).close('}');
        return created(out, "/api/v1/keys/" + made.kept.key.id, made.kept.etag);
    });
}

void change(Ticket ticket) {
    auto given = read_body<KeyWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto kept = find_key(turns.rows(), who.tenant, ticket->call.parameter("id"));
        if (!kept) return deny(no_key());
        if (kept->etag != etag) return deny(stale_etag());
        auto key = kept->key;
        key.name = given.name.value_or(key.name);
        if (given.permissions) key.may = TRY(read_permissions(*given.permissions, who));
        key.sources = given.sources.value_or(key.sources);
        if (given.expires_at < Instant::max()) key.expires_at = given.expires_at;
        const auto changed = TRY(change_key(turns, who.actor, who.tenant, std::move(key), etag));
        ticket->call.things.live.hang_up(changed.key.hash);
        JsonOut out;
        write_key(out, changed.key, used_at(turns.rows(), who.tenant, changed.key.id));
        return ok(out, changed.etag);
    });
}

void remove(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto kept = find_key(turns.rows(), call.who.tenant, call.parameter("id"));
        if (!kept) return deny(no_key());
        remove_key(turns, call.who.actor, call.who.tenant, kept->key.id);
        call.things.live.hang_up(kept->key.hash);
        return http::Response::empty();
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/keys", "listKeys", Permission::KeysRead, list_keys, 0},
    {"POST", "/api/v1/keys", "addKey", Permission::KeysWrite, add, 16 * 1024, true},
    {"GET", "/api/v1/keys/{id}", "readKey", Permission::KeysRead, read_key, 0},
    {"PATCH", "/api/v1/keys/{id}", "changeKey", Permission::KeysWrite, change, 16 * 1024},
    {"DELETE", "/api/v1/keys/{id}", "removeKey", Permission::KeysWrite, remove, 0},
};

}  // namespace

std::span<const Route> key_routes() { return kRoutes; }

}  // namespace yinuo::server
