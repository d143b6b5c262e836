// Those who are slow, silent or many, and a server that stops.
#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include "http/server.h"
#include "http/testing.h"

namespace yinuo::http {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::echo;
using testing::serve;
using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// Keeps the Repliers it gets until somebody answers them.
struct Drawer {
    std::mutex mutex;
    std::deque<Replier> repliers;

    Handler handler() {
        return [this](Request&&, Replier replier) {
            const std::lock_guard lock(mutex);
            repliers.push_back(std::move(replier));
        };
    }
    std::size_t size() {
        const std::lock_guard lock(mutex);
        return repliers.size();
    }
    void wait_for(std::size_t count) {
        while (size() < count) std::this_thread::yield();
    }
    Replier take() {
        wait_for(1);
        const std::lock_guard lock(mutex);
        auto replier = std::move(repliers.front());
        repliers.pop_front();
        return replier;
    }
};

TEST_CASE("a head that doesn't come to its end is answered 408") {
    const auto server = serve({.header_timeout = 60ms}, echo);
    Client client(server->port());
    client.send("GET / HTTP/1.1\r\nHost:");
    const auto reply = client.reply();
    CHECK(reply.status == 408);
    CHECK(reply.says("request-timeout"));
    CHECK(client.closed());
}

TEST_CASE("a head that comes byte by byte gets no more time") {
    const auto server = serve({.header_timeout = 60ms}, echo);
    Client client(server->port());
    const auto began = SteadyClock::now();
    client.send("GET / HTTP/1.1\r\nX: ");
    while (server->connections() == 0) std::this_thread::yield();
    while (!client.has_more(5ms) && client.send("x")) {}
    CHECK(SteadyClock::now() - began < 5s);
    CHECK(client.reply().status == 408);
}

TEST_CASE("a body that doesn't come is answered 408, one that comes steadily is taken") {
    const auto server = serve({.body_timeout = 150ms, .body_rate_min = 10}, echo);
    Client silent(server->port());
    silent.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
    CHECK(silent.reply().status == 408);
    CHECK(silent.closed());

    // 100 bytes buy ten seconds; a pause longer than body_timeout is then no harm.
    Client steady(server->port());
    steady.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n" +
                std::string(100, 'a'));
    Client other(server->port());
    other.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    CHECK(other.reply().status == 408);  // so that much time has passed
    steady.send("b");
    CHECK(steady.reply().status == 200);
}

TEST_CASE("who says nothing, or nothing more, is let go without a word") {
    const auto server = serve({.header_timeout = 60ms, .idle_timeout = 60ms}, echo);
    Client silent(server->port());
    CHECK(silent.closed());
    Client done(server->port());
    CHECK(done.ask(kGet).status == 200);
    CHECK(done.closed());
    while (server->connections() > 0) std::this_thread::yield();
}

TEST_CASE("a handler that takes too long is answered for, and comes too late itself") {
    Drawer drawer;
    const auto server = serve({.handler_timeout = 60ms}, drawer.handler());
    Client client(server->port());
    const auto reply = client.ask(kGet);
    CHECK(reply.status == 503);
    CHECK(reply.says("handler-timeout"));
    CHECK(client.closed());
    drawer.take().send(Response::text(200, "late"));
    CHECK(Client(server->port()).connected());
}

TEST_CASE("an answer for a client that has left goes nowhere") {
    Drawer drawer;
    const auto server = serve({}, drawer.handler());
    {
        Client client(server->port());
        client.send(kGet);
        drawer.wait_for(1);
    }
    drawer.take().send(Response::text(200, std::string(1 << 20, 'a')));
    while (server->connections() > 0) std::this_thread::yield();
}

TEST_CASE("a client that doesn't take its answer is cut off") {
    const auto server = serve({.write_timeout = 60ms}, [](Request&&, Replier replier) {
        std::move(replier).send(Response::text(200, std::string(32 << 20, 'a')));
    });
    Client client(server->port(), 4096);
    client.send(kGet);
    while (server->connections() == 0) std::this_thread::yield();
    while (server->connections() > 0) std::this_thread::yield();
    CHECK(client.reply().body.size() < 32 << 20);
}

TEST_CASE("stopping closes idle connections at once and lets running requests finish") {
    Drawer drawer;
    auto server = serve({}, drawer.handler());
    Client idle(server->port());
    Client running(server->port());
    Client half(server->port());
    running.send(kGet);
    drawer.wait_for(1);
    half.send("GET / HTTP/1.1\r\n");
    idle.send(kGet);
    drawer.wait_for(2);
    {
        const std::lock_guard lock(drawer.mutex);
        std::move(drawer.repliers.back()).send(Response::text(200, "idle from now on"));
        drawer.repliers.pop_back();
    }
    CHECK(idle.reply().status == 200);

    std::thread stopping([&] { server->stop(20s); });
    CHECK(idle.closed());
    Client late(server->port());  // in the backlog at most, and not served
    late.send(kGet);
    CHECK(late.reply().status == 0);
    half.send("Host: x\r\n\r\n");
    drawer.take().send(Response::text(200, "a"));
    const auto reply = running.reply();
    CHECK(reply.status == 200);
    CHECK(reply.header("Connection") == "close");
    drawer.take().send(Response::text(200, "b"));
    CHECK(half.reply().status == 200);
    stopping.join();
    CHECK(server->connections() == 0);
}

TEST_CASE("stopping cuts off what doesn't finish in time, and late answers do no harm") {
    Drawer drawer;
    auto server = serve({.threads = 2}, drawer.handler());
    std::deque<Client> clients;
    for (int i = 0; i < 10; ++i) clients.emplace_back(server->port()).send(kGet);
    drawer.wait_for(10);
    const auto began = SteadyClock::now();
    server->stop(50ms);
    CHECK(SteadyClock::now() - began >= 50ms);
    for (auto& client : clients) CHECK(client.reply().status == 0);
    drawer.take().send(Response::text(200, "to nobody"));
    auto stream = drawer.take().stream({});
    stream.send("data: x\n\n");
    server.reset();
    stream.send("data: x\n\n");
    drawer.take().send(Response::text(200, "to nobody"));
    drawer.repliers.clear();
}

TEST_CASE("under load, stopping loses no answer that was begun") {
    std::atomic<int> handled = 0;
    std::atomic<int> answered = 0;
    auto server = serve({.threads = 2}, [&](Request&& request, Replier replier) {
        ++handled;
        echo(std::move(request), std::move(replier));
    });
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&] {
            Client client(server->port());
            while (client.ask(kGet).status == 200) ++answered;
        });
    while (handled < 1000) std::this_thread::yield();
    server->stop(20s);
    for (auto& client : clients) client.join();
    CHECK(answered == handled);
}

TEST_CASE("a server that was never started can be closed, and one that is closed leaves its port") {
    std::uint16_t port = 0;
    {
        const auto server = Server::open({}, echo);
        REQUIRE(server.has_value());
        port = (*server)->port();
    }
    const auto again = Server::open({.port = port}, echo);
    CHECK(again.has_value());
}

}  // namespace
}  // namespace yinuo::http
