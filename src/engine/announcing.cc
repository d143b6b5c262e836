#include "engine/announcing.h"

#include "base/json_text.h"
#include "engine/canonical_json.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

constexpr int kEndpointsMost = 200;  // of one tenant

bool wants(const std::vector<std::string>& types, std::string_view type) {
    if (types.empty()) return true;
    for (const std::string& wanted : types) {
        if (wanted == type) return true;
        if (wanted.ends_with('*') &&
            type.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1)))
            return true;
    }
    return false;
}

}  // namespace

const std::vector<Announcer::Endpoint>& Announcer::endpoints(store::TenantId tenant) {
    const auto [found, fresh] = endpoints_.try_emplace(tenant);
    if (!fresh) return found->second;
    for (const auto& document : rows_.documents(tenant, kEndpoints, {}, kEndpointsMost)) {
        Arena memory;
        const auto body = wire::parse_json(document.body, memory);
        if (!body) continue;
        const auto* enabled = body->find("enabled");
        if (enabled != nullptr && !enabled->truth().value_or(false)) continue;
        Endpoint endpoint{.id = document.id, .types = {}};
        if (const auto* types = body->find("types"))
            for (const auto& type : types->items)
                if (const auto text = type.string()) endpoint.types.emplace_back(*text);
        found->second.push_back(std::move(endpoint));
    }
    return found->second;
}

void Announcer::announce(store::TenantId tenant, std::string_view type, std::string_view subject,
                         std::string_view data, store::Position cause, Instant now) {
    notices_.tell(tenant, type, subject, data, cause, now);
    recoveries_.tell(tenant, type, subject, cause, now);
    const auto& wanted = endpoints(tenant);
    if (wanted.empty()) return;
    if (cause != cause_) {
        cause_ = cause;
        told_ = 0;
    }
    const std::string id = std::to_string(cause) + "-" + std::to_string(told_++);
    std::string body = "{\"id\":\"" + id + "\",\"type\":";
    append_json_string(body, type);
    body += ",\"subject\":";
    append_json_string(body, subject);
    body += ",\"time\":\"" + instant_text(now) + "\",\"data\":";
    body += data.empty() ? "null" : data;
    body += '}';
    for (const auto& endpoint : wanted)
        if (wants(endpoint.types, type))
            rows_.put_action({.tenant = tenant,
                              .topic = std::string(kWebhookTopic),
                              .key = id + "@" + endpoint.id,
                              .target = endpoint.id,
                              .cause = cause,
                              .due_at = now,
                              .body = body,
                              .answer = {}});
}

std::string audit_body(const Actor& actor, std::string_view what, std::string_view about,
                       std::string_view more) {
    std::string body = "{\"actor\":";
    append_json_string(body, actor.id);
    body += ",\"name\":";
    append_json_string(body, actor.name);
    body += ",\"what\":";
    append_json_string(body, what);
    body += ",\"about\":";
    append_json_string(body, about);
    if (!more.empty()) (body += ',') += more;
    body += '}';
    return body;
}

}  // namespace yinuo::engine
