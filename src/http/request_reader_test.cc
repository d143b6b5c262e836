#include "http/request_reader.h"

#include <doctest/doctest.h>

#include "http/gzip.h"

namespace yinuo::http {
namespace {

constexpr RequestReader::Limits kLimits{.header_bytes_max = 2000, .header_count_max = 20};

// What becomes of `bytes`, shown `step` at a time: "METHOD path|body", "400 code" or "more".
std::string read_in_steps(std::string_view bytes, std::size_t step, std::size_t body_max) {
    RequestReader reader(kLimits);
    std::string unread;
    while (true) {
        const auto said = reader.read(unread);
        unread.erase(0, said.used);
        switch (said.state) {
            case RequestReader::State::Done:
                return reader.request().method + " " + reader.request().path + "|" +
                       reader.request().body + (unread.empty() ? "" : " + " + unread);
            case RequestReader::State::Refused:
                return std::to_string(reader.refusal().status) + " " + reader.refusal().error.code;
            case RequestReader::State::HeaderDone: reader.body_max(body_max); break;
            case RequestReader::State::NeedsMore:
                if (bytes.empty()) return "more";
                unread += bytes.substr(0, step);
                bytes.remove_prefix(std::min(step, bytes.size()));
        }
    }
}

// The same whether it comes at once, in pieces, or byte by byte.
std::string read(std::string_view bytes, std::size_t body_max = 100) {
    const auto whole = read_in_steps(bytes, bytes.size(), body_max);
    // What follows the request has only come when all comes at once.
    const auto first = whole.substr(0, whole.find(" + "));
    CHECK(read_in_steps(bytes, 1, body_max) == first);
    CHECK(read_in_steps(bytes, 7, body_max).starts_with(first));
    return whole;
}

std::string post(std::string_view headers, std::string_view body, std::size_t body_max = 100) {
    return read(
        "POST /a HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n" + std::string(body),
        body_max);
}

TEST_CASE("a request is read, whole or in pieces") {
    CHECK(read("GET /a HTTP/1.1\r\nHost: x\r\n\r\n") == "GET /a|");
    CHECK(read("GET /a HTTP/1.0\r\n\r\n") == "GET /a|");
    CHECK(read("\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n") == "GET /a|");
    CHECK(read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n") == "OPTIONS *|");
    CHECK(post("Content-Length: 5\r\n", "hello") == "POST /a|hello");
    CHECK(post("Content-Length: 0\r\n", "") == "POST /a|");
    CHECK(post("Content-Length: 5\r\n", "helloGET") == "POST /a|hello + GET");
    CHECK(post("Content-Length: 5\r\n", "hell") == "more");
    CHECK(read("GET / HTTP/1.1\r\nHost: x\r\n") == "more");
    CHECK(read("") == "more");
}

TEST_CASE("chunks are put together, their extensions and trailers overlooked") {
    const auto chunked = [](std::string_view body, std::size_t max = 100) {
        return post("Transfer-Encoding: chunked\r\n", body, max);
    };
    CHECK(chunked("5\r\nhello\r\n0\r\n\r\n") == "POST /a|hello");
    CHECK(chunked("5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n") == "POST /a|hello0123456789");
    CHECK(chunked("1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\nnext") == "POST /a|x + next");
    CHECK(chunked("0\r\n\r\n") == "POST /a|");
    CHECK(chunked("5\r\nhello\r\n0\r\n") == "more");
    CHECK(chunked("5\r\nhello0\r\n\r\n") == "400 bad-framing");
    CHECK(chunked("x\r\nhello\r\n0\r\n\r\n") == "400 bad-framing");
    CHECK(chunked("-1\r\n\r\n") == "400 bad-framing");
    CHECK(chunked("0x5\r\nhello\r\n\r\n") == "400 bad-framing");
    CHECK(chunked("11111111111111111\r\n") == "400 bad-framing");
    CHECK(chunked("1;" + std::string(3000, 'a')) == "400 bad-framing");
    CHECK(chunked("5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", 9) == "413 body-too-large");
    CHECK(chunked("5\r\nhello\r\n4\r\nworl\r\n0\r\n\r\n", 9) == "POST /a|helloworl");
    CHECK(chunked("FFFFFFFFFFFFFFFF\r\n") == "413 body-too-large");
}

TEST_CASE("what two readers could cut differently is refused") {
    CHECK(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") ==
          "400 bad-framing");
    CHECK(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n") ==
          "400 bad-framing");
    CHECK(post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "") == "400 bad-framing");
    CHECK(post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello") == "400 bad-framing");
    CHECK(post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello") == "400 bad-header");
    CHECK(post("Content-Length: 5, 5\r\n", "hello") == "400 bad-framing");
    CHECK(post("Content-Length: +5\r\n", "hello") == "400 bad-framing");
    CHECK(post("Content-Length: -5\r\n", "hello") == "400 bad-framing");
    CHECK(post("Content-Length: 5 5\r\n", "hello") == "400 bad-framing");
    CHECK(post("Content-Length: 99999999999999999999\r\n", "") == "400 bad-framing");
    CHECK(post("Content-Length:\r\n", "") == "400 bad-framing");
    CHECK(post("Content-Length : 5\r\n", "hello") == "400 bad-request");
    CHECK(post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n") == "400 bad-request");
    CHECK(post("X: a\r\n b\r\n", "") == "400 bad-header");
    CHECK(post("X: a\r\n\tContent-Length: 5\r\n", "hello") == "400 bad-header");
    CHECK(post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n") == "400 bad-header");
    CHECK(post(" X: a\r\n", "") == "400 bad-header");
    CHECK(post("X: a\nY: b\r\n", "") == "400 bad-request");
    CHECK(post("X: a\rY: b\r\n", "") == "400 bad-request");
    CHECK(post(std::string_view("X: a\0b\r\n", 8), "") == "400 bad-request");
    CHECK(post(": a\r\n", "") == "400 bad-request");
    CHECK(post("X\r\n", "") == "400 bad-request");
    CHECK(read("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == "400 bad-framing");
    CHECK(read("GET /\r\n\r\n") == "400 bad-request");
    CHECK(read("GET  / HTTP/1.1\r\nHost: x\r\n\r\n") == "400 bad-request");
    CHECK(read("GET / HTTP/1.1 \r\nHost: x\r\n\r\n") == "400 bad-request");
    CHECK(read("GET / FTP/1.1\r\nHost: x\r\n\r\n") == "400 bad-request");
    CHECK(read("G@T / HTTP/1.1\r\nHost: x\r\n\r\n") == "400 bad-request");
    CHECK(read("GET / HTTP/1.1\nHost: x\n\n\r\n\r\n") == "400 bad-request");
}

TEST_CASE("what is not spoken here is said by its own status") {
    CHECK(post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") ==
          "501 unknown-transfer-coding");
    CHECK(post("Transfer-Encoding: gzip\r\n", "") == "501 unknown-transfer-coding");
    CHECK(post("Transfer-Encoding: xchunked\r\n", "") == "501 unknown-transfer-coding");
    CHECK(post("Expect: 200-ok\r\nContent-Length: 5\r\n", "") == "417 unknown-expectation");
    CHECK(post("Content-Encoding: br\r\nContent-Length: 5\r\n", "hello") ==
          "415 unknown-content-encoding");
    CHECK(read("GET / HTTP/2.0\r\nHost: x\r\n\r\n") == "505 unknown-version");
    CHECK(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "505 unknown-version");
    CHECK(read("GET / HTTP/1.2\r\nHost: x\r\n\r\n") == "505 unknown-version");
}

TEST_CASE("every HTTP/1.1 request has one Host") {
    CHECK(read("GET / HTTP/1.1\r\n\r\n") == "400 bad-header");
    CHECK(read("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == "400 bad-header");
    CHECK(read("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == "400 bad-header");
}

TEST_CASE("heads are bounded in bytes and lines, bodies in bytes") {
    CHECK(read("GET /" + std::string(3000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n") ==
          "414 address-too-long");
    CHECK(read("GET /" + std::string(3000, 'a')) == "414 address-too-long");
    CHECK(post("X: " + std::string(3000, 'a') + "\r\n", "") == "431 headers-too-large");
    std::string lines;
    for (int i = 0; i < 10; ++i) lines += "X: " + std::string(200, 'a') + "\r\n";
    CHECK(post(lines, "") == "431 headers-too-large");
    lines.clear();
    for (int i = 0; i < 19; ++i) lines += "X: a\r\n";
    CHECK(post(lines, "") == "POST /a|");
    CHECK(post(lines + "X: a\r\n", "") == "431 too-many-headers");
    CHECK(post("Content-Length: 5\r\n", "hello", 5) == "POST /a|hello");
    CHECK(post("Content-Length: 6\r\n", "", 5) == "413 body-too-large");
    CHECK(post("Content-Length: 18446744073709551615\r\n", "", 5) == "413 body-too-large");
}

TEST_CASE("a packed body is unpacked, and its limit is that of what comes out") {
    Packer packer(6);
    const auto packed = packer.pack(std::string(90, 'a'));
    const auto send = [](const std::string& body, std::size_t max) {
        return post(
            "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
            body, max);
    };
    CHECK(send(packed, 100) == "POST /a|" + std::string(90, 'a'));
    CHECK(send(packed, 80) == "413 body-too-large");
    CHECK(send("hello", 100) == "400 bad-gzip");
    CHECK(post("Content-Encoding: identity\r\nContent-Length: 5\r\n", "hello") == "POST /a|hello");
}

TEST_CASE("names come in small letters, values trimmed") {
    RequestReader reader(kLimits);
    reader.read("GET / HTTP/1.1\r\nHOST: x\r\nX-Very-Own:  \t a b \t\r\n\r\n");
    CHECK(reader.request().header("x-very-own") == "a b");
    CHECK(reader.request().headers.name(1) == "x-very-own");
}

TEST_CASE("a trailer is not a header") {
    RequestReader reader(kLimits);
    std::string_view bytes =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Role: "
        "admin\r\n\r\n";
    bytes.remove_prefix(reader.read(bytes).used);
    reader.body_max(10);
    CHECK(reader.read(bytes).state == RequestReader::State::Done);
    CHECK(!reader.request().header("x-role"));
}

}  // namespace
}  // namespace yinuo::http
