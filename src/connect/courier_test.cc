#include "connect/courier.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <latch>
#include <string>

#include "connect/testing.h"

namespace yinuo::connect {
namespace {

using testing::answer;
using testing::Receiver;
using testing::Reply;
using Then = Reply::Then;

Courier courier(std::size_t at_once = 64, std::size_t per_host = 4, std::size_t waiting = 10'000) {
    return Courier::open({Reach::Anywhere, at_once, per_host, waiting}).value();
}

std::future<Outcome> send(Courier& courier, Delivery delivery) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto outcome = promise->get_future();
    REQUIRE(courier.deliver(std::move(delivery),
                            [promise](Outcome told) { promise->set_value(std::move(told)); }));
    return outcome;
}

Outcome outcome_of(const Receiver& receiver, Millis timeout = seconds(20)) {
    auto one = courier();
    return send(one, {.url = receiver.url(), .body = "{}", .timeout = timeout}).get();
}

TEST_CASE("a delivery arrives as it was written, and the answer is told") {
    Receiver receiver([](const auto&) { return Reply{answer("200 OK", "thanks")}; });
    auto one = courier();
    const auto outcome = send(one, {.url = receiver.url("/hook?a=b"),
                                    .headers = {{"Content-Type", "application/cloudevents+json"},
                                                {"webhook-id", "msg_1"},
                                                {"X-Empty", ""}},
                                    .body = R"({"id":"一诺"})"})
                             .get();
    CHECK(outcome.fault == Fault::None);
    CHECK(outcome.status == 200);
    CHECK(outcome.delivered());
    CHECK(outcome.excerpt == "thanks");
    const auto requests = receiver.requests();
    REQUIRE(requests.size() == 1);
    const auto& request = requests.front();
    CHECK(request.starts_with("POST /hook?a=b HTTP/1.1\r\n"));
    CHECK(request.find("Content-Type: application/cloudevents+json\r\n") != std::string::npos);
    CHECK(request.find("webhook-id: msg_1\r\n") != std::string::npos);
    CHECK(request.find("X-Empty:\r\n") != std::string::npos);
    CHECK(request.find("Expect:") == std::string::npos);
    CHECK(request.find("urlencoded") == std::string::npos);
    CHECK(request.ends_with("\r\n\r\n{\"id\":\"一诺\"}"));
}

TEST_CASE("an error, a farewell and a redirect are answers; the redirect isn't followed") {
    for (const auto& [status, code] :
         {std::pair{"500 Oops", 500}, {"410 Gone", 410}, {"302 Found", 302}}) {
        Receiver receiver(
            [&](const auto&) { return Reply{answer(status, "no", "Location: /elsewhere\r\n")}; });
        const auto outcome = outcome_of(receiver);
        CHECK(outcome.fault == Fault::None);
        CHECK(outcome.status == code);
        CHECK_FALSE(outcome.delivered());
        CHECK(receiver.requests().size() == 1);
    }
}

TEST_CASE("a receiver that hangs is left after the timeout") {
    Receiver receiver([](const auto&) { return Reply{"", Then::Hang}; });
    const auto outcome = outcome_of(receiver, Millis{100});
    CHECK(outcome.fault == Fault::TimedOut);
    CHECK(outcome.status == 0);
}

TEST_CASE("a receiver that said yes and then hangs or leaves has the delivery") {
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    Receiver hangs([&](const auto&) { return Reply{half, Then::Hang}; });
    const auto late = outcome_of(hangs, Millis{200});
    CHECK(late.fault == Fault::TimedOut);
    CHECK(late.delivered());
    CHECK(late.excerpt == "half");
    Receiver leaves([&](const auto&) { return Reply{half, Then::Close}; });
    const auto broken = outcome_of(leaves);
    CHECK(broken.fault == Fault::Broken);
    CHECK(broken.delivered());
}

TEST_CASE("a receiver that closes without a word, or speaks no HTTP, is broken") {
    for (const auto* bytes : {"", "SSH-2.0-OpenSSH_9.2\r\n"}) {
        Receiver receiver([&](const auto&) { return Reply{bytes, Then::Close}; });
        const auto outcome = outcome_of(receiver);
        CHECK(outcome.fault == Fault::Broken);
        CHECK(outcome.status == 0);
    }
}

TEST_CASE("an answer without end is cut off, and its status counts") {
    Receiver receiver([](const auto&) {
        return Reply{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1 << 20, 'x'), Then::Hang};
    });
    const auto outcome = outcome_of(receiver);
    CHECK(outcome.fault == Fault::TooLong);
    CHECK(outcome.delivered());
    CHECK(outcome.excerpt == std::string(2048, 'x'));
}

TEST_CASE("Retry-After is told in seconds or as a date, and an absurd one is bounded") {
    const auto asked = [](std::string_view value) {
        Receiver receiver([&](const auto&) {
            return Reply{answer("503 Busy", "", "Retry-After: " + std::string(value) + "\r\n")};
        });
        return outcome_of(receiver).retry_after;
    };
    CHECK(asked("120") == seconds(120));
    CHECK(asked("99999999999999999") == hours(366LL * 24));
    CHECK(asked("Wed, 21 Oct 2015 07:28:00 GMT") == std::nullopt);
    CHECK(asked("Fri, 01 Jan 2100 00:00:00 GMT") == hours(366LL * 24));
    CHECK(asked("soon") == std::nullopt);
}

TEST_CASE("what we sent as a secret doesn't come back in the excerpt") {
    Receiver receiver([](const auto& request) { return Reply{answer("401 No", request)}; });
    auto one = courier();
    const auto outcome =
        send(one, {.url = receiver.url("/services/T0001/verysecret"),
                   .headers = {{"Authorization", "Bearer abcdefgh12345"}, {"X-Key", "0123456789"}},
                   .body = "{}"})
            .get();
    CHECK(outcome.status == 401);
    CHECK(outcome.excerpt.find("POST ***") != std::string::npos);
    for (const auto* secret : {"verysecret", "abcdefgh12345", "0123456789", "13800138000"})
        CHECK(outcome.excerpt.find(secret) == std::string::npos);
}

TEST_CASE("nobody listening is refused, no such name is unresolved, no TLS is told as such") {
    auto one = courier();
    std::string closed;
    {
        closed = Receiver([](const auto&) { return Reply{}; }).url();
    }
    CHECK(send(one, {.url = closed}).get().fault == Fault::Refused);
    // A label of more than 63 letters: no resolver even asks.
    CHECK(send(one, {.url = "http://" + std::string(70, 'a') + ".example/"}).get().fault ==
          Fault::Unresolved);
    Receiver plain([](const auto&) { return Reply{answer("400 No"), Then::Close}; });
    auto url = plain.url();
    url.replace(0, 4, "https");
    CHECK(send(one, {.url = url}).get().fault == Fault::Tls);
    CHECK(send(one, {.url = url, .ca_file = "/nonexistent.pem"}).get().fault == Fault::Tls);
}

TEST_CASE("what can't be sent as written is told, not sent") {
    auto one = courier();
    for (const auto* url : {"", "ftp://example.com/", "file:///etc/passwd", "http://", "/hook",
                            "http://a b/", "gopher://127.0.0.1:25/"})
        CHECK(send(one, {.url = url}).get().fault == Fault::Unsendable);
    Receiver receiver([](const auto&) { return Reply{answer("200 OK")}; });
    for (const auto& header :
         {Header{"X", "a\r\nEvil: b"}, {"X: y", "a"}, {"", "a"}, {"X", std::string("a\0b", 3)}})
        CHECK(send(one, {.url = receiver.url(), .headers = {header}}).get().fault ==
              Fault::Unsendable);
    CHECK(send(one, {.url = receiver.url() + std::string("\0.example.com", 13)}).get().fault ==
          Fault::Unsendable);
    CHECK(send(one, {.url = receiver.url(), .method = "POST / HTTP/1.1\r\nX: y"}).get().fault ==
          Fault::Unsendable);
    CHECK(receiver.requests().empty());
}

TEST_CASE("内网地址到不了: no tenant makes the server talk to its own neighbours") {
    Receiver receiver([](const auto&) { return Reply{answer("200 OK")}; });
    auto careful = Courier::open().value();
    const auto port = receiver.url("").substr(receiver.url("").rfind(':'));
    for (const auto* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0.0.0.0", "[::1]",
                             "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1"})
        CHECK(send(careful, {.url = "http://" + std::string(host) + port + "/"}).get().fault ==
              Fault::Forbidden);
    CHECK(receiver.connections() == 0);
}

TEST_CASE("a connection is used again, and a host never gets more than its share at once") {
    Receiver receiver([](const auto&) { return Reply{answer("200 OK")}; });
    auto one = courier(64, 2);
    std::vector<std::future<Outcome>> outcomes;
    outcomes.reserve(100);
    for (int i = 0; i < 100; ++i)
        outcomes.push_back(send(one, {.url = receiver.url(), .body = std::to_string(i)}));
    for (auto& outcome : outcomes) CHECK(outcome.get().delivered());
    CHECK(receiver.requests().size() == 100);
    CHECK(receiver.connections() <= 2);
    CHECK(receiver.at_once_most() <= 2);
}

TEST_CASE("a host that hangs doesn't hold up another") {
    Receiver hangs([](const auto&) { return Reply{"", Then::Hang}; });
    Receiver answers([](const auto&) { return Reply{answer("200 OK")}; });
    auto one = courier(3, 2);
    std::vector<std::future<Outcome>> stuck;
    stuck.reserve(20);
    for (int i = 0; i < 20; ++i) stuck.push_back(send(one, {.url = hangs.url()}));
    for (int i = 0; i < 20; ++i) CHECK(send(one, {.url = answers.url()}).get().delivered());
    one.stop({});
    for (auto& outcome : stuck) CHECK(outcome.get().fault == Fault::Stopped);
}

TEST_CASE("when too many wait, the next is declined and its done never called") {
    Receiver hangs([](const auto&) { return Reply{"", Then::Hang}; });
    auto one = courier(1, 1, 3);
    auto first = send(one, {.url = hangs.url()});
    while (hangs.requests().empty()) std::this_thread::yield();
    std::vector<std::future<Outcome>> waiting;
    waiting.reserve(3);
    for (int i = 0; i < 3; ++i) waiting.push_back(send(one, {.url = hangs.url()}));
    bool called = false;
    CHECK_FALSE(one.deliver({.url = hangs.url()}, [&](const Outcome&) { called = true; }));
    one.stop({});
    CHECK(first.get().fault == Fault::Stopped);
    for (auto& outcome : waiting) CHECK(outcome.get().fault == Fault::Stopped);
    CHECK_FALSE(called);
}

TEST_CASE("stopping lets what is on its way finish, within the grace and not longer") {
    std::latch arrived(1);
    std::latch go_on(1);
    Receiver slow([&](const auto&) {
        arrived.count_down();
        go_on.wait();
        return Reply{answer("200 OK")};
    });
    Receiver hangs([](const auto&) { return Reply{"", Then::Hang}; });
    auto one = courier();
    auto finishing = send(one, {.url = slow.url()});
    auto endless = send(one, {.url = hangs.url()});
    arrived.wait();
    const auto begin = std::chrono::steady_clock::now();
    auto stopping = std::async(std::launch::async, [&] { one.stop(Millis{300}); });
    go_on.count_down();
    stopping.get();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK(finishing.get().delivered());
    CHECK(endless.get().fault == Fault::Stopped);
    CHECK_FALSE(one.deliver({.url = slow.url()}, [](const Outcome&) {}));
}

TEST_CASE("a delivery may be followed by another from its own done") {
    Receiver receiver([](const auto&) { return Reply{answer("200 OK")}; });
    auto one = courier();
    std::promise<Outcome> second;
    REQUIRE(one.deliver({.url = receiver.url()}, [&](const Outcome&) {
        if (!one.deliver({.url = receiver.url()},
                         [&](Outcome o) { second.set_value(std::move(o)); }))
            second.set_value({});
    }));
    CHECK(second.get_future().get().delivered());
}

TEST_CASE("orders from several threads are all carried out") {
    Receiver receiver([](const auto&) { return Reply{answer("200 OK")}; });
    auto one = courier();
    std::atomic<int> delivered = 0;
    std::latch all(80);
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i)
                    if (!one.deliver({.url = receiver.url(), .body = "x"}, [&](const Outcome& o) {
                            delivered += o.delivered() ? 1 : 0;
                            all.count_down();
                        }))
                        all.count_down();
            });
    }
    all.wait();
    CHECK(delivered == 80);
}

}  // namespace
}  // namespace yinuo::connect
