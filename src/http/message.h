// A request and its answer, as plain values.
//
// What stands in a Request has been checked: path and query are UTF-8, the path without control
// characters and dot segments, headers without control characters but tabs (though perhaps not
// UTF-8); the body is complete, within its limit and already unpacked.
// Nothing here knows sockets, and a test may fill one by hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yinuo::http {

// Names with values in the order they came, a name possibly several times. All texts lie in one
// string, so a request of a dozen headers costs two allocations; views die when fields are added.
class Fields {
public:
    void add(std::string_view name, std::string_view value);
    void clear() { text_.clear(), spans_.clear(); }

    std::size_t size() const { return spans_.size(); }
    std::string_view name(std::size_t i) const;
    std::string_view value(std::size_t i) const;

    // The last value of that name, letter by letter.
    std::optional<std::string_view> find(std::string_view name) const;
    // The same for ASCII letters of either case, as header names want it.
    std::optional<std::string_view> find_header(std::string_view name) const;

private:
    struct Span {
        std::uint32_t begin;
        std::uint32_t name_size;
        std::uint32_t value_size;
    };
    std::string text_;
    std::vector<Span> spans_;
};

struct Request {
    std::string method;      // as sent: "GET"
    std::string path;        // percent-decoded UTF-8, begins with '/'; or "*" for OPTIONS
    std::string raw_path;    // as sent, which the router wants: "/obligations/order%2F00004"
    std::string raw_query;   // as sent, without the '?'
    Fields query;            // decoded; '+' is a blank
    Fields headers;          // names in small letters, values trimmed
    Fields path_parameters;  // decoded, filled in by whoever asked the router
    std::string body;
    std::string remote;  // the peer's address without its port: "192.0.2.7", "2001:db8::1"
    bool tls = false;

    // The last header of that name in either case, the query's or the path's parameter.
    std::optional<std::string_view> header(std::string_view name) const;
    std::optional<std::string_view> query_value(std::string_view name) const;
    std::optional<std::string_view> path_value(std::string_view name) const;

    // By Accept-Language: does this reader want Chinese rather than English? English when the
    // header is absent or names neither.
    bool wants_chinese() const;
};

// The server adds Date, Content-Length, X-Content-Type-Options and, where they belong, Connection,
// Vary and Content-Encoding; a header given here wins over the server's own of the same name.
struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};

    static Response text(int status, std::string body);
    static Response json(int status, std::string body);
    static Response empty(int status = 204) { return {.status = status}; }

    Response& with(std::string name, std::string value) &;
    Response with(std::string name, std::string value) &&;
    std::optional<std::string_view> header(std::string_view name) const;
};

}  // namespace yinuo::http
