#include "server/gate.h"

#include <algorithm>

#include "server/config.h"
#include "server/keys.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/recognise.h"

namespace yinuo::server {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kBucketsMost = 50'000;
constexpr double kBurstSeconds = 4;  // a bucket holds as much as comes in so many seconds
constexpr double kBadCredentialsCost = 3;
constexpr Millis kUsesApart = minutes(5);

http::Rate rate_of(double per_second) {
    return {.per_second = per_second, .burst = std::max(per_second * kBurstSeconds, 10.0)};
}

Refusal sign_in_needed() {
    return Error{.code = "sign-in-needed",
                 .what = {"需要先登录", "who are you?"},
                 .mend = {"登录，或带上 Authorization: Bearer yn_key_…",
                          "sign in, or send Authorization: Bearer yn_key_…"}};
}

Refusal forbidden(Permission needed) {
    const std::string name(name_of(needed));
    return Error{.code = "forbidden",
                 .what = {"您没有这项权限：" + name, "you may not do this: it needs " + name},
                 .mend = {"请有权限的人来做，或请负责人调整您的角色",
                          "ask somebody who may, or an owner to change your role"}};
}

Refusal foreign_origin() {
    return Error{
        .code = "foreign-origin",
        .what = {"这个请求不是从本站页面发出的", "this request doesn't come from our own pages"},
        .mend = {"从本站页面操作；程序请用 Authorization",
                 "act on our pages; programs send Authorization"}};
}

Refusal too_many() {
    return Error{.code = "too-many-requests",
                 .what = {"请求太密", "these are too many requests"},
                 .mend = {"按 Retry-After 等一会儿再发", "wait as Retry-After says"}};
}

// RFC 9110, 13.1.2: who has this state already is spared the body.
void spare_body(const http::Request& request, http::Response& response) {
    const auto tag = response.header("etag");
    const auto known = request.header("if-none-match");
    if (response.status != 200 || !tag || !known) return;
    if (*known != "*" && !known->contains(*tag)) return;
    response.status = 304;
    response.body.clear();
}

}  // namespace

Gate::Gate(std::vector<Route> routes, http::Router router, http::TrustedProxies proxies,
           const Things& things)
    : routes_(std::move(routes)),
      router_(std::move(router)),
      proxies_(std::move(proxies)),
      things_(things),
      guests_{.lock = {}, .limiter = {rate_of(things.config.rate_guest), kBucketsMost}},
      users_{.lock = {}, .limiter = {rate_of(things.config.rate_user), kBucketsMost}},
      keys_{.lock = {}, .limiter = {rate_of(things.config.rate_key), kBucketsMost}} {}

Result<std::unique_ptr<Gate>> Gate::of(std::vector<Route> routes, const Things& things) {
    std::vector<http::Route> rows;
    for (const auto& route : routes)
        rows.push_back(
            {std::string(route.method), std::string(route.pattern), std::string(route.operation)});
    auto router = TRY(http::Router::of(std::move(rows)));
    auto proxies = TRY(http::TrustedProxies::parse(things.config.trusted_proxies));
    return std::unique_ptr<Gate>(
        new Gate(std::move(routes), std::move(router), std::move(proxies), things));
}

std::size_t Gate::body_max(std::string_view method, std::string_view raw_path) const {
    const auto answer = router_.match(method, raw_path);
    const auto* match = std::get_if<http::Router::Match>(&answer);
    return match == nullptr ? 0 : routes_[match->route].body_max;
}

Gate::Weight Gate::weigh(Weighed as, std::string_view key, double cost) {
    auto& bucket = as == Weighed::Guest ? guests_ : as == Weighed::User ? users_ : keys_;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start_);
    const std::lock_guard hold(bucket.lock);
    return {as, bucket.limiter.take(key, now, cost)};
}

// So that a page may count down by our clock, whatever the visitor's machine thinks the time is.
void Gate::tell_time(http::Response& response) const {
    response.with("Yinuo-Now", std::to_string(things_.engine_clock.now().millis));
    if (things_.demo != nullptr)
        response.with("Yinuo-Clock-Speed", std::to_string(things_.config.demo_speed));
}

void Gate::tell(http::Response& response, const Weight& weight) {
    const auto [as, verdict] = weight;
    auto& bucket = as == Weighed::Guest ? guests_ : as == Weighed::User ? users_ : keys_;
    bucket.limiter.tell(response,
                        as == Weighed::Guest  ? "guest"
                        : as == Weighed::User ? "user"
                                              : "key",
                        verdict);
}

std::string Gate::request_id(const http::Request& request) {
    const auto given = request.header("x-request-id").value_or("");
    const bool fine =
        !given.empty() && given.size() <= 64 && std::ranges::all_of(given, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || c == '.';
        });
    return fine ? std::string(given) : vault::token(things_.entropy, 9);
}

Answered<Session> Gate::admit(const http::Request& request, const Route& route, Instant now,
                              std::optional<Weight>& weight) {
    auto who = recognise(request, things_, now);
    // What is open to everybody is open to those with an old cookie, too.
    if (!who && route.permission == Permission::Public && !request.header("authorization"))
        who = Session{};
    if (!who || !who->known()) {
        weight = weigh(Weighed::Guest, request.remote, who ? route.cost : kBadCredentialsCost);
        if (!weight->verdict.allowed) return deny(too_many());
        if (!who) return deny(who.error());
    } else {
        weight =
            weigh(who->role == Role::Key ? Weighed::Key : Weighed::User, who->actor.id, route.cost);
        if (!weight->verdict.allowed) return deny(too_many());
    }
    if (!from_own_origin(request, things_.config)) return deny(foreign_origin());
    if (route.permission != Permission::Public && !who->known()) return deny(sign_in_needed());
    if (!who->may.has(route.permission)) return deny(forbidden(route.permission));
    if (who->role == Role::Key) note_use(*who, now);
    return who;
}

// Every few minutes only: a key that reports thousands of facts a second writes nothing more by it.
void Gate::note_use(const Session& who, Instant now) {
    {
        const std::lock_guard hold(uses_lock_);
        auto [known, fresh] = uses_.try_emplace(who.actor.id, now);
        if (!fresh && now - known->second < kUsesApart) return;
        known->second = now;
    }
    things_.engine.act(
        [tenant = who.tenant, id = who.actor.id](engine::Turns& turns) -> Result<void> {
            server::note_use(turns, tenant, id);
            return {};
        },
        [](Result<void>) {});
}

void Gate::handle(http::Request&& request, http::Replier replier) {
    const auto began = Steady::now();
    const auto now = things_.clock.now();
    Call call{.request = std::move(request),
              .parameters = {},
              .who = {},
              .things = things_,
              .route = nullptr,
              .request_id = {},
              .at = now};
    call.request.remote = proxies_.client(call.request);  // for every rate and delay
    call.chinese = call.request.wants_chinese();
    call.request_id = request_id(call.request);
    auto weight = std::make_shared<std::optional<Weight>>();
    auto finish = [this, began, weight](const Call& done, http::Response& response) {
        spare_body(done.request, response);
        if (*weight) tell(response, **weight);
        response.with("X-Request-Id", done.request_id);
        tell_time(response);
        if (!response.header("cache-control")) response.with("Cache-Control", "no-store");
        const auto micros =
            std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began).count();
        const auto name = done.route == nullptr ? "none" : done.route->operation;
        things_.metrics.request(name, response.status, micros);
        if (things_.config.log == "info" || response.status >= 500)
            things_.log.request({.method = done.request.method,
                                 .route = name,
                                 .status = response.status,
                                 .micros = micros,
                                 .id = done.request_id,
                                 .actor = done.who.actor.id,
                                 .tenant = done.who.tenant});
    };
    const auto ticket =
        std::make_shared<Exchange>(std::move(call), std::move(replier), std::move(finish));
    auto& asked = ticket->call;
    auto found = router_.match(asked.request.method, asked.request.raw_path);
    if (const auto* wrong = std::get_if<http::Router::WrongMethod>(&found))
        return ticket->answer(http::wrong_method(asked.request, *wrong));
    auto* match = std::get_if<http::Router::Match>(&found);
    if (match == nullptr) return ticket->answer(http::not_found(asked.request));
    const auto& route = routes_[match->route];
    asked.route = &route;
    asked.parameters = std::move(match->parameters);
    try {
        auto who = admit(asked.request, route, now, *weight);
        if (!who) return ticket->answer(deny(who.error()));
        asked.who = std::move(*who);
        dispatch(ticket, route);
    } catch (const store::Trouble& trouble) {
        things_.log.error("store", trouble.error());
        ticket->answer(deny(unavailable()));
    }
}

void Gate::dispatch(Ticket ticket, const Route& route) {
    if (const auto* reads = std::get_if<Reads>(&route.handler))
        ticket->answer((*reads)(ticket->call));
    else
        std::get<Later>(route.handler)(ticket);
}

}  // namespace yinuo::server
