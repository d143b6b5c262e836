// The bytes of one connection, plain or TLS, without ever waiting. Private to http/*.cc.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "http/server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace yinuo::http {

// A certificate chain and its key, ready to serve (TLS 1.2 and 1.3, ALPN http/1.1).
class TlsContext {
public:
    static Result<TlsContext> open(const Tls&);
    ssl_ctx_st* get() const { return context_.get(); }

private:
    explicit TlsContext(ssl_ctx_st* context);
    std::shared_ptr<ssl_ctx_st> context_;
};

enum class Io { Done, WaitToRead, WaitToWrite, Closed };

struct Moved {
    Io io;
    std::size_t bytes = 0;
};

class Transport {
public:
    // `socket` is non-blocking and stays the caller's; with a context, TLS is spoken on it.
    explicit Transport(int socket, const TlsContext* tls = nullptr);
    ~Transport();

    Io shake_hands();
    // Closed also when the peer has finished sending.
    Moved read(char* into, std::size_t size);
    // From the front of `head`, then of `body`; perhaps less than all.
    Moved write(std::string_view head, std::string_view body = {});
    // Says that nothing more will be written.
    void finish();
    bool is_tls() const { return ssl_ != nullptr; }
    // Bytes already taken from the socket, which will therefore not show as readable.
    bool holds_bytes() const;

private:
    Io why(int returned) const;

    int socket_;
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
};

}  // namespace yinuo::http
