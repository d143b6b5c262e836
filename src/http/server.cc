#include "http/server.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/check.h"
#include "http/connection.h"
#include "http/problem.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#pragma GCC diagnostic pop

namespace yinuo::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTickLeast = Millis(10);
constexpr auto kTickMost = Millis(250);
constexpr auto kAcceptPause = Millis(50);  // when the system refuses to give a connection

// A quarter of the shortest timeout: that is how late a deadline may be noticed.
Clock::duration tick_for(const Options& options) {
    const auto shortest =
        std::min({options.header_timeout, options.body_timeout, options.idle_timeout,
                  options.handler_timeout, options.write_timeout});
    return std::clamp(shortest / 4, kTickLeast, kTickMost);
}

std::string plain_address(asio::ip::address address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

// OpenSSL writes to sockets without MSG_NOSIGNAL.
void leave_sigpipe_alone() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Error cannot_listen(const Options& options, const error_code& why) {
    const auto where = options.address + " : " + std::to_string(options.port);
    if (why == asio::error::address_in_use)
        return {.code = "port-taken",
                .what = {where + " 已被别的程序占用", where + " is taken by another program"},
                .mend = {"换一个端口，或先停掉那个程序",
                         "take another port, or stop that program first"}};
    return {.code = "bad-address",
            .what = {"不能在 " + where + " 上监听（" + why.message() + "）",
                     "cannot listen on " + where + " (" + why.message() + ")"},
            .mend = {"地址写成 127.0.0.1、0.0.0.0 或 :: 之类",
                     "write an address like 127.0.0.1, 0.0.0.0 or ::"}};
}

}  // namespace

Shard::Shard(std::shared_ptr<Settings> settings)
    : io(1), settings(std::move(settings)), timer_(io), tick_(tick_for(this->settings->options)) {}

void Shard::start() { asio::co_spawn(io, tick(), asio::detached); }

void Shard::adopt(Socket socket, std::string remote) {
    const auto connection =
        std::make_shared<Connection>(shared_from_this(), std::move(socket), std::move(remote));
    connection->index = connections_.size();
    connections_.push_back(connection.get());
    if (stopping()) connection->abort();
    asio::co_spawn(io, Connection::serve(connection), asio::detached);
}

void Shard::leave(Connection& connection) {
    connections_.back()->index = connection.index;
    connections_[connection.index] = connections_.back();
    connections_.pop_back();
    --settings->connections;
    if (stopping() && connections_.empty()) timer_.cancel();
}

void Shard::stop(Clock::time_point force_at) {
    force_at_ = force_at;
    for (auto* connection : connections_) connection->server_stops();
    timer_.cancel();
}

Task<> Shard::tick() {
    while (!stopping() || !connections_.empty()) {
        timer_.expires_after(stopping() ? kTickLeast : tick_);
        error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(Use(), ignored));
        sweep(Clock::now());
    }
}

void Shard::sweep(Clock::time_point now) {
    for (auto* connection : connections_) {
        if (stopping() && now >= *force_at_)
            connection->abort();
        else
            connection->sweep(now);
    }
}

Packer& Shard::packer() {
    if (!packer_) packer_.emplace(settings->options.gzip_level);
    return *packer_;
}

const std::string& Shard::date() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto second = now.time_since_epoch().count();
    if (std::exchange(date_second_, second) != second) date_ = imf_date(second);
    return date_;
}

class Server::Impl {
public:
    Impl(Options options, Handler handler) : settings(std::make_shared<Settings>()) {
        settings->options = std::move(options);
        settings->handler = std::move(handler);
        const auto threads = std::max(1u, settings->options.threads);
        for (unsigned i = 0; i < threads; ++i) shards.push_back(std::make_shared<Shard>(settings));
        acceptor.emplace(shards.front()->io);
    }

    std::optional<Error> listen() {
        const auto& options = settings->options;
        error_code failed;
        const auto address = asio::ip::make_address(options.address, failed);
        if (failed) return cannot_listen(options, failed);
        const tcp::endpoint here(address, options.port);
        acceptor->open(here.protocol(), failed);
        if (failed) return cannot_listen(options, failed);
        acceptor->set_option(asio::socket_base::reuse_address(true), failed);
        if (address.is_v6()) acceptor->set_option(asio::ip::v6_only(false), failed);
        acceptor->bind(here, failed);
        if (!failed) acceptor->listen(asio::socket_base::max_listen_connections, failed);
        if (failed) return cannot_listen(options, failed);
        port = acceptor->local_endpoint(failed).port();
        return std::nullopt;
    }

    Task<> accept() {
        Timer pause(shards.front()->io);
        for (std::size_t next = 0;; ++next) {
            auto& shard = shards[next % shards.size()];
            Socket socket(shard->io);
            tcp::endpoint peer;
            error_code failed;
            co_await acceptor->async_accept(socket, peer, asio::redirect_error(Use(), failed));
            if (!acceptor->is_open()) co_return;
            if (failed) {  // no descriptors left, most likely
                pause.expires_after(kAcceptPause);
                co_await pause.async_wait(asio::redirect_error(Use(), failed));
                continue;
            }
            welcome(*shard, std::move(socket), plain_address(peer.address()));
        }
    }

    void welcome(Shard& shard, Socket socket, std::string remote) {
        error_code failed;
        socket.native_non_blocking(true, failed);
        socket.set_option(tcp::no_delay(true), failed);
        if (settings->connections >= settings->options.connections_max) return turn_away(socket);
        ++settings->connections;
        asio::dispatch(shard.io,
                       [&shard, socket = std::move(socket), remote = std::move(remote)]() mutable {
                           shard.adopt(std::move(socket), std::move(remote));
                       });
    }

    // Said without waiting: whoever doesn't read it at once sees the connection closed.
    void turn_away(Socket& socket) {
        if (settings->tls) return;
        auto response = problem(503,
                                {.code = "too-many-connections",
                                 .what = {"连接太多", "there are too many connections"},
                                 .mend = {"稍后再试", "try again later"}},
                                false)
                            .with("Retry-After", "1");
        std::string said;
        write_head(said, response, {.keep_alive = false}, shards.front()->date());
        said += response.body;
        Transport transport(socket.native_handle());
        std::array<char, 4096> unheard;
        transport.write(said);
        transport.finish();
        transport.read(unheard.data(), unheard.size());
    }

    void start() {
        check(threads.empty() && settings->handler);  // once, and not after stop()
        for (const auto& shard : shards) shard->start();
        asio::co_spawn(shards.front()->io, accept(), asio::detached);
        for (const auto& shard : shards)
            threads.emplace_back([shard] {
                leave_sigpipe_alone();
                shard->io.run();
            });
    }

    void stop(Millis grace) {
        if (threads.empty()) return;
        const auto force_at = Clock::now() + grace;
        asio::post(shards.front()->io, [this] {
            error_code ignored;
            acceptor->close(ignored);
        });
        for (const auto& shard : shards)
            asio::post(shard->io, [&shard = *shard, force_at] { shard.stop(force_at); });
        for (auto& thread : threads) thread.join();
        threads.clear();
        settings->handler =
            nullptr;  // late Repliers may keep the rest alive, but not what it holds
    }

    const std::shared_ptr<Settings> settings;
    std::vector<std::shared_ptr<Shard>> shards;
    std::optional<asio::basic_socket_acceptor<tcp, Executor>> acceptor;
    std::vector<std::thread> threads;
    std::uint16_t port = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { stop(Millis(0)); }

Result<std::unique_ptr<Server>> Server::open(Options options, Handler handler) {
    std::optional<TlsContext> tls;
    if (options.tls) tls = TRY(TlsContext::open(*options.tls));
    auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
    impl->settings->tls = std::move(tls);
    if (auto error = impl->listen()) return refuse(std::move(*error));
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port; }
std::size_t Server::connections() const { return impl_->settings->connections; }
void Server::start() { impl_->start(); }
void Server::stop(Millis grace) { impl_->stop(grace); }

void Replier::Exchange::abandon(std::uint64_t turn) { answer(turn, internal_error(false)); }

Replier& Replier::operator=(Replier&& other) noexcept {
    if (exchange_ && this != &other) exchange_->abandon(turn_);
    exchange_ = std::move(other.exchange_);
    turn_ = other.turn_;
    return *this;
}

Replier::~Replier() {
    if (exchange_) exchange_->abandon(turn_);
}

void Replier::send(Response response) && {
    check(exchange_ != nullptr);
    std::exchange(exchange_, nullptr)->answer(turn_, std::move(response));
}

Stream Replier::stream(Response head) && {
    check(exchange_ != nullptr);
    return std::exchange(exchange_, nullptr)->stream(turn_, std::move(head));
}

}  // namespace yinuo::http
