#include "server/idempotency.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "server/log.h"
#include "tlog/hash.h"
#include "vault/encoding.h"
#include "vault/seal.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

std::string hex_of(std::string_view text) { return vault::to_hex(tlog::sha256(text).view()); }

std::string headers_and_body(const http::Response& response) {
    JsonOut out;
    out.open('{').member("status", response.status).key("headers").open('{');
    for (const auto& [name, value] : response.headers) out.member(name, value);
    return out.close('}').member("body", response.body).close('}').take();
}

std::optional<http::Response> read_answer(std::string_view text) {
    Arena memory;
    const auto json = wire::parse_json(text, memory);
    if (!json) return std::nullopt;
    const auto* status = json->find("status");
    const auto* headers = json->find("headers");
    const auto* body = json->find("body");
    if (status == nullptr || headers == nullptr || body == nullptr) return std::nullopt;
    http::Response response{.status = static_cast<int>(status->integer().value_or(500))};
    for (const auto& [name, value] : headers->members)
        response.with(std::string(name), std::string(value.text));
    response.body = body->text;
    return response;
}

}  // namespace

Answered<std::optional<Once>> Once::of(const Call& call) {
    const auto key = call.request.header("idempotency-key");
    if (!key || !call.route->idempotent) return std::nullopt;
    const bool readable = std::ranges::all_of(*key, [](char c) { return c > ' ' && c < 0x7f; });
    if (key->empty() || key->size() > 255 || !readable)
        return deny(Error{.code = "bad-idempotency-key",
                          .what = {"Idempotency-Key 不对", "this Idempotency-Key can't be"},
                          .mend = {"1 到 255 个可见的 ASCII 字符，例如 UUID",
                                   "1 to 255 visible ASCII characters, for example a UUID"}});
    Once once;
    once.things_ = &call.things;
    once.tenant_ = call.who.tenant;
    once.hash_ = hex_of(std::string(call.route->operation) + "\n" + call.request.raw_path + "\n" +
                        call.request.body);
    const auto id = hex_of(call.who.actor.id + "\n" + std::string(*key));
    if (!call.things.in_flight.enter(id))
        return deny(Error{.code = "idempotency-in-flight",
                          .what = {"带同一个 Idempotency-Key 的请求还在处理",
                                   "the first request with this Idempotency-Key is still being "
                                   "worked on"},
                          .mend = {"稍后再发同样的请求", "send the same request again later"}});
    once.id_ = id;
    return once;
}

Once::Once(Once&& other) noexcept
    : things_(other.things_),
      tenant_(other.tenant_),
      id_(std::exchange(other.id_, {})),
      hash_(std::move(other.hash_)) {}

Once::~Once() {
    if (!id_.empty()) things_->in_flight.leave(id_);
}

Answered<std::optional<http::Response>> Once::earlier(engine::Turns& turns) const {
    const auto document = turns.rows().document(tenant_, kIdempotency, id_);
    if (!document) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    check(json.has_value());
    const auto* until = json->find("until");
    if (until == nullptr || until->integer().value_or(0) <= things_->clock.now().millis)
        return std::nullopt;
    const auto* hash = json->find("request");
    if (hash == nullptr || hash->text != hash_)
        return deny(Error{.code = "idempotency-key-reused",
                          .what = {"这个 Idempotency-Key 已用于另一个请求",
                                   "this Idempotency-Key was used for another request"},
                          .mend = {"新的请求用新的 Idempotency-Key",
                                   "take a new Idempotency-Key for a new request"}});
    const auto* answer = json->find("answer");
    const auto sealed =
        vault::from_base64(answer == nullptr ? "" : answer->text, vault::Base64::Standard);
    const auto key = vault::derive(things_->server_key, kIdempotency, "");
    const auto plain = vault::open(key, sealed.value_or(""), id_);
    if (!plain) return std::nullopt;  // the installation's key was changed since
    auto response = read_answer(*plain);
    if (response) response->with("Idempotency-Replayed", "true");
    return response;
}

void Once::keep(engine::Turns& turns, const http::Response& response) const {
    const auto key = vault::derive(things_->server_key, kIdempotency, "");
    const auto sealed = vault::seal(key, headers_and_body(response), id_, turns.entropy());
    const auto before = turns.rows().document(tenant_, kIdempotency, id_);
    JsonOut out;
    out.open('{').member("until", (things_->clock.now() + hours(kIdempotencyHours)).millis);
    out.member("request", hash_);
    out.member("answer", vault::to_base64(sealed, vault::Base64::Standard)).close('}');
    check(turns.rows().put_document({.tenant = tenant_,
                                     .collection = std::string(kIdempotency),
                                     .id = id_,
                                     .version = before ? before->version + 1 : 1,
                                     .key = {},
                                     .body = out.take()}));
}

void act(Ticket ticket, Work work) {
    auto once = Once::of(ticket->call);
    if (!once) return ticket->answer(deny(once.error()));
    struct State {
        std::optional<Once> once;
        Answer answer = deny(unavailable());
    };
    auto state = std::make_shared<State>(State{.once = std::move(*once)});
    auto in_turn = [state, work = std::move(work)](engine::Turns& turns) -> Result<void> {
        if (state->once) {
            auto earlier = state->once->earlier(turns);
            if (!earlier) {
                state->answer = deny(earlier.error());
                return refuse(earlier.error().error);
            }
            if (*earlier) {
                state->answer = std::move(**earlier);
                return {};
            }
        }
        state->answer = work(turns);
        if (!state->answer) return refuse(state->answer.error().error);
        if (state->once) state->once->keep(turns, *state->answer);
        return {};
    };
    ticket->call.things.engine.act(std::move(in_turn), [ticket, state](Result<void> done) {
        state->once.reset();
        // A refusal that isn't the work's own is the engine's: nothing was done.
        const bool own =
            !state->answer && !done && state->answer.error().error.code == done.error().code;
        if (done || own) return ticket->answer(std::move(state->answer));
        ticket->call.things.log.warn("engine", done.error());
        const bool known = status_of(done.error()) == 503;
        ticket->answer(deny(known ? Refusal(done.error()) : unavailable()));
    });
}

}  // namespace yinuo::server
