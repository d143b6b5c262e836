// Bytes of a connection into a Request: the strict part of HTTP/1.1. Private to http/*.cc.
//
// Beast's parser does the grammar; what it lets pass and we don't is refused here: folded headers
// (obs-fold), Content-Length with Transfer-Encoding or twice, codings other than chunked, no Host or
// two. A message that two readers could cut differently is how requests are smuggled past a proxy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace yinuo::http {

// What the server answers by itself; the connection is closed after it.
struct Refusal {
    int status;
    Error error;
};

class RequestReader {
public:
    struct Limits {
        std::size_t header_bytes_max;
        std::size_t header_count_max;
    };

    explicit RequestReader(Limits);
    ~RequestReader();

    // Forgets everything and waits for the next request.
    void begin();

    enum class State { NeedsMore, HeaderDone, Done, Refused };
    struct Step {
        State state;
        std::size_t used;  // bytes that need not be shown again
    };
    // `bytes` is everything not yet used. HeaderDone is told once, and may be followed by Done
    // without more bytes; body_max() belongs in between.
    Step read(std::string_view bytes);

    // More body than this is refused, at once when Content-Length announces it.
    void body_max(std::size_t bytes) { body_max_ = bytes; }

    // Refuses what hasn't come in time.
    void time_is_up();

    bool started() const;  // has any byte of this request been used?
    bool keep_alive() const;
    bool is_http_1_0() const;
    bool expects_continue() const;

    Request& request() { return request_; }
    const Refusal& refusal() const { return *refusal_; }

private:
    class Parser;

    Step refuse(std::size_t used, Refusal);
    Step wait(std::size_t used, std::string_view rest);
    Step tell_header(std::size_t used);
    Step finish(std::size_t used);
    Refusal too_long(std::string_view rest) const;
    std::optional<Refusal> fault_of_framing() const;
    std::optional<Refusal> fault_of_header() const;

    Limits limits_;
    std::size_t body_max_ = 0;
    std::size_t header_bytes_ = 0;
    Request request_;
    std::unique_ptr<std::optional<Parser>> parser_;
    std::optional<Refusal> refusal_;
    bool header_told_ = false;
};

}  // namespace yinuo::http
