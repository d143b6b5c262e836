#include "server/webhooks.h"

#include "base/arena.h"
#include "vault/encoding.h"
#include "vault/seal.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kSecretsMost = 3;

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

Instant instant_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? Instant::max() : Instant{found->integer().value_or(0)};
}

vault::Key key_of(const vault::Key& server_key) { return vault::derive(server_key, "webhook", ""); }

}  // namespace

std::string Endpoint::to_json() const {
    JsonOut out;
    out.open('{').member("id", id).member("title", title).member("url", url);
    out.list("types", types).member("enabled", enabled).member("why_disabled", why_disabled);
    out.key("secrets").open('[');
    for (const auto& secret : secrets) {
        out.open('{').member("sealed", vault::to_base64(secret.sealed, vault::Base64::Standard));
        out.member("until", secret.until.millis).close('}');
    }
    out.close(']').member("created_by", created_by);
    return out.member("created_at", created_at.millis).close('}').take();
}

Result<Endpoint> Endpoint::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Endpoint endpoint{.id = text_of(json, "id"),
                      .title = text_of(json, "title"),
                      .url = text_of(json, "url"),
                      .types = {},
                      .why_disabled = text_of(json, "why_disabled"),
                      .secrets = {},
                      .created_by = text_of(json, "created_by"),
                      .created_at = instant_of(json, "created_at")};
    if (const auto* types = json.find("types"))
        for (const auto& type : types->items) endpoint.types.emplace_back(type.text);
    if (const auto* enabled = json.find("enabled"))
        endpoint.enabled = enabled->truth().value_or(false);
    if (const auto* secrets = json.find("secrets"))
        for (const auto& secret : secrets->items)
            endpoint.secrets.push_back(
                {vault::from_base64(text_of(secret, "sealed"), vault::Base64::Standard)
                     .value_or(""),
                 instant_of(secret, "until")});
    return endpoint;
}

std::optional<KeptEndpoint> find_endpoint(store::Reading& reading, store::TenantId tenant,
                                          std::string_view id) {
    const auto document = reading.document(tenant, kWebhooks, id);
    if (!document) return std::nullopt;
    auto endpoint = Endpoint::from_json(document->body);
    if (!endpoint) return std::nullopt;
    return KeptEndpoint{std::move(*endpoint), document->version};
}

Result<KeptEndpoint> put_endpoint(engine::Turns& turns, store::TenantId tenant, Endpoint endpoint,
                                  std::int64_t etag) {
    if (!turns.rows().put_document({.tenant = tenant,
                                    .collection = std::string(kWebhooks),
                                    .id = endpoint.id,
                                    .version = etag + 1,
                                    .key = {},
                                    .body = endpoint.to_json()}))
        return refuse({.code = "stale",
                       .what = {"别人已经改过了", "somebody else has changed this since"},
                       .mend = {"重新读取，再改一次", "read it again and repeat the change"}});
    return KeptEndpoint{std::move(endpoint), etag + 1};
}

vault::WebhookSecret renew_secret(Endpoint& endpoint, const vault::Key& server_key,
                                  vault::Entropy& entropy, Instant now) {
    auto secret = vault::WebhookSecret::make(entropy);
    std::erase_if(endpoint.secrets, [&](const auto& old) { return old.until <= now; });
    for (auto& old : endpoint.secrets) old.until = std::min(old.until, now + hours(kSecretHours));
    endpoint.secrets.insert(
        endpoint.secrets.begin(),
        {vault::seal(key_of(server_key), secret.text().expose(), endpoint.id, entropy)});
    if (endpoint.secrets.size() > kSecretsMost) endpoint.secrets.resize(kSecretsMost);
    return secret;
}

Result<std::vector<vault::WebhookSecret>> secrets_of(const Endpoint& endpoint,
                                                     const vault::Key& server_key, Instant now) {
    std::vector<vault::WebhookSecret> all;
    const auto key = key_of(server_key);
    for (const auto& secret : endpoint.secrets) {
        if (secret.until <= now) continue;
        auto text = TRY(vault::open(key, secret.sealed, endpoint.id));
        all.push_back(TRY(vault::WebhookSecret::parse(text)));
        vault::wipe(text);
    }
    return all;
}

void write_endpoint(JsonOut& out, const Endpoint& endpoint) {
    out.open('{').member("id", endpoint.id).member("title", endpoint.title);
    out.member("url", endpoint.url).list("types", endpoint.types);
    out.member("enabled", endpoint.enabled).member_if("why_disabled", endpoint.why_disabled);
    out.member("created_by", endpoint.created_by).member("created_at", endpoint.created_at);
    out.close('}');
}

}  // namespace yinuo::server
