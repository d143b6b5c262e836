#include "server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace yinuo::server {
namespace {

// Seconds; around what a durable write and a page of rows take.
const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                          0.05,   0.1,   0.25,   0.5,   1,    2.5};

}  // namespace

struct Metrics::Families {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                            .Name("yinuo_http_requests_total")
                                                            .Help("Requests answered")
                                                            .Register(registry);
    prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                             .Name("yinuo_http_request_seconds")
                                                             .Help("From its arrival to its answer")
                                                             .Register(registry);
    std::mutex lock;
    std::map<std::pair<std::string, int>, prometheus::Counter*, std::less<>> by_status;
    std::map<std::string, prometheus::Histogram*, std::less<>> by_route;
    std::map<std::string, prometheus::Gauge*, std::less<>> gauges;

    void gauge(const std::string& name, const std::string& help, double value) {
        auto& one = gauges[name];
        if (one == nullptr)
            one = &prometheus::BuildGauge()
                       .Name("yinuo_" + name)
                       .Help(help)
                       .Register(registry)
                       .Add({});
        one->Set(value);
    }
    void gauge(const std::string& name, const std::string& help, std::int64_t value) {
        gauge(name, help, static_cast<double>(value));
    }
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::request(std::string_view route, int status, std::int64_t micros) {
    auto& all = *families_;
    prometheus::Counter* counter = nullptr;
    prometheus::Histogram* histogram = nullptr;
    {
        const std::lock_guard hold(all.lock);
        const std::string name(route);
        auto& known = all.by_status[{name, status}];
        if (known == nullptr)
            known = &all.requests.Add({{"route", name}, {"status", std::to_string(status)}});
        auto& timed = all.by_route[name];
        if (timed == nullptr) timed = &all.seconds.Add({{"route", name}}, kSeconds);
        counter = known;
        histogram = timed;
    }
    counter->Increment();
    histogram->Observe(static_cast<double>(micros) / 1e6);
}

std::string Metrics::text(const engine::EngineFigures& engine, Store store, Live live) {
    auto& all = *families_;
    {
        const std::lock_guard hold(all.lock);
        all.gauge("facts_accepted", "Facts on disk since the start", engine.facts_accepted);
        all.gauge("facts_duplicate", "Facts that were known already", engine.facts_duplicate);
        all.gauge("facts_refused", "Facts that were refused", engine.facts_refused);
        all.gauge("turns", "Turns of streams since the start", engine.turns);
        all.gauge("commits", "Commits since the start", engine.commits);
        all.gauge("timers_fired", "Timers that fired since the start", engine.timers_fired);
        all.gauge("timers_waiting", "Streams that time alone will change", engine.timers_waiting);
        all.gauge("timer_lateness_seconds_most", "Latest timer of the last minute",
                  static_cast<double>(engine.lateness_millis_most) / 1e3);
        all.gauge("timer_lateness_seconds_p99", "99th percentile of the last minute",
                  static_cast<double>(engine.lateness_millis_p99) / 1e3);
        all.gauge("work_waiting", "Pieces of work before the engine", engine.waiting);
        all.gauge("engine_stopped", "1: the engine takes no more work",
                  std::int64_t{engine.stopped.has_value()});
        all.gauge("clock_trouble", "1: the clock jumped, or is behind the log",
                  std::int64_t{engine.clock.has_value()});
        all.gauge("log_ahead_seconds", "The log's last instant lies so far ahead of the clock",
                  static_cast<double>(engine.log_ahead_millis) / 1e3);
        all.gauge("log_positions", "Entries of the log", store.positions);
        all.gauge("obligations", "Obligations that ever began", store.obligations);
        all.gauge("http_connections", "Connections that are open",
                  static_cast<std::int64_t>(live.connections));
        all.gauge("event_streams", "Streams of live changes that are open",
                  static_cast<std::int64_t>(live.streams));
    }
    return prometheus::TextSerializer().Serialize(all.registry.Collect());
}

}  // namespace yinuo::server
