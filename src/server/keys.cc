#include "server/keys.h"

#include "base/arena.h"
#include "base/check.h"
#include "vault/encoding.h"
#include "vault/random.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

Instant instant_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    const auto millis = found == nullptr ? std::nullopt : found->integer();
    return millis ? Instant{*millis} : Instant::max();
}

void write_permissions(JsonOut& out, Permissions may) {
    out.key("permissions").open('[');
    for (std::size_t i = 0; i < kPermissions; ++i) {
        const auto one = static_cast<Permission>(i);
        if (may.has(one) && one != Permission::Public && one != Permission::SignedIn)
            out.value(name_of(one));
    }
    out.close(']');
}

bool put(store::Writing& rows, store::TenantId tenant, const ApiKey& key, std::int64_t version) {
    return rows.put_document({.tenant = tenant,
                              .collection = std::string(kKeys),
                              .id = key.id,
                              .version = version,
                              .key = {},
                              .body = key.to_json()});
}

Error stale() {
    return {.code = "stale",
            .what = {"别人已经改过了", "somebody else has changed this since"},
            .mend = {"重新读取，再改一次", "read it again and repeat the change"}};
}

}  // namespace

std::string ApiKey::to_json() const {
    JsonOut out;
    out.open('{').member("id", id).member("name", name);
    write_permissions(out, may);
    out.list("sources", sources).member("hash", hash).member("created_by", created_by);
    out.member("created_at", created_at.millis).member("expires_at", expires_at.millis);
    return out.close('}').take();
}

Result<ApiKey> ApiKey::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    ApiKey key{.id = text_of(json, "id"),
               .name = text_of(json, "name"),
               .may = permissions_of(Role::Key),
               .sources = {},
               .hash = text_of(json, "hash"),
               .created_by = text_of(json, "created_by"),
               .created_at = instant_of(json, "created_at"),
               .expires_at = instant_of(json, "expires_at")};
    if (const auto* may = json.find("permissions"))
        for (const auto& name : may->items)
            if (const auto one = permission(name.text)) key.may.add(*one);
    if (const auto* sources = json.find("sources"))
        for (const auto& source : sources->items) key.sources.emplace_back(source.text);
    return key;
}

std::optional<KeptKey> find_key(store::Reading& reading, store::TenantId tenant,
                                std::string_view id) {
    const auto document = reading.document(tenant, kKeys, id);
    if (!document) return std::nullopt;
    auto key = ApiKey::from_json(document->body);
    if (!key) return std::nullopt;
    return KeptKey{std::move(*key), document->version};
}

std::optional<FoundKey> key_by_hash(store::Reading& reading, std::string_view hash_hex) {
    const auto document = reading.document(0, kKeyHashes, hash_hex);
    if (!document) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    if (!json) return std::nullopt;
    const auto* tenant = json->find("tenant");
    const auto number = tenant == nullptr ? std::nullopt : tenant->integer();
    if (!number) return std::nullopt;
    auto kept = find_key(reading, *number, text_of(*json, "id"));
    if (!kept || kept->key.hash != hash_hex) return std::nullopt;
    return FoundKey{*number, std::move(*kept)};
}

Result<NewKey> add_key(engine::Turns& turns, const engine::Actor& actor, store::TenantId tenant,
                       ApiKey key) {
    auto token = vault::make_token(turns.entropy(), "key");
    key.id = "key_" + vault::token(turns.entropy(), 12);
    key.hash = vault::to_hex(token.hash.view());
    key.created_by = actor.id;
    key.created_at = turns.now();
    check(put(turns.rows(), tenant, key, 1));
    JsonOut whose;
    whose.open('{').member("tenant", tenant).member("id", key.id).close('}');
    check(turns.rows().put_document({.tenant = 0,
                                     .collection = std::string(kKeyHashes),
                                     .id = key.hash,
                                     .version = 1,
                                     .key = {},
                                     .body = whose.take()}));
    JsonOut more;
    write_permissions(more, key.may);
    turns.audit(actor, "key.added", key.id, more.text());
    return NewKey{{std::move(key), 1}, std::move(token.text)};
}

Result<KeptKey> change_key(engine::Turns& turns, const engine::Actor& actor, store::TenantId tenant,
                           ApiKey key, std::int64_t etag) {
    if (!put(turns.rows(), tenant, key, etag + 1)) return refuse(stale());
    JsonOut more;
    write_permissions(more, key.may);
    turns.audit(actor, "key.changed", key.id, more.text());
    return KeptKey{std::move(key), etag + 1};
}

bool remove_key(engine::Turns& turns, const engine::Actor& actor, store::TenantId tenant,
                std::string_view id) {
    const auto kept = find_key(turns.rows(), tenant, id);
    if (!kept) return false;
    turns.rows().remove_document(0, kKeyHashes, kept->key.hash);
    turns.rows().remove_document(tenant, kKeys, id);
    turns.rows().remove_document(tenant, kKeyUses, id);
    turns.audit(actor, "key.removed", id);
    return true;
}

Instant used_at(store::Reading& reading, store::TenantId tenant, std::string_view id) {
    const auto document = reading.document(tenant, kKeyUses, id);
    if (!document) return Instant::max();
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    return json ? instant_of(*json, "at") : Instant::max();
}

void note_use(engine::Turns& turns, store::TenantId tenant, std::string_view id) {
    if (!find_key(turns.rows(), tenant, id)) return;
    const auto before = turns.rows().document(tenant, kKeyUses, id);
    JsonOut out;
    out.open('{').member("at", turns.now().millis).close('}');
    turns.rows().put_document({.tenant = tenant,
                               .collection = std::string(kKeyUses),
                               .id = std::string(id),
                               .version = before ? before->version + 1 : 1,
                               .key = {},
                               .body = out.take()});
}

void write_key(JsonOut& out, const ApiKey& key, Instant used_at) {
    out.open('{').member("id", key.id).member("name", key.name);
    write_permissions(out, key.may);
    out.list("sources", key.sources).member("created_by", key.created_by);
    out.member("created_at", key.created_at).member_if("expires_at", key.expires_at);
    out.member_if("used_at", used_at).close('}');
}

}  // namespace yinuo::server
