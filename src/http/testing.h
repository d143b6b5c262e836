// A client for tests, which sends exactly the bytes it is told to, wrong ones too.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "http/server.h"

namespace yinuo::http::testing {

// An answer as it came. `status` 0: the connection ended instead.
struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    // The header's value, empty when it isn't there. `name` in the server's own spelling.
    std::string header(const std::string& name) const {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
    bool says(std::string_view text) const { return body.find(text) != std::string::npos; }
};

class Client {
public:
    // `receive_buffer`: bytes the kernel may hold for us, when a test wants to read slowly.
    explicit Client(std::uint16_t port, int receive_buffer = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (receive_buffer > 0)
            setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const int yes = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    }
    Client(Client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
    ~Client() {
        if (socket_ >= 0) ::close(socket_);
    }

    bool connected() const { return connected_; }
    int socket() const { return socket_; }

    // False when the server has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (put <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return true;
    }
    void finish() { ::shutdown(socket_, SHUT_WR); }

    // Is there an answer, or an end, to be read, now or within `patience`?
    bool has_more(Millis patience) const {
        pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
        return ::poll(&wanted, 1, static_cast<int>(patience.count())) == 1;
    }

    // Reads until `mark` has come, and returns everything up to its end; empty if it never does.
    std::string until(std::string_view mark) {
        while (true) {
            const auto at = read_.find(mark);
            if (at != std::string::npos) return take(at + mark.size());
            if (!more()) return {};
        }
    }
    // Everything until the server closes.
    std::string rest() {
        while (more()) {}
        return std::exchange(read_, {});
    }
    bool closed() { return rest().empty(); }

    // The next answer. `to_head`: no body follows, whatever the head says.
    Reply reply(bool to_head = false) {
        Reply reply;
        reply.head = until("\r\n\r\n");
        if (reply.head.empty()) return reply;
        reply.status = std::atoi(reply.head.c_str() + 9);
        const auto length = reply.header("Content-Length");
        if (to_head || length.empty()) return reply;
        const auto size = static_cast<std::size_t>(std::atoll(length.c_str()));
        while (read_.size() < size && more()) {}
        reply.body = take(std::min(size, read_.size()));
        return reply;
    }
    Reply ask(std::string_view bytes) {
        send(bytes);
        return reply();
    }
    Reply get(const std::string& path, const std::string& headers = {}) {
        return ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    }
    Reply post(const std::string& path, const std::string& body, const std::string& headers = {}) {
        return ask("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    }

private:
    static constexpr int kPatience = 20'000;  // ms; only a broken server takes so long

    bool more() {
        pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
        if (::poll(&wanted, 1, kPatience) != 1) return false;
        char bytes[16384];
        const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        read_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }
    std::string take(std::size_t size) {
        auto taken = read_.substr(0, size);
        read_.erase(0, size);
        return taken;
    }

    int socket_;
    bool connected_ = false;
    std::string read_;
};

// Started, on a free port.
inline std::unique_ptr<Server> serve(Options options, Handler handler) {
    auto server = Server::open(std::move(options), std::move(handler));
    check(server.has_value());
    (*server)->start();
    return std::move(*server);
}

// Answers with what it was asked: "METHOD path|query|body".
inline void echo(Request&& request, Replier replier) {
    std::move(replier).send(Response::text(
        200, request.method + " " + request.path + "|" + request.raw_query + "|" + request.body));
}

}  // namespace yinuo::http::testing
