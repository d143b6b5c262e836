#include "server/dispatcher.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/arena.h"
#include "connect/cloud_event.h"
#include "connect/retry.h"
#include "engine/tenants.h"
#include "server/log.h"
#include "server/webhooks.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using State = store::Action::State;

constexpr std::size_t kInFlightMost = 128;
constexpr int kAtEndpointMost = 16;  // a slow receiver doesn't take everybody's places
constexpr int kLookedAtMost = 1'000;
constexpr auto kLook = std::chrono::seconds(1);  // a clock that is set is noticed so late at most
constexpr Millis kGrace = seconds(3);

std::string_view name_of(connect::Fault fault) {
    switch (fault) {
        case connect::Fault::None: return "none";
        case connect::Fault::Unsendable: return "unsendable";
        case connect::Fault::Forbidden: return "forbidden";
        case connect::Fault::Unresolved: return "unresolved";
        case connect::Fault::Refused: return "refused";
        case connect::Fault::TimedOut: return "timed-out";
        case connect::Fault::Tls: return "tls";
        case connect::Fault::Broken: return "broken";
        case connect::Fault::TooLong: return "too-long";
        case connect::Fault::Stopped: return "stopped";
    }
    return "none";
}

// Uniform in [0, 1).
double chance(vault::Entropy& entropy) {
    std::array<std::byte, 4> bytes{};
    entropy.fill(bytes);
    std::uint32_t number = 0;
    for (const auto byte : bytes) number = number << 8 | static_cast<std::uint32_t>(byte);
    return std::ldexp(static_cast<double>(number), -32);
}

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

std::string answer_of(const connect::Outcome& outcome, const Error& why, Instant at) {
    JsonOut out;
    out.open('{').member("at", at).member("status", outcome.status);
    out.member("fault", why.code.empty() ? name_of(outcome.fault) : std::string_view(why.code));
    return out.member_if("excerpt", outcome.excerpt).close('}').take();
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

// What came of an attempt, into the action, the log and perhaps the endpoint.
void write_down(engine::Turns& turns, store::Action action, const connect::Outcome& outcome,
                const Error& why) {
    ++action.attempts;
    action.answer = answer_of(outcome, why, turns.now());
    const auto next = why.code.empty()
                          ? connect::next_attempt(action.attempts, outcome, chance(turns.entropy()))
                          : connect::Next{.then = connect::Then::Dead};
    std::string_view then = "again";
    switch (next.then) {
        case connect::Then::Done:
            action.state = State::Done;
            then = "done";
            break;
        case connect::Then::Again: action.due_at = turns.now() + next.wait; break;
        case connect::Then::Disable:
            action.state = State::Dead;
            then = "disabled";
            disable(turns, action);
            break;
        case connect::Then::Dead:
            action.state = State::Dead;
            then = "dead";
            break;
    }
    turns.rows().put_action(action);
    JsonOut body;
    body.open('{').member("action", action.id).member("attempt", action.attempts);
    body.member("endpoint", action.target).member("fault", name_of(outcome.fault));
    body.member("status", outcome.status).member("then", then).close('}');
    turns.append(action.tenant, engine::EntryKind::Delivery, body.take());
}

}  // namespace

Dispatcher::Dispatcher(const Ground& ground, connect::Courier courier)
    : ground_(ground), courier_(std::move(courier)) {}

Result<std::unique_ptr<Dispatcher>> Dispatcher::open(const Ground& ground) {
    auto courier = TRY(connect::Courier::open({.reach = ground.reach}));
    return std::unique_ptr<Dispatcher>(new Dispatcher(ground, std::move(courier)));
}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::start() {
    thread_ = std::thread([this] { run(); });
}

void Dispatcher::stop() {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(stopping_, true)) return;
    }
    news_.notify_all();
    if (thread_.joinable()) thread_.join();
    courier_.stop(kGrace);
}

void Dispatcher::nudge() {
    {
        const std::lock_guard hold(lock_);
        nudged_ = true;
    }
    news_.notify_all();
}

void Dispatcher::run() {
    std::unique_lock hold(lock_);
    while (!stopping_) {
        nudged_ = false;
        hold.unlock();
        try {
            send_due();
        } catch (const store::Trouble& trouble) {
            ground_.log.error("dispatcher", trouble.error());
        }
        hold.lock();
        news_.wait_for(hold, kLook, [this] { return nudged_ || stopping_; });
    }
}

void Dispatcher::send_due() {
    const auto reading = ground_.store.read();
    const auto now = ground_.clock.now();
    if (reading->next_action_at() > now) return;
    for (const auto& action : reading->actions_due(now, kLookedAtMost)) {
        if (action.topic != kWebhookTopic) continue;
        {
            const std::lock_guard hold(lock_);
            if (stopping_ || in_flight_.size() >= kInFlightMost) return;
            auto& there = at_endpoint_[action.target];
            if (there >= kAtEndpointMost || in_flight_.contains(action.id)) continue;
            ++there;
            in_flight_.emplace(action.id, action.target);
        }
        send(*reading, action);
    }
}

void Dispatcher::send(store::Reading& reading, const store::Action& action) {
    const auto now = ground_.wall.now();
    const auto kept = find_endpoint(reading, action.tenant, action.target);
    if (!kept) return record(action.id, {}, {.code = "no-endpoint", .what = {}});
    if (!kept->endpoint.enabled) return record(action.id, {}, {.code = "disabled", .what = {}});
    const auto secrets = secrets_of(kept->endpoint, ground_.server_key, now);
    const auto tenant = engine::tenant(reading, action.tenant);
    const auto event = event_of(action, tenant ? tenant->name : "");
    if (!secrets || secrets->empty() || event.id.empty())
        return record(action.id, {}, {.code = "unsendable", .what = {}});
    connect::Delivery delivery{.url = kept->endpoint.url, .body = connect::to_json(event)};
    const auto signature = vault::sign_webhook(event.id, now.millis, delivery.body, *secrets);
    delivery.headers = {{"content-type", std::string(connect::kCloudEventType)},
                        {"webhook-id", signature.id},
                        {"webhook-timestamp", signature.timestamp},
                        {"webhook-signature", signature.signature}};
    const auto id = action.id;
    const bool taken = courier_.deliver(std::move(delivery), [this, id](connect::Outcome outcome) {
        record(id, std::move(outcome));
    });
    if (!taken) finished(id);
}

void Dispatcher::record(std::int64_t id, connect::Outcome outcome, Error why) {
    // We broke it off ourselves: it is as if it had not been tried.
    if (outcome.fault == connect::Fault::Stopped) return finished(id);
    ground_.engine.act(
        [id, outcome = std::move(outcome),
         why = std::move(why)](engine::Turns& turns) -> Result<void> {
            auto action = turns.rows().action(id);
            if (action && action->state == State::Waiting)
                write_down(turns, std::move(*action), outcome, why);
            return {};
        },
        [this, id](const Result<void>& done) {
            if (!done) ground_.log.warn("dispatcher", done.error());
            finished(id);
        });
}

void Dispatcher::finished(std::int64_t id) {
    const std::lock_guard hold(lock_);
    const auto found = in_flight_.find(id);
    if (found == in_flight_.end()) return;
    const auto at = at_endpoint_.find(found->second);
    if (at != at_endpoint_.end() && --at->second <= 0) at_endpoint_.erase(at);
    in_flight_.erase(found);
}

}  // namespace yinuo::server
