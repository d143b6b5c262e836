#include "server/connectors.h"

#include <algorithm>

#include "base/arena.h"
#include "vault/encoding.h"
#include "vault/seal.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using Kind = Connector::Kind;

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}

std::string bytes_of(const wire::Json& json, std::string_view name) {
    return vault::from_base64(text_of(json, name), vault::Base64::Standard).value_or("");
}

std::string_view word_of(Kind kind) { return kConnectorKinds[static_cast<std::size_t>(kind)]; }

vault::Key key_of(const vault::Key& server_key) {
    return vault::derive(server_key, "connector", "");
}

// What a sealed text is bound to, so that it fits no other connector and no other place.
std::string bound_to(const Connector& connector, std::string_view what) {
    return connector.name + "/" + std::string(what);
}

void write_faults(JsonOut& out, const Faults& faults) {
    out.key("faults").open('{').member("time_out", faults.time_out);
    out.member("twice", faults.twice).member("refuse", faults.refuse).member("lie", faults.lie);
    out.member("busy", faults.busy).close('}');
}

}  // namespace

std::string Connector::to_json() const {
    JsonOut out;
    out.open('{').member("name", name).member("kind", word_of(kind)).member("url", url);
    out.member("secret", vault::to_base64(secret, vault::Base64::Standard));
    out.member("token", vault::to_base64(token, vault::Base64::Standard));
    out.member("timeout", timeout.count);
    write_faults(out, faults);
    return out.member("changed_at", changed_at.millis).close('}').take();
}

Result<Connector> Connector::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Connector connector{.name = text_of(json, "name"),
                        .url = text_of(json, "url"),
                        .secret = bytes_of(json, "secret"),
                        .token = bytes_of(json, "token"),
                        .timeout = Millis{number_of(json, "timeout")},
                        .changed_at = Instant{number_of(json, "changed_at")}};
    const auto* kind = std::ranges::find(kConnectorKinds, text_of(json, "kind"));
    if (kind != std::end(kConnectorKinds))
        connector.kind = static_cast<Kind>(kind - kConnectorKinds);
    if (const auto* faults = json.find("faults"))
        connector.faults = {.time_out = number_of(*faults, "time_out"),
                            .twice = number_of(*faults, "twice"),
                            .refuse = number_of(*faults, "refuse"),
                            .lie = number_of(*faults, "lie"),
                            .busy = number_of(*faults, "busy")};
    return connector;
}

std::optional<KeptConnector> find_connector(store::Reading& reading, store::TenantId tenant,
                                            std::string_view name) {
    if (const auto document = reading.document(tenant, kConnectors, name)) {
        auto connector = Connector::from_json(document->body);
        if (!connector) return std::nullopt;
        return KeptConnector{std::move(*connector), document->version};
    }
    for (const auto kind : {Kind::Sandbox, Kind::Csv, Kind::Hand})
        if (name == word_of(kind))
            return KeptConnector{{.kind = kind, .name = std::string(name)}, 0};
    return std::nullopt;
}

std::string seal_for(const Connector& connector, std::string_view what, std::string_view text,
                     const vault::Key& server_key, vault::Entropy& entropy) {
    return vault::seal(key_of(server_key), text, bound_to(connector, what), entropy);
}

Result<connect::PayoutSystem> system_of(const Connector& connector, const vault::Key& server_key) {
    connect::PayoutSystem system{.url = connector.url, .timeout = connector.timeout};
    const auto key = key_of(server_key);
    if (!connector.secret.empty()) {
        auto text = TRY(vault::open(key, connector.secret, bound_to(connector, "secret")));
        system.secrets.push_back(TRY(vault::WebhookSecret::parse(text)));
        vault::wipe(text);
    }
    if (!connector.token.empty()) {
        auto text = TRY(vault::open(key, connector.token, bound_to(connector, "token")));
        system.token = vault::Secret<connect::BearerToken>(text);
        vault::wipe(text);
    }
    return system;
}

void write_connector(JsonOut& out, const Connector& connector) {
    out.open('{').member("name", connector.name).member("kind", word_of(connector.kind));
    out.member_if("url", connector.url);
    if (connector.kind == Kind::Http) {
        out.member("signs", !connector.secret.empty())
            .member("has_token", !connector.token.empty());
        out.member("timeout_seconds", connector.timeout.count / 1000);
    }
    if (connector.kind == Kind::Sandbox) write_faults(out, connector.faults);
    out.member_if("changed_at",
                  connector.changed_at == Instant{} ? Instant::max() : connector.changed_at);
    out.close('}');
}

}  // namespace yinuo::server
