// For tests: a receiver on a port of its own that reads one request after the other and answers
// with whatever bytes it is told to, right or wrong.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"

namespace yinuo::connect::testing {

struct Reply {
    std::string bytes = {};
    enum class Then { Keep, Close, Hang } then = Then::Keep;
};

inline std::string answer(std::string_view status, std::string_view body = {},
                          std::string_view headers = {}) {
    std::string text = "HTTP/1.1 ";
    text += status;
    text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    text += headers;
    text += "\r\n";
    return text += body;
}

class Receiver {
public:
    using Handler = std::function<Reply(const std::string& request)>;

    explicit Receiver(Handler handler) : handler_(std::move(handler)) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        check(bind(listener_, any, size) == 0 && listen(listener_, 64) == 0);
        check(getsockname(listener_, any, &size) == 0);
        port_ = ntohs(address.sin_port);
        end_ = eventfd(0, 0);
        thread_ = std::thread([this] { accept_all(); });
    }
    ~Receiver() {
        const std::uint64_t one = 1;
        check(write(end_, &one, sizeof one) == sizeof one);
        thread_.join();
        for (auto& talk : talks_) talk.join();
        close(listener_);
        close(end_);
    }

    std::string url(std::string_view path = "/hook") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }
    int connections() const { return connections_; }
    int at_once_most() const { return at_once_most_; }
    std::vector<std::string> requests() {
        const std::scoped_lock guard(lock_);
        return requests_;
    }

private:
    // False when the receiver is to end.
    bool readable(int socket) const {
        pollfd both[] = {{socket, POLLIN, 0}, {end_, POLLIN, 0}};
        return poll(both, 2, -1) > 0 && both[1].revents == 0;
    }

    void accept_all() {
        while (readable(listener_)) {
            const int socket = accept(listener_, nullptr, nullptr);
            ++connections_;
            talks_.emplace_back([this, socket] {
                talk(socket);
                close(socket);
            });
        }
    }

    void talk(int socket) {
        std::string text;
        while (read_request(socket, text)) {
            const int now = ++at_once_;
            for (int most = at_once_most_; most < now;)
                if (at_once_most_.compare_exchange_weak(most, now)) break;
            {
                const std::scoped_lock guard(lock_);
                requests_.push_back(text);
            }
            const Reply reply = handler_(text);
            --at_once_;
            for (std::string_view rest = reply.bytes; !rest.empty();) {
                const auto sent = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
                if (sent <= 0) return;
                rest.remove_prefix(static_cast<std::size_t>(sent));
            }
            if (reply.then == Reply::Then::Close) return;
            while (reply.then == Reply::Then::Hang && readable(socket)) {
                char byte;
                if (recv(socket, &byte, 1, 0) <= 0) return;
            }
        }
    }

    // One request with its body, by Content-Length.
    bool read_request(int socket, std::string& text) const {
        text.clear();
        for (std::size_t whole = std::string::npos; text.size() < whole;) {
            char buffer[4096];
            if (!readable(socket)) return false;
            const auto got = recv(socket, buffer, sizeof buffer, 0);
            if (got <= 0) return false;
            text.append(buffer, static_cast<std::size_t>(got));
            if (text.front() == kTlsHello) return true;  // answered as it deserves
            const auto end = text.find("\r\n\r\n");
            if (end == std::string::npos) continue;
            const auto length = text.find("Content-Length: ");
            whole = end + 4;
            if (length < end) whole += std::strtoul(text.c_str() + length + 16, nullptr, 10);
        }
        return true;
    }

    static constexpr char kTlsHello = 0x16;  // the first byte of a handshake, RFC 8446 section 5.1

    Handler handler_;
    int listener_ = -1;
    int end_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
    std::vector<std::thread> talks_;
    std::atomic<int> connections_ = 0;
    std::atomic<int> at_once_ = 0;
    std::atomic<int> at_once_most_ = 0;
    std::mutex lock_;
    std::vector<std::string> requests_;
};

}  // namespace yinuo::connect::testing
