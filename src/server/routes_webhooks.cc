// Webhooks: where a tenant has its events delivered, and what became of each delivery.
#include <algorithm>
#include <charconv>

#include "engine/noticing.h"
#include "server/action_page.h"
#include "server/body.h"
#include "server/config.h"
#include "server/routes.h"
#include "server/webhooks.h"
#include "time/civil.h"

namespace yinuo::server {
namespace {

using State = store::Action::State;

constexpr std::size_t kEndpointsMost = 200;

Refusal no_webhook() { return no_such({"接收端点", "webhook"}); }
Refusal no_delivery() { return no_such({"投递", "delivery"}); }

struct WebhookWish {
    std::optional<std::string> title, url;
    std::optional<std::vector<std::string>> types;
    std::optional<bool> enabled;
};
void describe(Members& in, WebhookWish& into) {
    in.may("title", into.title, {.least = 1, .most = 80});
    in.may("url", into.url, {.least = 8, .most = 2000});
    in.may("types", into.types, {.least = 0, .most = 50}, {.least = 1, .most = 80});
    in.may("enabled", into.enabled);
}
struct NewWebhook : WebhookWish {};
void describe(Members& in, NewWebhook& into) {
    in.require("url");
    describe(in, static_cast<WebhookWish&>(into));
}

bool is_type(std::string_view type) {
    if (type.ends_with('*')) type.remove_suffix(1);
    return std::ranges::all_of(type, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

bool is_url(std::string_view url, bool plain_too) {
    const bool plain = plain_too && url.starts_with("http://");
    if (!plain && !url.starts_with("https://")) return false;
    auto host = url.substr(url.find("://") + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    const bool clean =
        std::ranges::all_of(url, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
    return clean && !host.empty() && !host.contains('@');
}

Answered<void> check_wish(const Call& call, const WebhookWish& wish) {
    std::vector<http::Flaw> flaws;
    const bool plain_too = call.things.config.private_webhooks;
    if (wish.url && !is_url(*wish.url, plain_too))
        flaws.push_back({.error = {.code = "bad-url",
                                   .what = {"这个地址不能用", "this address won't do"},
                                   .mend = {"写完整的 https:// 地址，不带用户名和密码",
                                            "write a whole https:// address, without a user or "
                                            "password in it"}},
                         .pointer = "/url"});
    for (std::size_t i = 0; wish.types && i < wish.types->size(); ++i)
        if (!is_type((*wish.types)[i]))
            flaws.push_back({.error = {.code = "bad-type",
                                       .what = {"这不像事件类型", "this is no type of event"},
                                       .mend = {"例如 obligation.broken，或 obligation.*",
                                                "for example obligation.broken, or obligation.*"}},
                             .pointer = "/types/" + std::to_string(i)});
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return {};
}

void apply(Endpoint& endpoint, const WebhookWish& wish) {
    endpoint.title = wish.title.value_or(endpoint.title);
    endpoint.url = wish.url.value_or(endpoint.url);
    endpoint.types = wish.types.value_or(endpoint.types);
    endpoint.enabled = wish.enabled.value_or(endpoint.enabled);
    if (wish.enabled) endpoint.why_disabled.clear();
}

Answer list_webhooks(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found = call.things.store.read()->documents(call.who.tenant, kWebhooks, wish->after,
                                                           wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        if (const auto endpoint = Endpoint::from_json(document.body))
            write_endpoint(items, *endpoint);
    }
    return page(call, items.text(), next);
}

Answer read_webhook(const Call& call) {
    const auto kept =
        find_endpoint(*call.things.store.read(), call.who.tenant, call.parameter("id"));
    if (!kept) return deny(no_webhook());
    JsonOut out;
    write_endpoint(out, kept->endpoint);
    return ok(out, kept->etag);
}

// The one answer that shows a secret.
std::string with_secret(const Endpoint& endpoint, const vault::WebhookSecret& secret) {
    JsonOut out, shown;
    write_endpoint(shown, endpoint);
    out.open('{').key("webhook").raw(shown.text());
    return out.member("secret", secret.text().expose()).close('}').take();
}

void add(Ticket ticket) {
    auto given = read_body<NewWebhook>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (auto fine = check_wish(ticket->call, *given); !fine)
        return ticket->answer(deny(fine.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto others = turns.rows().documents(call.who.tenant, kWebhooks, {}, kEndpointsMost);
        if (others.size() >= kEndpointsMost)
            return deny(Error{.code = "too-many",
                              .what = {"接收端点太多", "these are too many webhooks"},
                              .mend = {"最多 200 个，先删去不用的",
                                       "200 at most; remove those that nobody needs"}});
        Endpoint endpoint{.id = "whk_" + vault::token(turns.entropy(), 12),
                          .title = {},
                          .url = {},
                          .types = {},
                          .why_disabled = {},
                          .secrets = {},
                          .created_by = call.who.actor.id,
                          .created_at = turns.now()};
        apply(endpoint, given);
        const auto secret =
            renew_secret(endpoint, call.things.server_key, turns.entropy(), turns.now());
        const auto kept = TRY(put_endpoint(turns, call.who.tenant, std::move(endpoint), 0));
        turns.audit(call.who.actor, "webhook.added", kept.endpoint.id);
        return http::Response::json(201, with_secret(kept.endpoint, secret))
            .with("Location", "/api/v1/webhooks/" + kept.endpoint.id)
            .with("ETag", etag_text(kept.etag));
    });
}

void change(Ticket ticket) {
    const auto& call = ticket->call;
    if (!find_endpoint(*call.things.store.read(), call.who.tenant, call.parameter("id")))
        return ticket->answer(deny(no_webhook()));
    auto given = read_body<WebhookWish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (auto fine = check_wish(call, *given); !fine) return ticket->answer(deny(fine.error()));
    const auto etag = etag_of(call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        auto kept = find_endpoint(turns.rows(), who.tenant, ticket->call.parameter("id"));
        if (!kept) return deny(no_webhook());
        apply(kept->endpoint, given);
        const auto changed = TRY(put_endpoint(turns, who.tenant, std::move(kept->endpoint), etag));
        turns.audit(who.actor, "webhook.changed", changed.endpoint.id);
        JsonOut out;
        write_endpoint(out, changed.endpoint);
        return ok(out, changed.etag);
    });
}

void remove(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto id = ticket->call.parameter("id");
        if (!turns.rows().remove_document(who.tenant, kWebhooks, id)) return deny(no_webhook());
        turns.audit(who.actor, "webhook.removed", id);
        return http::Response::empty();
    });
}

void rotate(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto kept = find_endpoint(turns.rows(), call.who.tenant, call.parameter("id"));
        if (!kept) return deny(no_webhook());
        const auto secret =
            renew_secret(kept->endpoint, call.things.server_key, turns.entropy(), turns.now());
        const auto changed =
            TRY(put_endpoint(turns, call.who.tenant, std::move(kept->endpoint), kept->etag));
        turns.audit(call.who.actor, "webhook.secret_renewed", changed.endpoint.id);
        return http::Response::json(200, with_secret(changed.endpoint, secret))
            .with("ETag", etag_text(changed.etag));
    });
}

// A delivery like any other, to see that it arrives.
void test(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const std::string id(ticket->call.parameter("id"));
        const auto kept = find_endpoint(turns.rows(), who.tenant, id);
        if (!kept) return deny(no_webhook());
        if (!kept->endpoint.enabled)
            return deny(Refusal({.code = "webhook-disabled",
                                 .what = {"这个端点已停用", "this webhook is disabled"},
                                 .mend = {"先启用它", "enable it first"}},
                                409));
        const auto event = "test-" + vault::token(turns.entropy(), 9);
        JsonOut body;
        body.open('{').member("id", event).member("type", "webhook.test").member("subject", id);
        body.member("time", turns.now()).key("data").open('{').member("by", who.actor.id);
        body.close('}').close('}');
        const auto action = turns.rows().put_action({.tenant = who.tenant,
                                                     .topic = std::string(kWebhookTopic),
                                                     .key = event + "@" + id,
                                                     .target = id,
                                                     .due_at = turns.now(),
                                                     .body = body.take(),
                                                     .answer = {}});
        // A webhook can be sent anywhere: who had that done is written down.
        turns.audit(who.actor, "webhook.tested", id);
        JsonOut out;
        out.open('{').member("delivery", action).close('}');
        return http::Response::json(202, out.take());
    });
}

// --- deliveries -----------------------------------------------------------------------------------

void write_delivery(JsonOut& out, const store::Action& action) {
    Arena memory;
    const auto body = wire::parse_json(action.body, memory);
    const auto text = [&](std::string_view name) {
        const auto* found = body ? body->find(name) : nullptr;
        return found == nullptr ? std::string_view() : found->text;
    };
    out.open('{').member("id", action.id).member("webhook", action.target);
    out.member("event", text("id")).member("type", text("type"));
    out.member_if("subject", text("subject"));
    out.member("state", kActionStates[static_cast<std::size_t>(action.state)]);
    out.member("attempts", action.attempts);
    if (action.state == State::Waiting) out.member("due_at", action.due_at);
    if (!action.answer.empty()) out.key("answer").raw(action.answer);
    out.close('}');
}

Answer list_deliveries(const Call& call) {
    const auto reading = call.things.store.read();
    const auto id = call.parameter("id");
    if (!find_endpoint(*reading, call.who.tenant, id)) return deny(no_webhook());
    const auto found = action_page(call, *reading, id);
    if (!found) return deny(found.error());
    JsonOut items;
    for (const auto& action : found->actions) write_delivery(items, action);
    return page(call, items.text(), found->next);
}

void replay(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        auto text = ticket->call.parameter("id");
        if (text.starts_with("ntc_")) text.remove_prefix(4);  // a notice's
        std::int64_t id = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
        auto action = read.ec == std::errc() && read.ptr == text.data() + text.size()
                          ? turns.rows().action(id)
                          : std::nullopt;
        const bool notice = action && action->topic == engine::kNoticeTopic;
        if (!action || action->tenant != who.tenant ||
            (action->topic != kWebhookTopic && !(notice && action->state == State::Dead)))
            return deny(no_delivery());
        const auto kept = find_endpoint(turns.rows(), who.tenant, action->target);
        if (!notice && (!kept || !kept->endpoint.enabled))
            return deny(
                Refusal({.code = "webhook-disabled",
                         .what = {"端点已停用或已删除", "its webhook is disabled or was removed"},
                         .mend = {"先启用它", "enable it first"}},
                        409));
        action->state = State::Waiting;
        action->attempts = 0;
        action->due_at = turns.now();
        turns.rows().put_action(*action);
        turns.audit(who.actor, "delivery.replayed", std::to_string(id));
        JsonOut out;
        write_delivery(out, *action);
        return http::Response::json(202, out.take());
    });
}

constexpr auto kRead = Permission::WebhooksRead;
constexpr auto kWrite = Permission::WebhooksWrite;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/webhooks", "listWebhooks", kRead, list_webhooks, 0},
    {"POST", "/api/v1/webhooks", "addWebhook", kWrite, add, 16 * 1024, true},
    {"GET", "/api/v1/webhooks/{id}", "readWebhook", kRead, read_webhook, 0},
    {"PATCH", "/api/v1/webhooks/{id}", "changeWebhook", kWrite, change, 16 * 1024},
    {"DELETE", "/api/v1/webhooks/{id}", "removeWebhook", kWrite, remove, 0},
    {"POST", "/api/v1/webhooks/{id}/rotate", "rotateSecret", kWrite, rotate, 1024},
    {"POST", "/api/v1/webhooks/{id}/test", "testWebhook", kWrite, test, 1024, false, 5},
    {"GET", "/api/v1/webhooks/{id}/deliveries", "listDeliveries", kRead, list_deliveries, 0},
    {"POST", "/api/v1/deliveries/{id}/replay", "replayDelivery", kWrite, replay, 1024},
};

}  // namespace

std::span<const Route> webhook_routes() { return kRoutes; }

}  // namespace yinuo::server
