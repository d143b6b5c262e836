// Server-sent events: delivered, kept alive, ended, and cut off for those too slow.
#include <doctest/doctest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "http/server.h"
#include "http/testing.h"

namespace yinuo::http {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::serve;

constexpr std::string_view kGet = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";

// A handler that opens a stream for everybody and keeps it.
struct Station {
    std::mutex mutex;
    std::vector<Stream> streams;

    Handler handler() {
        return [this](Request&&, Replier replier) {
            auto stream = std::move(replier).stream(Response().with("X-Station", "1"));
            const std::lock_guard lock(mutex);
            streams.push_back(std::move(stream));
        };
    }
    Stream last(std::size_t count = 1) {
        while (true) {
            const std::lock_guard lock(mutex);
            if (streams.size() >= count) return streams.back();
        }
    }
    void forget() {
        const std::lock_guard lock(mutex);
        streams.clear();
    }
};

TEST_CASE("events reach the client one by one, in chunks, until the stream is closed") {
    Station station;
    const auto server = serve({}, station.handler());
    Client client(server->port());
    const auto head = client.ask(kGet);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Type") == "text/event-stream");
    CHECK(head.header("Cache-Control") == "no-store");
    CHECK(head.header("Transfer-Encoding") == "chunked");
    CHECK(head.header("X-Station") == "1");
    auto stream = station.last();
    CHECK(stream.send("id: 1\ndata: a\n\n"));
    CHECK(client.until("\n\n\r\n") == "f\r\nid: 1\ndata: a\n\n\r\n");
    CHECK(stream.send("data: b\n\n"));
    CHECK(client.until("\n\n\r\n") == "9\r\ndata: b\n\n\r\n");
    CHECK(!stream.closed());
    stream.send("data: last\n\n");
    stream.close();
    CHECK(stream.closed());
    CHECK(!stream.send("data: after\n\n"));
    CHECK(client.rest() == "c\r\ndata: last\n\n\r\n0\r\n\r\n");
}

TEST_CASE("the stream ends when its last handle goes") {
    Station station;
    const auto server = serve({}, station.handler());
    Client client(server->port());
    client.ask(kGet);
    {
        auto copy = station.last();
        station.forget();
        CHECK(copy.send("data: a\n\n"));
    }
    CHECK(client.rest().ends_with("data: a\n\n\r\n0\r\n\r\n"));
}

TEST_CASE("an old client gets the events without chunks") {
    Station station;
    const auto server = serve({}, station.handler());
    Client client(server->port());
    const auto head = client.ask("GET / HTTP/1.0\r\n\r\n");
    CHECK(head.header("Transfer-Encoding").empty());
    station.last().send("data: a\n\n");
    station.last().close();
    CHECK(client.rest() == "data: a\n\n");
}

TEST_CASE("HEAD gets the stream's head only") {
    Station station;
    const auto server = serve({}, station.handler());
    Client client(server->port());
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.reply(true).header("Content-Type") == "text/event-stream");
    CHECK(client.closed());
    CHECK(!station.last().send("data: a\n\n"));
}

TEST_CASE("a silent stream shows that it lives") {
    Station station;
    const auto server = serve({.heartbeat = 20ms}, station.handler());
    Client client(server->port());
    client.ask(kGet);
    for (int i = 0; i < 3; ++i) CHECK(client.until("\n\n\r\n") == "3\r\n:\n\n\r\n");
    station.last().send("data: a\n\n");
    CHECK(client.until("data: a\n\n\r\n").ends_with("9\r\ndata: a\n\n\r\n"));
}

TEST_CASE("the sender learns that the client has left") {
    Station station;
    const auto server = serve({}, station.handler());
    {
        Client client(server->port());
        client.ask(kGet);
    }
    auto stream = station.last();
    while (!stream.closed()) std::this_thread::yield();
    CHECK(!stream.send("data: a\n\n"));
    while (server->connections() > 0) std::this_thread::yield();
}

TEST_CASE("a client too slow for its events is cut off, the others are not") {
    Station station;
    const auto server = serve({.stream_queue_bytes = 100'000}, station.handler());
    Client slow(server->port(), 4096);
    slow.send(kGet);
    auto to_slow = station.last(1);
    Client quick(server->port());
    quick.send(kGet);
    auto to_quick = station.last(2);
    const std::string event = "data: " + std::string(10'000, 'x') + "\n\n";
    int sent = 0;
    while (to_slow.send(event)) ++sent;
    CHECK(sent >= 9);
    CHECK(sent < 10'000);
    CHECK(to_slow.closed());
    while (server->connections() > 1) std::this_thread::yield();
    CHECK(slow.rest().size() < static_cast<std::size_t>(sent + 2) * event.size());
    CHECK(to_quick.send("data: still here\n\n"));
    CHECK(quick.until("still here\n\n").size() > 0);
}

TEST_CASE("many threads may send into one stream, and nothing is lost or torn") {
    Station station;
    const auto server = serve({.threads = 2, .stream_queue_bytes = 10 << 20}, station.handler());
    Client client(server->port());
    client.ask("GET / HTTP/1.0\r\n\r\n");
    auto stream = station.last();
    std::vector<std::thread> senders;
    for (int i = 0; i < 4; ++i)
        senders.emplace_back([stream, i]() mutable {
            for (int k = 0; k < 500; ++k)
                stream.send("data: " + std::to_string(i) + "." + std::to_string(k) + "\n\n");
        });
    for (auto& sender : senders) sender.join();
    stream.close();
    const auto all = client.rest();
    std::size_t from = 0;
    int next[4] = {};
    int count = 0;
    for (auto end = all.find("\n\n"); end != std::string::npos; end = all.find("\n\n", from)) {
        const auto event = all.substr(from, end - from);
        const auto sender = event.at(6) - '0';
        CHECK(event == "data: " + std::to_string(sender) + "." + std::to_string(next[sender]++));
        from = end + 2;
        ++count;
    }
    CHECK(count == 2000);
}

TEST_CASE("a server that stops tells its streams goodbye") {
    Station station;
    auto server = serve({}, station.handler());
    Client client(server->port());
    client.ask(kGet);
    auto stream = station.last();
    stream.send("data: a\n\n");
    server->stop(10s);
    const auto rest = client.rest();
    CHECK(rest.find("data: a\n\n") < rest.find("event: end\n"));
    CHECK(rest.find("event: end\n") != std::string::npos);
    CHECK(rest.ends_with("\n\n\r\n0\r\n\r\n"));
    CHECK(stream.closed());
    CHECK(!stream.send("data: b\n\n"));
}

TEST_CASE("a client may talk while it listens, but not without end") {
    Station station;
    const auto server = serve({}, station.handler());
    Client client(server->port());
    client.ask(kGet);
    client.send("noise");
    CHECK(station.last().send("data: a\n\n"));
    CHECK(client.until("data: a\n\n\r\n").size() > 0);
    const std::string noise(10'000, 'x');
    while (client.send(noise)) {}
    while (server->connections() > 0) std::this_thread::yield();
    CHECK(station.last().closed());
}

}  // namespace
}  // namespace yinuo::http
