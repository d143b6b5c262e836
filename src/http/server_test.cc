// What every client may rely on, over real sockets.
#include "http/server.h"

#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include "http/gzip.h"
#include "http/router.h"
#include "http/testing.h"

namespace yinuo::http {
namespace {

using testing::Client;
using testing::echo;
using testing::Reply;
using testing::serve;

TEST_CASE("a request is handed over and its answer comes back, again on the same connection") {
    const auto server = serve({}, echo);
    Client client(server->port());
    for (int i = 0; i < 100; ++i) {
        const auto reply = client.get("/a%20b?c=d");
        CHECK(reply.status == 200);
        CHECK(reply.body == "GET /a b|c=d|");
    }
    CHECK(client.post("/x", "hello").body == "POST /x||hello");
    CHECK(server->connections() == 1);
}

TEST_CASE("every answer says when it was given and that its type is meant") {
    const auto server = serve({}, echo);
    Client client(server->port());
    for (const auto& reply : {client.get("/"), client.get("/%zz")}) {
        CHECK(reply.header("Date").ends_with(" GMT"));
        CHECK(reply.header("Date").size() == 29);
        CHECK(reply.header("X-Content-Type-Options") == "nosniff");
    }
}

TEST_CASE("the handler sees who asks and what was said") {
    const auto server = serve({}, [](Request&& request, Replier replier) {
        std::move(replier).send(
            Response::text(200, request.remote + (request.tls ? " tls " : " plain ") +
                                    std::string(request.header("X-Who").value_or("?"))));
    });
    CHECK(Client(server->port()).get("/", "x-who: me\r\n").body == "127.0.0.1 plain me");
}

TEST_CASE("HEAD gets the head that GET would get") {
    const auto server = serve({}, [](Request&&, Replier replier) {
        std::move(replier).send(Response::json(200, std::string(5000, 'x')));
    });
    Client client(server->port());
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto head = client.reply(true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == "5000");
    CHECK(client.get("/").body.size() == 5000);
}

TEST_CASE("an answer without content has no length and no body") {
    const auto server = serve({}, [](Request&& request, Replier replier) {
        std::move(replier).send({.status = request.path == "/304" ? 304 : 204, .body = "oops"});
    });
    Client client(server->port());
    for (const auto* path : {"/204", "/304", "/204"}) {
        const auto reply = client.get(path);
        CHECK(reply.head.find("Content-Length") == std::string::npos);
        CHECK(reply.body.empty());
    }
    CHECK(client.get("/").status == 204);
}

TEST_CASE("pipelined requests are answered in their order, also when the handler is not") {
    // Answers come from another thread, the later the shorter the wait.
    std::vector<std::thread> later;
    std::mutex mutex;
    const auto server = serve({}, [&](Request&& request, Replier replier) {
        const std::lock_guard lock(mutex);
        later.emplace_back([request = std::move(request), replier = std::move(replier)]() mutable {
            echo(std::move(request), std::move(replier));
        });
    });
    Client client(server->port());
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
    client.send(all);
    for (int i = 0; i < 50; ++i)
        CHECK(client.reply().body == "POST /" + std::to_string(i) + "||ab");
    for (auto& thread : later) thread.join();
}

TEST_CASE("one who never stops asking doesn't keep the others waiting") {
    const auto server = serve({}, echo);
    std::atomic<bool> over = false;
    std::thread greedy([&] {
        Client client(server->port());
        std::string all;
        for (int i = 0; i < 200; ++i) all += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        while (!over && client.send(all))
            for (int i = 0; i < 200; ++i) client.reply();
    });
    for (int i = 0; i < 20; ++i) CHECK(Client(server->port()).get("/").status == 200);
    over = true;
    greedy.join();
}

TEST_CASE("a chunked body arrives whole, however it is cut") {
    const auto server = serve({}, echo);
    Client client(server->port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe");
    client.send("llo\r");
    client.send("\n6\r\n world\r\n0");
    client.send("\r\n\r\n");
    CHECK(client.reply().body == "POST /||hello world");
    CHECK(client.get("/next").body == "GET /next||");
}

TEST_CASE("a body of many megabytes arrives whole") {
    const auto server = serve({.body_max = [](auto, auto) { return std::size_t(20) << 20; }},
                              [](Request&& request, Replier replier) {
                                  auto back = Response::text(200, std::move(request.body));
                                  std::move(replier).send(std::move(back));
                              });
    std::string body;
    while (body.size() < 10 << 20) body += std::to_string(body.size()) + " ";
    Client client(server->port());
    std::thread sender([&] {
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
    });
    const auto reply = client.reply();
    sender.join();
    CHECK(reply.status == 200);
    CHECK((reply.body == body));
}

TEST_CASE("who asks before sending the body is told to go on, or why not to") {
    const auto server = serve({.body_max = [](auto, auto) { return std::size_t(10); }}, echo);
    Client client(server->port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    CHECK(client.reply().body == "POST /||hello");
    // The body is there already: nothing to say in between.
    CHECK(client.post("/", "hello", "Expect: 100-continue\r\n").body == "POST /||hello");
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.reply().status == 413);
}

TEST_CASE("a connection is closed when the client asks for it, and not before") {
    const auto server = serve({}, echo);
    Client closing(server->port());
    CHECK(closing.get("/", "Connection: close\r\n").header("Connection") == "close");
    CHECK(closing.closed());
    Client old(server->port());
    CHECK(old.ask("GET / HTTP/1.0\r\n\r\n").header("Connection") == "close");
    CHECK(old.closed());
    Client old_but_staying(server->port());
    for (int i = 0; i < 2; ++i)
        CHECK(old_but_staying.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                  .header("Connection") == "keep-alive");
    Client half_closed(server->port());
    half_closed.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    half_closed.finish();
    CHECK(half_closed.reply().status == 200);
    CHECK(half_closed.closed());
}

TEST_CASE("what is no request is refused in words, and the connection closed") {
    const auto server = serve({}, echo);
    const auto ask = [&](std::string_view bytes) {
        Client client(server->port());
        const auto reply = client.ask(bytes);
        CHECK(reply.header("Content-Type") == "application/problem+json");
        CHECK(reply.header("Connection") == "close");
        CHECK(client.closed());
        return reply;
    };
    CHECK(ask("hello\r\n\r\n").status == 400);
    CHECK(
        ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
            .says("bad-framing"));
    CHECK(ask("GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: zh\r\nX: a\r\n b\r\n\r\n")
              .says("折成了几行"));
    CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n").status == 501);
    CHECK(ask("GET / HTTP/3.0\r\nHost: x\r\n\r\n").status == 505);
    CHECK(ask("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n").says("segment"));
    CHECK(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx")
              .header("Accept-Encoding") == "gzip");
    CHECK(ask("GET /" + std::string(20'000, 'a')).status == 414);
    CHECK(ask("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a')).status == 431);
}

TEST_CASE("a body too large is refused before it is read, and the client hears it") {
    std::atomic<int> handled = 0;
    const auto server = serve({.body_max =
                                   [](std::string_view method, std::string_view path) {
                                       return method == "PUT" && path == "/files/a%2Fb" ? 100u : 5u;
                                   }},
                              [&](Request&& request, Replier replier) {
                                  ++handled;
                                  echo(std::move(request), std::move(replier));
                              });
    CHECK(Client(server->port()).post("/", "hello").status == 200);
    Client big(server->port());
    // The client sends all of it before it listens, as most do.
    const auto reply = big.post("/", std::string(8 << 20, 'a'));
    CHECK(reply.status == 413);
    CHECK(reply.says("at most 5 bytes"));
    CHECK(big.closed());
    CHECK(Client(server->port())
              .ask("PUT /files/a%2Fb HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" +
                   std::string(100, 'a'))
              .status == 200);
    Client chunked(server->port());
    CHECK(chunked
              .ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n")
              .status == 413);
    CHECK(handled == 2);
}

TEST_CASE("a packed body is unpacked, and a bomb is not") {
    const auto server = serve({.body_max = [](auto, auto) { return std::size_t(1000); }}, echo);
    Packer packer(6);
    Client client(server->port());
    CHECK(client.post("/", packer.pack("hello"), "Content-Encoding: gzip\r\n").body ==
          "POST /||hello");
    CHECK(client.post("/", packer.pack(std::string(100'000, '0')), "Content-Encoding: gzip\r\n")
              .status == 413);
}

TEST_CASE("a long text is packed for those who accept it") {
    const std::string text(50'000, 'a');
    const auto server = serve({}, [&](Request&&, Replier replier) {
        std::move(replier).send(Response::json(200, text));
    });
    Client client(server->port());
    const auto packed = client.get("/", "Accept-Encoding: gzip, br\r\n");
    CHECK(packed.header("Content-Encoding") == "gzip");
    CHECK(packed.header("Vary") == "Accept-Encoding");
    CHECK(packed.body.size() < 1000);
    std::string plain;
    CHECK(unpack(packed.body, text.size(), plain) == Unpacked::Whole);
    CHECK((plain == text));
    const auto as_it_is = client.get("/");
    CHECK(as_it_is.header("Content-Encoding").empty());
    CHECK(as_it_is.header("Vary") == "Accept-Encoding");
    CHECK(as_it_is.body.size() == text.size());
}

TEST_CASE("a handler that forgets to answer, or throws, has answered 500") {
    const auto server = serve({}, [](Request&& request, Replier) {
        if (request.path == "/throws") throw std::runtime_error("secret");
    });
    Client client(server->port());
    for (const auto* path : {"/forgets", "/throws"}) {
        const auto reply = client.get(path, "Accept-Language: zh\r\n");
        CHECK(reply.status == 500);
        CHECK(reply.says("服务器出了错"));
        CHECK(!reply.says("secret"));
    }
}

TEST_CASE("the router's refusals reach the client") {
    const auto router = *Router::of({{"GET", "/a", "a"}});
    const auto server = serve({}, [&](Request&& request, Replier replier) {
        const auto answer = router.match(request.method, request.raw_path);
        if (const auto* wrong = std::get_if<Router::WrongMethod>(&answer))
            return std::move(replier).send(wrong_method(request, *wrong));
        if (std::holds_alternative<Router::NotFound>(answer))
            return std::move(replier).send(not_found(request));
        std::move(replier).send(Response::text(200, "a"));
    });
    Client client(server->port());
    CHECK(client.get("/a").status == 200);
    CHECK(client.get("/b").status == 404);
    const auto wrong = client.post("/a", "");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "GET, HEAD");
}

TEST_CASE("a taken port and a wrong address are said when the server is opened") {
    const auto server = serve({}, echo);
    const auto second = Server::open({.port = server->port()}, echo);
    REQUIRE(!second);
    CHECK(second.error().code == "port-taken");
    CHECK(second.error().what.en.find(std::to_string(server->port())) != std::string::npos);
    const auto nowhere = Server::open({.address = "not an address"}, echo);
    REQUIRE(!nowhere);
    CHECK(nowhere.error().code == "bad-address");
}

TEST_CASE("a thousand idle connections don't keep one busy one waiting") {
    const auto server = serve({.threads = 2}, echo);
    std::deque<Client> idle;
    for (int i = 0; i < 1000; ++i) {
        idle.emplace_back(server->port());
        REQUIRE(idle.back().connected());
        if (i % 2 == 0) REQUIRE(idle.back().get("/").status == 200);
    }
    Client busy(server->port());
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) CHECK(busy.get("/").status == 200);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
    CHECK(server->connections() >= 501);
    for (auto& client : idle) CHECK(client.get("/").status == 200);
}

TEST_CASE("one connection too many is told so") {
    const auto server = serve({.connections_max = 2}, echo);
    Client a(server->port());
    Client b(server->port());
    CHECK(a.get("/").status == 200);
    CHECK(b.get("/").status == 200);
    Client c(server->port());
    const auto reply = c.reply();
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After") == "1");
    CHECK(c.closed());
    CHECK(a.get("/").status == 200);
}

TEST_CASE("many threads answer many connections") {
    const auto server = serve({.threads = 4}, echo);
    std::vector<std::thread> clients;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&, i] {
            Client client(server->port());
            for (int k = 0; k < 50; ++k) {
                const auto body = std::to_string(i * 1000 + k);
                if (client.post("/", body).body == "POST /||" + body) ++good;
            }
        });
    for (auto& client : clients) client.join();
    CHECK(good == 400);
}

}  // namespace
}  // namespace yinuo::http
