#include "http/request_reader.h"

#include <algorithm>
#include <string>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#pragma GCC diagnostic pop

#include "http/accept.h"
#include "http/gzip.h"
#include "http/target.h"

namespace yinuo::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::http::error;

constexpr std::size_t kLastChunk = 5;            // "0", and two line ends
constexpr std::size_t kReservedMax = 64 * 1024;  // what a mere claim of Content-Length may take

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// Of these, two would leave open which one is meant.
constexpr std::string_view kOnlyOnce[] = {
    "authorization", "content-encoding",  "content-length", "content-type", "expect",
    "host",          "transfer-encoding",
};

std::size_t times(const Fields& headers, std::string_view name) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < headers.size(); ++i)
        if (headers.name(i) == name) ++count;
    return count;
}

bool has_fold(std::string_view bytes) {
    for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1))
        if (at + 1 < bytes.size() && (bytes[at + 1] == ' ' || bytes[at + 1] == '\t')) return true;
    return false;
}

Refusal too_large(std::size_t most) {
    const auto bytes = std::to_string(most);
    return {
        413,
        {.code = "body-too-large",
         .what = {"请求正文太大", "the body of this request is too large"},
         .mend = {"这里最多 " + bytes + " 字节", "at most " + bytes + " bytes are taken here"}}};
}

bool is_gzip(std::string_view coding) {
    return same_but_for_case(coding, "gzip") || same_but_for_case(coding, "x-gzip");
}

Refusal bad_framing(Text what, Text mend) {
    return {400, {.code = "bad-framing", .what = std::move(what), .mend = std::move(mend)}};
}

Refusal bad_header(Text what, Text mend) {
    return {400, {.code = "bad-header", .what = std::move(what), .mend = std::move(mend)}};
}

Refusal folded() {
    return bad_header({"有一个首部折成了几行", "a header is folded over several lines"},
                      {"把它写在一行里", "write it on one line"});
}

Refusal bad_chunk() {
    return bad_framing({"分块正文的格式不对", "the chunks of this body are not well formed"},
                       {"每块先写十六进制长度", "begin each with its size in hex digits"});
}

// A request line with a version that is well formed but not 1.0 or 1.1.
bool names_other_version(std::string_view bytes) {
    const auto line = bytes.substr(0, bytes.find("\r\n"));
    const auto at = line.rfind(" HTTP/");
    if (at == std::string_view::npos || line.size() != at + 9) return false;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return is_digit(line[at + 6]) && line[at + 7] == '.' && is_digit(line[at + 8]);
}

Refusal bad_grammar(const error_code& failed, std::string_view bytes) {
    const auto said = failed.message();
    if (failed == error::bad_version && names_other_version(bytes))
        return {505,
                {.code = "unknown-version",
                 .what = {"不支持这个 HTTP 版本", "this version of HTTP is not spoken here"},
                 .mend = {"用 HTTP/1.1", "use HTTP/1.1"}}};
    if (failed == error::bad_chunk || failed == error::bad_chunk_extension) return bad_chunk();
    if (failed == error::bad_content_length || failed == error::multiple_content_length ||
        failed == error::bad_transfer_encoding)
        return bad_framing({"正文的长度说得不清楚（" + said + "）",
                            "how long the body is isn't clear (" + said + ")"},
                           {"用一个 Content-Length，或 Transfer-Encoding: chunked",
                            "use one Content-Length, or Transfer-Encoding: chunked"});
    return {400,
            {.code = "bad-request",
             .what = {"这不是合法的 HTTP/1.1 请求（" + said + "）",
                      "this is not a valid HTTP/1.1 request (" + said + ")"},
             .mend = {"见 RFC 9112", "see RFC 9112"}}};
}

}  // namespace

class RequestReader::Parser final : public beast::http::basic_parser<true> {
public:
    explicit Parser(RequestReader& owner) : owner_(owner) {
        header_limit(static_cast<std::uint32_t>(owner.limits_.header_bytes_max));
        body_limit(boost::none);
    }
    bool has_request_line = false;
    bool too_many_headers = false;
    bool too_much_body = false;
    bool http_1_0 = false;
    std::string target;

private:
    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view address,
                         int version, error_code&) override {
        has_request_line = true;
        http_1_0 = version == 10;
        owner_.request_.method = view(method);
        target = view(address);
    }
    void on_response_impl(int, beast::string_view, int, error_code&) override {}
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       error_code& failed) override {
        if (owner_.header_told_) return;  // a trailer: nobody here may rely on one
        auto& headers = owner_.request_.headers;
        too_many_headers = headers.size() == owner_.limits_.header_count_max;
        if (too_many_headers) {
            failed = error::header_limit;
            return;
        }
        name_.assign(name.data(), name.size());
        std::ranges::transform(name_, name_.begin(), small_letter);
        headers.add(name_, view(value));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
        if (size) owner_.request_.body.reserve(std::min<std::size_t>(*size, kReservedMax));
    }
    std::size_t on_body_impl(beast::string_view piece, error_code& failed) override {
        auto& body = owner_.request_.body;
        too_much_body = piece.size() > owner_.body_max_ - body.size();
        if (too_much_body) {
            failed = error::body_limit;
            return 0;
        }
        body.append(piece.data(), piece.size());
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t size, beast::string_view, error_code& failed) override {
        too_much_body = size > owner_.body_max_ - owner_.request_.body.size();
        if (too_much_body) failed = error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece,
                                   error_code& failed) override {
        return on_body_impl(piece, failed);
    }
    void on_finish_impl(error_code&) override {}

    RequestReader& owner_;
    std::string name_;
};

RequestReader::RequestReader(Limits limits)
    : limits_(limits), parser_(std::make_unique<std::optional<Parser>>()) {
    begin();
}

RequestReader::~RequestReader() = default;

void RequestReader::begin() {
    request_ = {};
    refusal_.reset();
    header_bytes_ = 0;
    body_max_ = 0;
    header_told_ = false;
    parser_->emplace(*this);
}

bool RequestReader::started() const { return (*parser_)->got_some() || header_bytes_ > 0; }
bool RequestReader::keep_alive() const { return (*parser_)->keep_alive(); }
bool RequestReader::is_http_1_0() const { return (*parser_)->http_1_0; }

bool RequestReader::expects_continue() const {
    return !is_http_1_0() && request_.header("expect").has_value();
}

RequestReader::Step RequestReader::refuse(std::size_t used, Refusal refusal) {
    refusal_ = std::move(refusal);
    return {State::Refused, used};
}

void RequestReader::time_is_up() {
    refusal_ = {408,
                {.code = "request-timeout",
                 .what = {"请求没有及时发完", "the request didn't come in time"},
                 .mend = {"重新发送，不要中断", "send it again, without a break"}}};
}

Refusal RequestReader::too_long(std::string_view rest) const {
    const auto& parser = **parser_;
    const auto bytes = std::to_string(limits_.header_bytes_max);
    // Beast may put off the request line until the head is whole.
    if (!parser.has_request_line && rest.find('\n') >= limits_.header_bytes_max)
        return {414,
                {.code = "address-too-long",
                 .what = {"请求的地址太长", "the address of this request is too long"},
                 .mend = {"整个首部最多 " + bytes + " 字节，其余放进正文",
                          "the whole head may have " + bytes + " bytes; put the rest in a body"}}};
    if (parser.too_many_headers)
        return {431,
                {.code = "too-many-headers",
                 .what = {"首部的行数太多", "there are too many headers"},
                 .mend = {"最多 " + std::to_string(limits_.header_count_max) + " 行",
                          "at most " + std::to_string(limits_.header_count_max) + " are taken"}}};
    return {431,
            {.code = "headers-too-large",
             .what = {"首部太大", "the headers are too large"},
             .mend = {"最多 " + bytes + " 字节", "at most " + bytes + " bytes are taken"}}};
}

RequestReader::Step RequestReader::wait(std::size_t used, std::string_view rest) {
    const auto so_far = header_told_ ? rest.size() : header_bytes_ + rest.size();
    if (so_far < limits_.header_bytes_max) return {State::NeedsMore, used};
    return refuse(used, header_told_ ? bad_chunk() : too_long(rest));
}

RequestReader::Step RequestReader::read(std::string_view bytes) {
    auto& parser = **parser_;
    std::size_t used = 0;
    if (header_told_ && !parser.chunked() && parser.content_length().value_or(0) > body_max_)
        return refuse(used, too_large(body_max_));
    // An empty line before a request is overlooked (RFC 9112, 2.2).
    while (!parser.got_some() && bytes.substr(used).starts_with("\r\n")) used += 2;
    while (!parser.is_done()) {
        const auto rest = bytes.substr(used);
        if (rest.empty() || (!parser.got_some() && rest == "\r")) return wait(used, rest);
        // Beast asserts that a last chunk it has begun is whole by five bytes, which none is shorter
        // than: so fewer are never shown.
        if (header_told_ && parser.chunked() && rest.size() < kLastChunk) return wait(used, rest);
        error_code failed;
        const auto taken = parser.put({rest.data(), rest.size()}, failed);
        used += taken;
        if (!header_told_) {
            header_bytes_ += taken;
            if (has_fold(rest.substr(0, taken))) return refuse(used, folded());
            if (failed == error::header_limit || header_bytes_ > limits_.header_bytes_max)
                return refuse(used, too_long(rest));
        }
        if (failed == error::need_more) return wait(used, bytes.substr(used));
        if (parser.too_much_body) return refuse(used, too_large(body_max_));
        if (failed) return refuse(used, bad_grammar(failed, rest));
        if (parser.is_header_done() && !header_told_) break;
    }
    return header_told_ ? finish(used) : tell_header(used);
}

RequestReader::Step RequestReader::tell_header(std::size_t used) {
    header_told_ = true;
    if (auto fault = fault_of_framing()) return refuse(used, std::move(*fault));
    if (auto fault = fault_of_header()) return refuse(used, std::move(*fault));
    if (auto fault = read_target((*parser_)->target, request_))
        return refuse(used, {400, std::move(*fault)});
    return {State::HeaderDone, used};
}

std::optional<Refusal> RequestReader::fault_of_framing() const {
    const auto& headers = request_.headers;
    const auto coding = headers.find("transfer-encoding");
    const auto length = headers.find("content-length");
    if (coding && length)
        return bad_framing({"Content-Length 与 Transfer-Encoding 同时出现",
                            "Content-Length and Transfer-Encoding come together"},
                           {"只用其中一个", "use one of them"});
    if (coding && is_http_1_0())
        return bad_framing({"HTTP/1.0 没有 Transfer-Encoding", "HTTP/1.0 has no Transfer-Encoding"},
                           {"用 Content-Length", "use Content-Length"});
    if (coding && !same_but_for_case(*coding, "chunked"))
        return Refusal{
            501,
            {.code = "unknown-transfer-coding",
             .what = {"不认识这种 Transfer-Encoding", "this Transfer-Encoding is unknown here"},
             .mend = {"只支持 chunked", "only chunked is known"}}};
    if (length && length->find_first_not_of("0123456789") != std::string_view::npos)
        return bad_framing({"Content-Length 不是一个数", "Content-Length is not one number"},
                           {"写正文的字节数", "write how many bytes the body has"});
    return std::nullopt;
}

std::optional<Refusal> RequestReader::fault_of_header() const {
    const auto& headers = request_.headers;
    for (const auto name : kOnlyOnce)
        if (times(headers, name) > 1)
            return bad_header({"首部 " + std::string(name) + " 出现了不止一次",
                               "the header " + std::string(name) + " comes more than once"},
                              {"只写一次", "send it once"});
    if (!is_http_1_0() && !headers.find("host"))
        return bad_header({"缺少首部 Host", "the header Host is missing"},
                          {"HTTP/1.1 的每个请求都要有", "every request of HTTP/1.1 needs it"});
    const auto expected = headers.find("expect");
    if (expected && !same_but_for_case(*expected, "100-continue"))
        return Refusal{417,
                       {.code = "unknown-expectation",
                        .what = {"不认识这种 Expect", "this Expect is unknown here"},
                        .mend = {"只支持 100-continue", "only 100-continue is known"}}};
    const auto packing = headers.find("content-encoding");
    if (packing && !is_gzip(*packing) && !same_but_for_case(*packing, "identity"))
        return Refusal{
            415,
            {.code = "unknown-content-encoding",
             .what = {"不认识这种 Content-Encoding", "this Content-Encoding is unknown here"},
             .mend = {"用 gzip，或者不压缩", "use gzip, or none"}}};
    return std::nullopt;
}

RequestReader::Step RequestReader::finish(std::size_t used) {
    const auto packing = request_.headers.find("content-encoding");
    if (!packing || !is_gzip(*packing) || request_.body.empty()) return {State::Done, used};
    std::string plain;
    switch (unpack(request_.body, body_max_, plain)) {
        case Unpacked::Whole: break;
        case Unpacked::TooLarge: return refuse(used, too_large(body_max_));
        case Unpacked::Broken:
            return refuse(used,
                          {400,
                           {.code = "bad-gzip",
                            .what = {"正文不是完整的 gzip", "the body is not a whole gzip file"},
                            .mend = {"重新压缩，或者不压缩", "pack it again, or send it plain"}}});
    }
    request_.body = std::move(plain);
    return {State::Done, used};
}

}  // namespace yinuo::http
