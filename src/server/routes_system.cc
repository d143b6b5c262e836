// The server about itself: is it well, its figures, its description; and live changes.
#include <charconv>

#include "server/live.h"
#include "server/metrics.h"
#include "server/openapi.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

// The process answers; nothing else is asked.
Answer health(const Call&) { return http::Response::text(200, "ok\n"); }

// May traffic come? The store can be read and the engine works; a clock that jumped is told, too.
Answer ready(const Call& call) {
    bool store = true;
    try {
        static_cast<void>(call.things.store.read()->last_position());
    } catch (const store::Trouble&) {
        store = false;
    }
    const auto figures = call.things.engine.figures();
    const bool fine = store && !figures.stopped;
    JsonOut out;
    out.open('{').member("ready", fine).member("store", store ? "fine" : "unreadable");
    out.member("engine", figures.stopped ? std::string_view(figures.stopped->code) : "fine");
    out.member("clock", figures.clock ? std::string_view(figures.clock->code) : "fine").close('}');
    return http::Response::json(fine ? 200 : 503, out.take());
}

Answer figures(const Call& call) {
    const auto& things = call.things;
    const auto reading = things.store.read();
    const Metrics::Store store{.positions = reading->last_position(),
                               .obligations = reading->last_obligation()};
    auto text = things.metrics.text(
        things.engine.figures(), store,
        {.connections = things.connections(), .streams = things.live.listeners()});
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                          .body = std::move(text)};
}

Answer describe_api(const Call&) {
    return http::Response::json(200, std::string(openapi_json()))
        .with("Cache-Control", "public, max-age=3600");
}

Answered<store::Position> last_event(const http::Request& request) {
    auto text = request.header("last-event-id");
    if (!text) text = request.query_value("last_event_id");
    if (!text || text->empty()) return 0;
    store::Position position = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), position);
    if (read.ec == std::errc() && read.ptr == text->data() + text->size() && position >= 0)
        return position;
    return deny(
        Error{.code = "bad-event-id",
              .what = {"Last-Event-ID 不是我们给的", "this Last-Event-ID isn't one of ours"},
              .mend = {"原样带回最后一个事件的 id", "send the id of the last event that came"}});
}

void listen(Ticket ticket) {
    const auto from = last_event(ticket->call.request);
    if (!from) return ticket->answer(deny(from.error()));
    auto stream = ticket->stream(
        {.status = 200,
         .headers = {{"Content-Type", "text/event-stream"}, {"X-Accel-Buffering", "no"}}});
    ticket->call.things.live.listen(ticket->call.who, std::move(stream), *from);
}

constexpr Route kRoutes[] = {
    {"GET", "/healthz", "readHealth", Permission::Public, health, 0, false, 0.1},
    {"GET", "/readyz", "readReadiness", Permission::Public, ready, 0, false, 0.1},
    {"GET", "/metrics", "readMetrics", Permission::Public, figures, 0},
    {"GET", "/api/openapi.json", "readApi", Permission::Public, describe_api, 0},
    {"GET", "/api/v1/events", "listen", Permission::EventsRead, listen, 0},
};

}  // namespace

std::span<const Route> system_routes() { return kRoutes; }

}  // namespace yinuo::server
