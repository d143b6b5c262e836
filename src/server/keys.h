// API keys: documents of the collection "key" of their tenant. A document of tenant 0, collection
// "key-hash", under the hash of the key's text says whose it is: a request is recognised by it.
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
#include "vault/token.h"

namespace yinuo::server {

inline constexpr std::string_view kKeys = "key";
inline constexpr std::string_view kKeyHashes = "key-hash";
inline constexpr std::string_view kKeyUses = "key-use";

struct ApiKey {
    std::string id;    // "key_…"
    std::string name;  // what it is for
    Permissions may;
    std::vector<std::string> sources;  // for which it may report facts; empty: all
    std::string hash;                  // hex of SHA-256
    std::string created_by;
    Instant created_at;
    Instant expires_at = Instant::max();

    std::string to_json() const;
    static Result<ApiKey> from_json(std::string_view);
};

struct KeptKey {
    ApiKey key;
    std::int64_t etag = 0;
};

std::optional<KeptKey> find_key(store::Reading&, store::TenantId, std::string_view id);
// By the hash of its text, in whichever tenant.
struct FoundKey {
    store::TenantId tenant = 0;
    KeptKey kept;
};
std::optional<FoundKey> key_by_hash(store::Reading&, std::string_view hash_hex);

struct NewKey {
    KeptKey kept;
    vault::Secret<vault::TokenText> text;  // shown once
};
Result<NewKey> add_key(engine::Turns&, const engine::Actor&, store::TenantId, ApiKey);
Result<KeptKey> change_key(engine::Turns&, const engine::Actor&, store::TenantId, ApiKey,
                           std::int64_t etag);
// Works no more from now on. False: there is no such key.
bool remove_key(engine::Turns&, const engine::Actor&, store::TenantId, std::string_view id);

// When it was last used, to a few minutes (a document of its own, so that no etag changes by it);
// max: never.
Instant used_at(store::Reading&, store::TenantId, std::string_view id);
void note_use(engine::Turns&, store::TenantId, std::string_view id);

void write_key(JsonOut&, const ApiKey&, Instant used_at);

}  // namespace yinuo::server
