// One connection and the thread it lives on. Private to connection.cc, streaming.cc and server.cc,
// the only ones that know Asio.
//
// Asio says when a socket is ready and runs the coroutines; reading and writing are Transport's. A
// connection waits for its first byte without a buffer, so that an idle one costs little. It belongs
// to one Shard and is touched on that shard's thread only, except where a comment says otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#pragma GCC diagnostic pop

#include "http/gzip.h"
#include "http/request_reader.h"
#include "http/response_writer.h"
#include "http/server.h"
#include "http/stream_queue.h"
#include "http/transport.h"

namespace yinuo::http {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
template <typename T = void>
using Task = asio::awaitable<T, Executor>;
using Use = asio::use_awaitable_t<Executor>;

class Connection;

// What all connections of a server share. Unchanging while it serves.
struct Settings {
    Options options;
    Handler handler;
    std::optional<TlsContext> tls;
    std::atomic<std::size_t> connections = 0;
};

// One thread, its connections, and the clock that cuts off those past their deadline.
class Shard : public std::enable_shared_from_this<Shard> {
public:
    explicit Shard(std::shared_ptr<Settings>);

    asio::io_context io;
    const std::shared_ptr<Settings> settings;

    void start();
    void adopt(Socket, std::string remote);
    void leave(Connection&);
    void stop(Clock::time_point force_at);
    bool stopping() const { return force_at_.has_value(); }

    Packer& packer();
    const std::string& date();  // now, to the second

private:
    Task<> tick();
    void sweep(Clock::time_point now);

    Timer timer_;
    Clock::duration tick_;
    std::vector<Connection*> connections_;
    std::optional<Clock::time_point> force_at_;
    std::optional<Packer> packer_;
    std::string date_;
    std::int64_t date_second_ = -1;
};

// Bytes read and not yet used. Empty, it may hold no memory at all.
class Input {
public:
    std::string_view unread() const { return {bytes_.data() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    void use(std::size_t n);
    // Room for at least one more byte, more if what came before filled all there was.
    std::pair<char*, std::size_t> room();
    void filled(std::size_t n);
    void release();

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool was_filled_ = false;
};

class Connection final : public Replier::Exchange, public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Shard>, Socket, std::string remote);

    static Task<> serve(std::shared_ptr<Connection>);

    // From any thread; a turn that is over is ignored.
    void answer(std::uint64_t turn, Response) override;
    Stream stream(std::uint64_t turn, Response head) override;
    void abandon(std::uint64_t turn) override;

    // By the shard: cuts off a connection past its deadline, and tells it that the server stops.
    void sweep(Clock::time_point now);
    void server_stops();
    void abort();

    std::size_t index = 0;  // in the shard's list

private:
    enum class Phase { Idle, Receiving, Handling, Sending, Streaming };
    enum class Got { Request, Refusal, Nothing };

    Task<> converse();
    Task<bool> shake_hands();
    Task<bool> serve_one();
    Task<Got> receive();
    Task<bool> fill();
    Task<bool> wait(Socket::wait_type);
    Task<bool> send(std::string_view head, std::string_view body);
    Task<bool> send_answer(Response, bool keep_alive);
    Task<> refuse(Refusal);
    Task<> linger();
    Task<> run_stream(Response head);

    bool must_pause();
    void note_request();
    void hand_over();
    void settle(std::uint64_t turn, Response, std::shared_ptr<StreamQueue>);
    void wake();
    void stream_wakes();
    void watch_peer();
    void limit(Clock::duration time) { deadline_ = Clock::now() + time; }
    void limit_body();
    void unlimited() { deadline_ = Clock::time_point::max(); }

    const Options& options() const { return shard_->settings->options; }

    const std::shared_ptr<Shard> shard_;
    Socket socket_;
    Transport transport_;
    Timer event_;  // never expires by itself but in a stream; cancelled, it wakes the coroutine
    Clock::time_point deadline_ = Clock::time_point::max();
    Clock::time_point body_began_;
    const std::string remote_;

    Phase phase_ = Phase::Idle;
    bool first_ = true;     // no request has been served yet
    bool late_ = false;     // the deadline has passed
    bool ended_ = false;    // nothing more may be done
    bool waiting_ = false;  // on event_
    bool to_head_ = false;  // of the request being served, which the handler has taken
    bool chinese_ = false;
    int at_once_ = 0;
    std::uint64_t turn_ = 0;
    std::string accept_encoding_;

    Input input_;
    std::string output_;
    RequestReader reader_;
    std::optional<Response> answer_;
    std::shared_ptr<StreamQueue> stream_;
};

}  // namespace yinuo::http
