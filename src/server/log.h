// What the server says about itself: one line of JSON for each thing, on standard error.
//
//   {"time":"2026-03-10T07:59:59.123Z","level":"info","event":"request","method":"GET",
//    "route":"readUser","status":200,"micros":412,"request":"…","actor":"usr_…"}
//
// Never bodies, query strings, paths, names or tokens: a route's name says what was asked, and ids
// of people say who asked. The one header before spdlog. From any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace yinuo::server {

class Log {
public:
    enum class To { Stderr, Nowhere };
    explicit Log(To to = To::Stderr);
    ~Log();

    struct Request {
        std::string_view method;
        std::string_view route;  // operationId; empty: none was found
        int status = 0;
        std::int64_t micros = 0;
        std::string_view id;     // of the request
        std::string_view actor;  // "usr_…"
        std::int64_t tenant = 0;
    };
    void request(const Request&);
    // What happens to the server: "listening", "stopping". `more` are members as JSON, no braces.
    void note(std::string_view event, std::string_view more = {});
    void warn(std::string_view event, const Error&);
    void error(std::string_view event, const Error&);

private:
    struct Sink;
    void line(int level, std::string_view event, std::string_view more);
    std::unique_ptr<Sink> sink_;
};

}  // namespace yinuo::server
