// The part of a Connection that carries a stream of events.
#include <array>
#include <charconv>

#include "http/connection.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#pragma GCC diagnostic pop

namespace yinuo::http {
namespace {

using boost::system::error_code;

constexpr std::string_view kHeartbeat = ":\n\n";
constexpr std::string_view kGoodbye = "event: end\ndata: {\"reason\": \"server-stops\"}\n\n";
constexpr std::size_t kDeafBytes = 64 * 1024;  // a client has nothing to say once it listens

void append_chunk(std::string& out, std::string_view bytes, bool chunked) {
    if (bytes.empty()) return;
    if (!chunked) {
        out += bytes;
        return;
    }
    std::array<char, 16> size;
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    out.append(size.data(), end);
    out += "\r\n";
    out += bytes;
    out += "\r\n";
}

}  // namespace

Stream Connection::stream(std::uint64_t turn, Response head) {
    auto wake = [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            asio::post(self->shard_->io, [weak] {
                if (const auto still = weak.lock()) still->stream_wakes();
            });
    };
    auto queue = std::make_shared<StreamQueue>(options().stream_queue_bytes, std::move(wake));
    asio::dispatch(shard_->io,
                   [weak = weak_from_this(), turn, head = std::move(head), queue]() mutable {
                       if (const auto self = weak.lock())
                           self->settle(turn, std::move(head), queue);
                       else
                           queue->cut();
                   });
    return StreamQueue::handle(std::move(queue));
}

void Connection::stream_wakes() {
    if (stream_ && stream_->overrun())
        abort();
    else
        wake();
}

Task<> Connection::run_stream(Response head) {
    phase_ = Phase::Streaming;
    unlimited();
    if (!head.header("content-type")) head.with("Content-Type", "text/event-stream");
    if (!head.header("cache-control")) head.with("Cache-Control", "no-store");
    const Manner manner{.http_1_0 = reader_.is_http_1_0(), .keep_alive = false, .stream = true};
    const bool chunked = !manner.http_1_0;
    output_.clear();
    write_head(output_, head, manner, shard_->date());
    bool over = to_head_;
    if (over) stream_->cut();
    watch_peer();
    while (true) {
        if (!output_.empty()) {
            const bool sent = co_await send(output_, {});
            if (!sent) co_return;
            output_.clear();
            unlimited();
            if (over) break;
        }
        auto [bytes, ended] = stream_->take();
        if (ended_) co_return;
        over = ended || shard_->stopping();
        if (over && !ended) bytes += kGoodbye;
        append_chunk(output_, bytes, chunked);
        if (over) {
            if (chunked) output_ += "0\r\n\r\n";
            if (output_.empty()) break;
        }
        if (!output_.empty()) continue;
        waiting_ = true;
        event_.expires_after(options().heartbeat);
        error_code woken;
        co_await event_.async_wait(asio::redirect_error(Use(), woken));
        waiting_ = false;
        if (!woken) append_chunk(output_, kHeartbeat, chunked);
    }
    stream_->cut();
    transport_.finish();
}

void Connection::watch_peer() {
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code& failed) {
        if (failed || self->ended_) return;
        std::array<char, 1024> unheard;
        for (std::size_t sum = 0; sum < kDeafBytes;) {
            const auto moved = self->transport_.read(unheard.data(), unheard.size());
            if (moved.io == Io::WaitToRead || moved.io == Io::WaitToWrite)
                return self->watch_peer();
            if (moved.io == Io::Closed) break;
            sum += moved.bytes;
        }
        self->stream_->cut();
        self->abort();
    });
}

}  // namespace yinuo::http
