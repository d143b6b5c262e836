// What the room costs: reading a request, writing an answer, and both over a socket.
//
//   http_bench                    the parts, by Google Benchmark
//   http_bench serve [SECONDS]    a server that answers a small JSON to everything, for a load
//                                 generator; at the end it tells its processor time per request
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "http/request_reader.h"
#include "http/response_writer.h"
#include "http/server.h"

namespace yinuo::http {
namespace {

constexpr std::string_view kPost =
    "POST /api/v1/facts HTTP/1.1\r\nHost: example.com\r\nUser-Agent: bench\r\n"
    "Accept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer 0123456789\r\n"
    "Content-Type: application/json\r\nContent-Length: 75\r\n\r\n"
    R"({"fact": "order.placed", "subject": "order/00004", "at": "2026-04-05 11:58"})";

void reading(benchmark::State& state) {
    RequestReader reader({.header_bytes_max = 16384, .header_count_max = 100});
    for (auto _ : state) {
        reader.begin();
        auto rest = kPost;
        const auto step = reader.read(rest);
        rest.remove_prefix(step.used);
        reader.body_max(1 << 20);
        if (reader.read(rest).state != RequestReader::State::Done) state.SkipWithError("not read");
        benchmark::DoNotOptimize(reader.request());
    }
}
BENCHMARK(reading);

void writing(benchmark::State& state) {
    const auto response = Response::json(200, R"({"ok": true})");
    std::string out;
    for (auto _ : state) {
        out.clear();
        write_head(out, response, {}, "Sun, 06 Nov 1994 08:49:37 GMT");
        benchmark::DoNotOptimize(out);
    }
}
BENCHMARK(writing);

double processor_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int serve(int seconds) {
    std::atomic<std::uint64_t> served = 0;
    auto server = Server::open({}, [&](Request&&, Replier replier) {
        served.fetch_add(1, std::memory_order_relaxed);
        std::move(replier).send(Response::json(200, R"({"ok": true})"));
    });
    if (!server) return 1;
    (*server)->start();
    std::printf("http://127.0.0.1:%d for %d s\n", (*server)->port(), seconds);
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    (*server)->stop(Millis(1000));
    const auto count = static_cast<double>(std::max<std::uint64_t>(1, served));
    std::printf("%.0f requests, %.2f us of processor time each\n", count,
                processor_seconds() / count * 1e6);
    return 0;
}

}  // namespace
}  // namespace yinuo::http

int main(int count, char** words) {
    if (count > 1 && std::string_view(words[1]) == "serve")
        return yinuo::http::serve(count > 2 ? std::atoi(words[2]) : 10);
    benchmark::Initialize(&count, words);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
