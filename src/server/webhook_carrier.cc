#include "server/webhook_carrier.h"

#include "base/arena.h"
#include "connect/cloud_event.h"
#include "engine/tenants.h"
#include "server/webhooks.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

// The queued body (engine/announcing.cc) as the event that is sent; empty `id` when it is none.
connect::CloudEvent event_of(const store::Action& action, std::string_view tenant) {
    Arena memory;
    connect::CloudEvent event;
    const auto json = wire::parse_json(action.body, memory);
    if (!json) return event;
    const auto text = [&](std::string_view name) {
        const auto* found = json->find(name);
        return std::string(found == nullptr ? std::string_view() : found->text);
    };
    event.id = text("id");
    event.source = "/tenants/" + std::string(tenant);
    event.type = "com.yinuo." + text("type");
    event.subject = text("subject");
    event.time = parse_instant(text("time")).value_or(action.due_at);
    // The body ends with its data, word for word as it was queued.
    const auto at = action.body.find(",\"data\":");
    if (const auto* data = json->find("data"); data != nullptr && !data->is_null())
        event.data = action.body.substr(at + 8, action.body.size() - at - 9);
    return event;
}

void disable(engine::Turns& turns, const store::Action& action) {
    auto kept = find_endpoint(turns.rows(), action.tenant, action.target);
    if (!kept || !kept->endpoint.enabled) return;
    kept->endpoint.enabled = false;
    kept->endpoint.why_disabled = "410";
    if (put_endpoint(turns, action.tenant, std::move(kept->endpoint), kept->etag))
        turns.audit({.tenant = action.tenant, .id = "system", .name = "system"}, "webhook.disabled",
                    action.target, "\"reason\":\"410\"");
}

Carrier::Outcome answered(connect::Outcome outcome) {
    // We broke it off ourselves: it is as if it had not been tried.
    if (outcome.fault == connect::Fault::Stopped) return {};
    return [outcome = std::move(outcome)](engine::Turns& turns, store::Action action) {
        const auto next =
            connect::next_attempt(action.attempts + 1, outcome, chance(turns.entropy()));
        if (next.then == connect::Then::Disable) disable(turns, action);
        write_attempt(turns, std::move(action),
                      {.next = next,
                       .fault = std::string(name_of(outcome.fault)),
                       .status = outcome.status,
                       .excerpt = outcome.excerpt});
    };
}

Carrier::Outcome never(std::string fault) {
    return [fault = std::move(fault)](engine::Turns& turns, store::Action action) {
        write_attempt(turns, std::move(action),
                      {.next = {.then = connect::Then::Dead}, .fault = fault});
    };
}

}  // namespace

std::string_view WebhookCarrier::topic() const { return kWebhookTopic; }

void WebhookCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    const auto now = wall_.now();
    const auto kept = find_endpoint(reading, action.tenant, action.target);
    if (!kept) return done(never("no-endpoint"));
    if (!kept->endpoint.enabled) return done(never("disabled"));
    const auto secrets = secrets_of(kept->endpoint, server_key_, now);
    const auto tenant = engine::tenant(reading, action.tenant);
    const auto event = event_of(action, tenant ? tenant->name : "");
    if (!secrets || secrets->empty() || event.id.empty()) return done(never("unsendable"));
    connect::Delivery delivery{.url = kept->endpoint.url, .body = connect::to_json(event)};
    const auto signature = vault::sign_webhook(event.id, now.millis, delivery.body, *secrets);
    delivery.headers = {{"content-type", std::string(connect::kCloudEventType)},
                        {"webhook-id", signature.id},
                        {"webhook-timestamp", signature.timestamp},
                        {"webhook-signature", signature.signature}};
    const bool taken = courier_.deliver(std::move(delivery), [done](connect::Outcome outcome) {
        done(answered(std::move(outcome)));
    });
    if (!taken) done({});
}

}  // namespace yinuo::server
