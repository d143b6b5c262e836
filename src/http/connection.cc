#include "http/connection.h"

#include <algorithm>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#pragma GCC diagnostic pop

#include "http/problem.h"

namespace yinuo::http {
namespace {

using boost::system::error_code;

constexpr std::size_t kInputFirst = 4 * 1024;
constexpr std::size_t kInputMost = 64 * 1024;   // but for a head that may be larger
constexpr std::size_t kOneWrite = 16 * 1024;    // a body up to this goes out with its head
constexpr std::size_t kLingerBytes = 64 << 20;  // of a refused body we read to be heard
constexpr int kAtOnce = 32;                     // requests or reads without a wait
constexpr auto kLingerTime = std::chrono::seconds(2);

// Made here and not inside a co_await, where g++ 12 destroys such a value twice.
Refusal took_too_long() {
    return {
        503,
        {.code = "handler-timeout",
         .what = {"服务器没有及时处理完这个请求", "the server didn't finish this request in time"},
         .mend = {"稍后再试", "try again later"}}};
}

}  // namespace

void Input::use(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
}

std::pair<char*, std::size_t> Input::room() {
    if (bytes_.empty()) bytes_.resize(kInputFirst);
    if (begin_ > 0) {
        std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    const bool more_wanted = std::exchange(was_filled_, false) && bytes_.size() < kInputMost;
    if (end_ == bytes_.size() || more_wanted) bytes_.resize(bytes_.size() * 2);
    return {bytes_.data() + end_, bytes_.size() - end_};
}

void Input::filled(std::size_t n) {
    end_ += n;
    was_filled_ = end_ == bytes_.size();
}

void Input::release() {
    if (empty()) bytes_ = {};
}

Connection::Connection(std::shared_ptr<Shard> shard, Socket socket, std::string remote)
    : shard_(std::move(shard)),
      socket_(std::move(socket)),
      transport_(socket_.native_handle(),
                 shard_->settings->tls ? &*shard_->settings->tls : nullptr),
      event_(shard_->io),
      remote_(std::move(remote)),
      reader_({.header_bytes_max = options().header_bytes_max,
               .header_count_max = options().header_count_max}) {}

Task<> Connection::serve(std::shared_ptr<Connection> self) {
    try {
        co_await self->converse();
    } catch (const std::exception&) {
        // No memory, most likely: this connection ends, the others go on.
    }
    self->ended_ = true;
    if (self->stream_) self->stream_->cut();
    error_code ignored;
    self->socket_.close(ignored);
    self->shard_->leave(*self);
}

Task<> Connection::converse() {
    limit(options().header_timeout);
    const bool shaken = co_await shake_hands();
    bool more = shaken;
    while (more) more = co_await serve_one();
}

Task<bool> Connection::shake_hands() {
    while (true) {
        const auto io = transport_.shake_hands();
        if (io == Io::Done) co_return true;
        if (io == Io::Closed) co_return false;
        const bool ready =
            co_await wait(io == Io::WaitToRead ? Socket::wait_read : Socket::wait_write);
        if (!ready) co_return false;
    }
}

Task<bool> Connection::serve_one() {
    const auto got = co_await receive();
    if (got == Got::Nothing) co_return false;
    note_request();
    if (got == Got::Refusal) {
        co_await refuse(reader_.refusal());
        co_return false;
    }
    phase_ = Phase::Handling;
    limit(options().handler_timeout);
    hand_over();
    while (!answer_ && !late_ && !ended_) {
        waiting_ = true;
        event_.expires_at(Clock::time_point::max());
        error_code cancelled;
        co_await event_.async_wait(asio::redirect_error(Use(), cancelled));
        waiting_ = false;
    }
    late_ = false;
    ++turn_;  // what is answered from now on comes too late
    if (ended_) co_return false;
    if (!answer_) {
        co_await refuse(took_too_long());
        co_return false;
    }
    Response response = std::move(*answer_);
    answer_.reset();
    if (stream_) {
        co_await run_stream(std::move(response));
        co_return false;
    }
    const bool keep_alive = reader_.keep_alive() && !shard_->stopping();
    const bool sent = co_await send_answer(std::move(response), keep_alive);
    const bool more = sent && keep_alive;
    if (sent && !more) co_await linger();
    co_return more;
}

// Whoever always has more for us must not keep the thread from the others.
bool Connection::must_pause() {
    if (++at_once_ < kAtOnce) return false;
    at_once_ = 0;
    return true;
}

Task<Connection::Got> Connection::receive() {
    reader_.begin();
    if (must_pause()) co_await asio::post(shard_->io, Use());
    if (input_.empty() && !transport_.holds_bytes()) {
        if (shard_->stopping()) co_return Got::Nothing;
        phase_ = Phase::Idle;
        limit(std::exchange(first_, false) ? options().header_timeout : options().idle_timeout);
        const bool ready = co_await wait(Socket::wait_read);
        if (!ready) co_return Got::Nothing;
    }
    phase_ = Phase::Receiving;
    limit(options().header_timeout);
    bool in_body = false;
    bool may_continue = false;
    while (true) {
        const auto step = reader_.read(input_.unread());
        input_.use(step.used);
        if (step.state == RequestReader::State::Done) co_return Got::Request;
        if (step.state == RequestReader::State::Refused) co_return Got::Refusal;
        if (step.state == RequestReader::State::HeaderDone) {
            const auto& request = reader_.request();
            const auto& body_max = options().body_max;
            reader_.body_max(body_max ? body_max(request.method, request.raw_path) : 1 << 20);
            in_body = may_continue = true;
            body_began_ = Clock::now();
            continue;
        }
        if (in_body) {
            limit_body();
            if (std::exchange(may_continue, false) && reader_.expects_continue() &&
                reader_.request().body.empty()) {
                const bool told = co_await send("HTTP/1.1 100 Continue\r\n\r\n", {});
                if (!told) co_return Got::Nothing;
            }
        }
        const bool more = co_await fill();
        if (more) continue;
        if (!late_ || !reader_.started()) co_return Got::Nothing;
        reader_.time_is_up();
        co_return Got::Refusal;
    }
}

// A body may take body_timeout, and a second more for every body_rate_min bytes that came.
void Connection::limit_body() {
    const auto seconds =
        reader_.request().body.size() / std::max<std::size_t>(1, options().body_rate_min);
    deadline_ = body_began_ + options().body_timeout + std::chrono::seconds(seconds);
}

Task<bool> Connection::fill() {
    while (true) {
        const auto [into, size] = input_.room();
        const auto moved = transport_.read(into, size);
        if (moved.io == Io::Done) {
            input_.filled(moved.bytes);
            if (must_pause()) co_await asio::post(shard_->io, Use());
            co_return true;
        }
        if (moved.io == Io::Closed) co_return false;
        const bool ready =
            co_await wait(moved.io == Io::WaitToRead ? Socket::wait_read : Socket::wait_write);
        if (!ready) co_return false;
    }
}

Task<bool> Connection::wait(Socket::wait_type what) {
    if (late_ || ended_) co_return false;
    at_once_ = 0;
    error_code failed;
    co_await socket_.async_wait(what, asio::redirect_error(Use(), failed));
    co_return !failed && !late_ && !ended_;
}

Task<bool> Connection::send(std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
        const auto moved = transport_.write(head, body);
        if (moved.io == Io::Closed) co_return false;
        if (moved.io == Io::Done) {
            const auto of_head = std::min(moved.bytes, head.size());
            head.remove_prefix(of_head);
            body.remove_prefix(moved.bytes - of_head);
            continue;
        }
        limit(options().write_timeout);
        const bool ready =
            co_await wait(moved.io == Io::WaitToRead ? Socket::wait_read : Socket::wait_write);
        if (!ready) co_return false;
    }
    co_return true;
}

// What of the request is needed after the handler has taken it.
void Connection::note_request() {
    const auto& request = reader_.request();
    to_head_ = request.method == "HEAD";
    chinese_ = request.wants_chinese();
    accept_encoding_ = request.header("accept-encoding").value_or("");
}

void Connection::hand_over() {
    auto& request = reader_.request();
    request.remote = remote_;
    request.tls = transport_.is_tls();
    try {
        shard_->settings->handler(std::move(request), Replier(shared_from_this(), turn_));
    } catch (const std::exception&) {
        // The Replier was dropped on the way, which has answered 500.
    }
}

Task<bool> Connection::send_answer(Response response, bool keep_alive) {
    phase_ = Phase::Sending;
    limit(options().write_timeout);
    if (options().gzip_level > 0 && response.body.size() >= options().gzip_from_bytes)
        pack_if_wanted(response, accept_encoding_, options().gzip_from_bytes, shard_->packer());
    const Manner manner{
        .to_head = to_head_, .http_1_0 = reader_.is_http_1_0(), .keep_alive = keep_alive};
    output_.clear();
    write_head(output_, response, manner, shard_->date());
    std::string_view body;
    if (sends_body(response, manner)) body = response.body;
    if (body.size() <= kOneWrite) {
        output_ += body;
        body = {};
    }
    const bool sent = co_await send(output_, body);
    co_return sent;
}

Task<> Connection::refuse(Refusal refusal) {
    late_ = false;
    auto response = problem(refusal.status, refusal.error, chinese_);
    if (refusal.status == 415) response.with("Accept-Encoding", "gzip");
    if (refusal.status == 503) response.with("Retry-After", "1");
    const bool sent = co_await send_answer(std::move(response), false);
    if (sent) co_await linger();
}

// A socket closed over unread bytes resets the connection, and the client may lose the answer that
// tells it why. So what it is still sending is read and forgotten for a while.
Task<> Connection::linger() {
    transport_.finish();
    limit(kLingerTime);
    std::size_t read = input_.unread().size();
    input_.use(read);
    while (read < kLingerBytes) {
        const bool more = co_await fill();
        if (!more) co_return;
        read += input_.unread().size();
        input_.use(input_.unread().size());
    }
}

void Connection::answer(std::uint64_t turn, Response response) {
    asio::dispatch(shard_->io,
                   [weak = weak_from_this(), turn, response = std::move(response)]() mutable {
                       if (const auto self = weak.lock())
                           self->settle(turn, std::move(response), nullptr);
                   });
}

void Connection::abandon(std::uint64_t turn) {
    asio::dispatch(shard_->io, [weak = weak_from_this(), turn] {
        if (const auto self = weak.lock())
            self->settle(turn, internal_error(self->chinese_), nullptr);
    });
}

void Connection::settle(std::uint64_t turn, Response response,
                        std::shared_ptr<StreamQueue> stream) {
    if (turn != turn_ || phase_ != Phase::Handling || answer_ || ended_) {
        if (stream) stream->cut();
        return;
    }
    answer_ = std::move(response);
    stream_ = std::move(stream);
    wake();
}

void Connection::wake() {
    if (waiting_) event_.cancel();
}

void Connection::sweep(Clock::time_point now) {
    if (phase_ == Phase::Idle) {
        input_.release();
        output_ = {};
    }
    if (now < deadline_) return;
    unlimited();
    late_ = true;
    error_code ignored;
    socket_.cancel(ignored);
    wake();
}

void Connection::server_stops() {
    if (phase_ == Phase::Idle) abort();
    if (phase_ == Phase::Streaming) wake();
}

void Connection::abort() {
    ended_ = true;
    error_code ignored;
    socket_.cancel(ignored);
    wake();
}

}  // namespace yinuo::http
