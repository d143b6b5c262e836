// Any bytes are requests, one after another, or a refusal; and what is let through keeps the
// promises of message.h.
#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "base/utf8.h"
#include "http/problem.h"
#include "http/request_reader.h"
#include "http/response_writer.h"
#include "http/router.h"

namespace yinuo::http {
namespace {

constexpr std::size_t kBodyMax = 4096;

void route(const Request& request) {
    static const auto router = Router::of({{"GET", "/", "home"},
                                           {"GET", "/a/{b}", "one"},
                                           {"POST", "/a/b", "literal"},
                                           {"GET", "/{x}/{y}/z", "deep"}});
    const auto answer = router->match(request.method, request.raw_path);
    if (const auto* match = std::get_if<Router::Match>(&answer))
        for (std::size_t i = 0; i < match->parameters.size(); ++i)
            check(find_bad_utf8(match->parameters.value(i)) == std::string_view::npos);
    if (const auto* wrong = std::get_if<Router::WrongMethod>(&answer))
        wrong_method(request, *wrong);
}

void judge(const Request& request) {
    check(find_bad_utf8(request.path) == std::string_view::npos);
    check(request.path == "*" || request.path.starts_with('/'));
    check(request.path.find("/../") == std::string::npos && !request.path.ends_with("/.."));
    check(request.body.size() <= kBodyMax);
    const auto is_control = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    check(std::ranges::none_of(request.path, is_control));
    for (std::size_t i = 0; i < request.headers.size(); ++i)
        check(std::ranges::none_of(request.headers.value(i), is_control));
    for (std::size_t i = 0; i < request.query.size(); ++i)
        check(find_bad_utf8(request.query.value(i)) == std::string_view::npos);
    request.wants_chinese();
    std::string out;
    write_head(out, not_found(request).with("X", std::string(request.header("x").value_or(""))), {},
               "now");
    check(out.find("\r\n\r\n") == out.size() - 4);
    route(request);
}

}  // namespace
}  // namespace yinuo::http

// The first byte says in how large pieces the rest arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo::http;
    if (size == 0) return 0;
    const std::size_t step = 1 + data[0];
    std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    RequestReader reader({.header_bytes_max = 2048, .header_count_max = 16});
    std::string unread;
    while (true) {
        const auto said = reader.read(unread);
        unread.erase(0, said.used);
        switch (said.state) {
            case RequestReader::State::Refused: return 0;
            case RequestReader::State::HeaderDone: reader.body_max(kBodyMax); break;
            case RequestReader::State::Done:
                judge(reader.request());
                reader.begin();
                break;
            case RequestReader::State::NeedsMore:
                check(unread.size() <= 2048 + step);
                if (bytes.empty()) return 0;
                unread += bytes.substr(0, step);
                bytes.remove_prefix(std::min(step, bytes.size()));
        }
    }
}
