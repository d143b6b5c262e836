// An HTTP/1.1 server (RFC 9112) that knows nothing of what is said over it.
//
// A handler gets each request whole and a Replier, which may be answered at once or later from any
// thread. Connections live on the server's own threads; a handler is called on one of them and must
// not block: long work goes elsewhere and takes the Replier along. What the server refuses by
// itself (broken or oversized messages, timeouts) never reaches the handler and is answered with
// application/problem+json. HTTP/2 is a proxy's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace yinuo::http {

using Millis = std::chrono::milliseconds;

// One side of an open stream of server-sent events (WHATWG HTML 9.2). Copies are handles of the
// same stream; when the last one goes, or close() is called, what was sent is delivered and the
// stream ends. Every function may be called from any thread.
class Stream {
public:
    // What carries the events: a connection, or a test. Its destructor closes it.
    class Pipe {
    public:
        virtual ~Pipe() = default;
        virtual bool send(std::string chunk) = 0;
        virtual bool closed() const = 0;
        virtual void close() = 0;
    };

    explicit Stream(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}

    // Queues `chunk`, whole events with their blank line ("id: 7\ndata: {}\n\n"). False when the
    // client is gone, or too slow: more than Options::stream_queue_bytes wait, and it is cut off.
    bool send(std::string chunk) { return pipe_->send(std::move(chunk)); }
    bool closed() const { return pipe_->closed(); }
    void close() { pipe_->close(); }

private:
    std::shared_ptr<Pipe> pipe_;
};

// The right and duty to answer one request, once. Dropped unanswered, the client gets a 500.
class Replier {
public:
    // Who carries the answer away: the connection, or a test.
    class Exchange {
    public:
        virtual ~Exchange() = default;
        virtual void answer(std::uint64_t turn, Response) = 0;
        virtual Stream stream(std::uint64_t turn, Response head) = 0;
        virtual void abandon(std::uint64_t turn);  // answers 500
    };

    Replier(std::shared_ptr<Exchange> exchange, std::uint64_t turn)
        : exchange_(std::move(exchange)), turn_(turn) {}
    Replier(Replier&&) noexcept = default;
    Replier& operator=(Replier&&) noexcept;
    ~Replier();

    // Both use the Replier up. An answer that comes after the handler timeout, or to a client that
    // has left, goes nowhere.
    void send(Response) &&;
    // Sends the head (its body is ignored; Content-Type is text/event-stream unless it says
    // otherwise) and leaves the connection open. To a HEAD request the stream is closed at once.
    Stream stream(Response head) &&;

private:
    std::shared_ptr<Exchange> exchange_;
    std::uint64_t turn_;
};

using Handler = std::function<void(Request&&, Replier)>;

// A chain and its key, each as PEM text or as the path of a PEM file.
struct Tls {
    std::string certificate;
    std::string key;
};

struct Options {
    std::string address = "127.0.0.1";  // an IPv4 or IPv6 address; "0.0.0.0", "::" for all
    std::uint16_t port = 0;             // 0: any free one, see Server::port()
    std::optional<Tls> tls = {};        // TLS 1.2 and 1.3
    unsigned threads = 1;

    std::size_t connections_max = 10'000;      // one more is answered 503
    std::size_t header_bytes_max = 16 * 1024;  // request line and headers; 414 or 431 beyond
    std::size_t header_count_max = 100;
    // Bytes of body that this method and raw path may have, asked before any is read; 413 beyond.
    // Also the limit of a gzip'd body once unpacked. By default one MiB for everything.
    std::function<std::size_t(std::string_view method, std::string_view raw_path)> body_max = {};

    Millis header_timeout{10'000};  // from the first byte (or the TCP handshake) to the blank line
    Millis body_timeout{10'000};    // a body may take this long ...
    std::size_t body_rate_min = 1024;  // ... and a second more for every so many bytes that came
    Millis idle_timeout{75'000};       // between requests
    Millis handler_timeout{30'000};    // until the Replier is used; then the answer is a 503
    Millis write_timeout{30'000};      // for an answer, or an event, to be taken by the client
    Millis heartbeat{15'000};          // a stream silent for so long says ":\n\n"
    std::size_t stream_queue_bytes = 256 * 1024;

    // Answers of this size and more in text/*, JSON, XML, JavaScript or SVG are gzip'd for clients
    // that accept it. Streams and answers with a Content-Encoding of their own never are.
    std::size_t gzip_from_bytes = 1024;
    int gzip_level = 3;  // 1 to 6; 0 turns it off
};

class Server {
public:
    // Binds at once, so that port() is known and a second server on it is refused ("port-taken",
    // "bad-address", "bad-certificate"). Nothing is accepted before start().
    static Result<std::unique_ptr<Server>> open(Options, Handler);
    ~Server();  // stop(0)

    std::uint16_t port() const;
    std::size_t connections() const;  // open now

    void start();  // once

    // Stops accepting and closes idle connections at once, tells streams goodbye with an event
    // named "end", lets running requests finish within `grace`, cuts off the rest, and returns when
    // every thread of the server is done. Never from a handler.
    void stop(Millis grace);

private:
    class Impl;
    explicit Server(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace yinuo::http
