// Endpoints to which a tenant has its events delivered: documents of the collection "webhook".
//
// The engine reads `enabled` and `types` of them when it queues deliveries (engine/announcing.h).
// Secrets are sealed under a key of the installation and shown once, when they are made. A new one
// signs together with the one before it for kSecretHours, so that receivers can change over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "server/json_out.h"
#include "store/store.h"
#include "vault/webhook_signature.h"

namespace yinuo::server {

inline constexpr std::string_view kWebhooks = "webhook";
inline constexpr std::string_view kWebhookTopic = "webhook";
inline constexpr std::int64_t kSecretHours = 24;

struct SealedSecret {
    std::string sealed;
    Instant until = Instant::max();  // max: the newest
};

struct Endpoint {
    std::string id;  // "whk_…"
    std::string title;
    std::string url;
    std::vector<std::string> types;  // empty: all; "obligation.*" by prefix
    bool enabled = true;
    std::string why_disabled;           // empty: a person did it
    std::vector<SealedSecret> secrets;  // the newest first
    std::string created_by;
    Instant created_at;

    std::string to_json() const;  // for the store only
    static Result<Endpoint> from_json(std::string_view);
};

struct KeptEndpoint {
    Endpoint endpoint;
    std::int64_t etag = 0;
};
std::optional<KeptEndpoint> find_endpoint(store::Reading&, store::TenantId, std::string_view id);
// Refuses a stale etag (0: it is new).
Result<KeptEndpoint> put_endpoint(engine::Turns&, store::TenantId, Endpoint, std::int64_t etag);

// A new newest secret.
vault::WebhookSecret renew_secret(Endpoint&, const vault::Key& server_key, vault::Entropy&,
                                  Instant now);
// Those that sign at `now`, the newest first.
Result<std::vector<vault::WebhookSecret>> secrets_of(const Endpoint&, const vault::Key& server_key,
                                                     Instant now);

// As people may see it: without its secrets.
void write_endpoint(JsonOut&, const Endpoint&);

}  // namespace yinuo::server
