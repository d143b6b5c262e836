#include "http/message.h"

#include <doctest/doctest.h>

#include "http/problem.h"
#include "http/rate.h"
#include "http/request_reader.h"
#include "http/response_writer.h"
#include "http/target.h"

namespace yinuo::http {
namespace {

Request reader_of(std::string_view accept_language) {
    Request request;
    request.headers.add("accept-language", accept_language);
    return request;
}

Request asking(std::string_view target) {
    Request request;
    request.method = "GET";
    const auto error = read_target(target, request);
    CHECK(!error.has_value());
    return request;
}

std::string refused(std::string_view target) {
    Request request;
    request.method = "GET";
    const auto error = read_target(target, request);
    return error ? error->what.en : "";
}

TEST_CASE("a header is found in either case, and the last of several counts") {
    Request request;
    request.headers.add("x-a", "1");
    request.headers.add("x-a", "2");
    CHECK(request.header("X-A") == "2");
    CHECK(request.headers.size() == 2);
    CHECK(request.headers.value(0) == "1");
    CHECK(!request.header("x-b"));
    request.query.add("a", "1");
    CHECK(!request.query_value("A"));
}

TEST_CASE("中文读者得到中文") {
    CHECK(reader_of("zh-CN,zh;q=0.9,en;q=0.8").wants_chinese());
    CHECK(reader_of("fr, zh;q=0.5, en;q=0.4").wants_chinese());
    CHECK(!reader_of("en-GB,en;q=0.9,zh;q=0.8").wants_chinese());
    CHECK(!reader_of("en, zh").wants_chinese());
    CHECK(reader_of("zh, en").wants_chinese());
    CHECK(!reader_of("fr").wants_chinese());
    CHECK(!reader_of("zh;q=0").wants_chinese());
    CHECK(!Request().wants_chinese());
}

TEST_CASE("a target is decoded into path and parameters") {
    const auto request =
        asking("/obligations/order%2F00004/%E8%AF%BA?state=kept&q=a+b%26c&empty=&flag");
    CHECK(request.path == "/obligations/order/00004/诺");
    CHECK(request.raw_path == "/obligations/order%2F00004/%E8%AF%BA");
    CHECK(request.raw_query == "state=kept&q=a+b%26c&empty=&flag");
    CHECK(request.query_value("q") == "a b&c");
    CHECK(request.query_value("empty") == "");
    CHECK(request.query_value("flag") == "");
    CHECK(request.query.size() == 4);
    CHECK(asking("http://example.com/a?b=c").path == "/a");
    CHECK(asking("http://example.com").path == "/");
    CHECK(asking("HTTPS://example.com?b=c").query_value("b") == "c");
    CHECK(asking("/a..b/.c").path == "/a..b/.c");
}

TEST_CASE("a target that could mean two things is refused") {
    CHECK(refused("/a/../b").find("segment") != std::string::npos);
    CHECK(refused("/a/%2e%2E/b").find("segment") != std::string::npos);
    CHECK(refused("/a%2F..%2Fb").find("segment") != std::string::npos);
    CHECK(refused("/.").find("segment") != std::string::npos);
    CHECK(refused("/a%2").find("hex") != std::string::npos);
    CHECK(refused("/a%zz").find("hex") != std::string::npos);
    CHECK(refused("/?a=%").find("hex") != std::string::npos);
    CHECK(refused("/%ff").find("UTF-8") != std::string::npos);
    CHECK(refused("/?a=%C0%80").find("UTF-8") != std::string::npos);
    CHECK(refused("/%00").find("control") != std::string::npos);
    CHECK(refused("/a%0d%0ab").find("control") != std::string::npos);
    CHECK(refused("/?a=%00").find("NUL") != std::string::npos);
    CHECK(refused("/\xE8\xAF\xBA").find("encoded") != std::string::npos);
    CHECK(refused("/a#b").find("encoded") != std::string::npos);
    CHECK(refused("a").find("begin") != std::string::npos);
    CHECK(refused("*").find("begin") != std::string::npos);
    CHECK(refused("example.com:443").find("begin") != std::string::npos);
    std::string many = "/?";
    for (int i = 0; i < 257; ++i) many += "a&";
    CHECK(refused(many).find("256") != std::string::npos);
}

TEST_CASE("an error is told as RFC 9457 wants it, in the reader's language") {
    const Error error{.code = "unknown-key",
                      .what = {"不认识“a\"b”", "\"a\" is unknown"},
                      .mend = {"删掉", "leave it out"},
                      .place = {.path = "p.yaml", .line = 3, .column = 5}};
    const auto english = problem(422, error, false);
    CHECK(english.status == 422);
    CHECK(english.header("content-type") == "application/problem+json");
    CHECK(english.body ==
          R"({"type": "urn:yinuo:problem:unknown-key", "title": "Unprocessable Content", )"
          R"("status": 422, "code": "unknown-key", "detail": "\"a\" is unknown", )"
          R"("mend": "leave it out", "path": "p.yaml", "line": 3, "column": 5})"
          "\n");
    const std::vector<Flaw> flaws = {{.error = error, .pointer = "/facts/0"},
                                     {.error = {.code = "x", .what = {"甲", "a"}}, .field = "at"}};
    const auto chinese = problem(400, error, true, flaws);
    CHECK(chinese.header("Content-Language") == "zh");
    CHECK(chinese.body.find(R"("detail": "不认识“a\"b”")") != std::string::npos);
    CHECK(chinese.body.ends_with(R"(, {"field": "at", "code": "x", "detail": "甲"}]})"
                                 "\n"));
    CHECK(chinese.body.find(R"("errors": [{"pointer": "/facts/0", "code")") != std::string::npos);
}

TEST_CASE("a header's value cannot end the header") {
    std::string out;
    write_head(out, Response::text(200, "x").with("Location", "/a\r\nSet-Cookie: b"), {}, "now");
    CHECK(out.find("Location: /a  Set-Cookie: b\r\n") != std::string::npos);
}

TEST_CASE("what the handler says about framing doesn't count, and its own Date does") {
    std::string out;
    write_head(out,
               Response::text(200, "four")
                   .with("Content-Length", "9")
                   .with("transfer-encoding", "chunked")
                   .with("Date", "then"),
               {}, "now");
    CHECK(out.find("Content-Length: 4\r\n") != std::string::npos);
    CHECK(out.find('9') == std::string::npos);
    CHECK(out.find("chunked") == std::string::npos);
    CHECK(out.find("Date: then\r\n") != std::string::npos);
    CHECK(out.find("now") == std::string::npos);
}

TEST_CASE("dates are those of RFC 9110") {
    CHECK(imf_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(imf_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("an answer is packed for those who accept it, once, and its tag becomes weak") {
    Packer packer(3);
    const std::string text(5000, 'a');
    const auto packed = [&](std::string_view accept, Response response) {
        pack_if_wanted(response, accept, 1000, packer);
        return response;
    };
    const auto good =
        packed("deflate, gzip;q=0.5", Response::json(200, text).with("ETag", "\"1\""));
    CHECK(good.header("content-encoding") == "gzip");
    CHECK(good.header("vary") == "Accept-Encoding");
    CHECK(good.header("etag") == "W/\"1\"");
    CHECK(good.body.size() < 100);
    std::string plain;
    CHECK(unpack(good.body, 5000, plain) == Unpacked::Whole);
    CHECK(plain == text);

    const auto is_plain = [&](const Response& response) {
        return response.body == text && !response.header("content-encoding");
    };
    CHECK(is_plain(packed("", Response::json(200, text))));
    CHECK(packed("", Response::json(200, text)).header("vary") == "Accept-Encoding");
    CHECK(is_plain(packed("gzip;q=0", Response::json(200, text))));
    CHECK(is_plain(packed("*;q=0", Response::json(200, text))));
    CHECK(!is_plain(packed("*", Response::json(200, text))));
    CHECK(is_plain(packed("gzip;q=0, *", Response::json(200, text))));
    CHECK(is_plain(packed("gzip", Response{.body = text}.with("Content-Type", "image/png"))));
    CHECK(packed("gzip", Response::json(200, text).with("Content-Encoding", "br")).body == text);
    CHECK(packed("gzip", Response::json(200, "short")).body == "short");
}

TEST_CASE("a gzip bomb is stopped where the limit is") {
    Packer packer(6);
    const auto bomb = packer.pack(std::string(10 << 20, '\0'));
    CHECK(bomb.size() < 20'000);
    std::string plain;
    CHECK(unpack(bomb, 1 << 20, plain) == Unpacked::TooLarge);
    CHECK(plain.capacity() < 4 << 20);
    CHECK(unpack(bomb, 10 << 20, plain) == Unpacked::Whole);
}

TEST_CASE("gzip files may follow one another, but not anything else") {
    Packer packer(1);
    const auto a = packer.pack("one ");
    const auto b = packer.pack("two");
    std::string plain;
    CHECK(unpack(a + b, 100, plain) == Unpacked::Whole);
    CHECK(plain == "one two");
    CHECK(unpack(a + "x", 100, plain) == Unpacked::Broken);
    CHECK(unpack(a.substr(0, a.size() - 1), 100, plain) == Unpacked::Broken);
    CHECK(unpack("", 100, plain) == Unpacked::Broken);
    CHECK(unpack("hello", 100, plain) == Unpacked::Broken);
    CHECK(unpack(packer.pack(""), 0, plain) == Unpacked::Whole);
    CHECK(unpack(packer.pack("x"), 0, plain) == Unpacked::TooLarge);
}

}  // namespace
}  // namespace yinuo::http
