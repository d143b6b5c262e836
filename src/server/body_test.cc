#include "server/body.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "time/civil.h"

using namespace yinuo;
using namespace yinuo::server;

namespace {

struct Inner {
    std::int64_t minutes = 1;
};
void describe(Members& in, Inner& into) {
    in.may("minutes", into.minutes, {.least = 1, .most = 9});
}

struct Outer {
    std::string name;
    std::optional<bool> on;
    Instant at = Instant::max();
    std::vector<std::string> tags;
    std::vector<Inner> inner;
};
void describe(Members& in, Outer& into) {
    in.need("name", into.name, {.least = 1, .most = 3});
    in.may("on", into.on);
    in.may_instant("at", into.at);
    in.may("tags", into.tags, {.least = 1, .most = 2}, {.least = 1, .most = 5});
    in.may_each("inner", into.inner, {.least = 0, .most = 2});
}

Answered<Outer> read(std::string_view body) {
    http::Request request;
    request.headers.add("content-type", "application/json; charset=utf-8");
    request.body = body;
    return read_body<Outer>(request);
}

// "pointer code", sorted.
std::vector<std::string> flaws_of(std::string_view body) {
    const auto got = read(body);
    REQUIRE_FALSE(got);
    std::vector<std::string> all;
    for (const auto& flaw : got.error().flaws) all.push_back(flaw.pointer + " " + flaw.error.code);
    std::ranges::sort(all);
    return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a body becomes a struct, and what isn't there keeps what it had") {
    const auto got = read(R"({"name":"上海市","on":false,"at":"2026-03-10T08:00:00+08:00",)"
                          R"("tags":["a","b"],"inner":[{"minutes":9},{}]})");
    REQUIRE(got);
    CHECK(got->name == "上海市");  // three characters, nine bytes
    CHECK(got->on == false);
    CHECK(to_string(got->at) == "2026-03-10T00:00:00Z");
    CHECK(got->tags.size() == 2);
    CHECK(got->inner[0].minutes == 9);
    CHECK(got->inner[1].minutes == 1);
    CHECK_FALSE(read(R"({"name":"a"})")->on.has_value());
}

TEST_CASE("everything that is off is said at once, with its place") {
    CHECK(
        flaws_of(
            R"({"nam":"a","on":1,"at":"2026-03-10","tags":["",7],"inner":[{"minutes":0,"x/y":1}]})") ==
        Texts{" missing-member", "/at wrong-type", "/inner/0/minutes out-of-range",
              "/inner/0/x~1y unknown-member", "/nam unknown-member", "/on wrong-type",
              "/tags/0 bad-length", "/tags/1 wrong-type"});
    CHECK(flaws_of(R"({"name":"abcd","tags":[],"inner":{}})") ==
          Texts{"/inner wrong-type", "/name bad-length", "/tags bad-length"});
    CHECK(flaws_of("[]") == Texts{" wrong-type"});
    CHECK(flaws_of("{\"name\":\"a\\u0000\"}") == Texts{"/name control-character"});
}

TEST_CASE("a mistyped member is told the one that was meant") {
    const auto got = read(R"({"name":"a","tag":["a"]})");
    REQUIRE_FALSE(got);
    CHECK(got.error().flaws[0].error.mend.en == "did you mean \"tags\"?");
}

TEST_CASE("thousands of faults make no answer of thousands") {
    std::string body = "{\"name\":\"a\"";
    for (int i = 0; i < 5000; ++i) body += ",\"x" + std::to_string(i) + "\":1";
    CHECK(flaws_of(body + "}").size() == 50);
}

TEST_CASE("another media type and what is no JSON are refused as a whole") {
    http::Request request;
    request.body = "{}";
    CHECK(status_of(read_body<Outer>(request).error().error) == 415);
    CHECK(status_of(read("{").error().error) == 400);
    CHECK(status_of(read(std::string(200, '[')).error().error) == 400);
    CHECK(status_of(read(R"({"name":"a","name":"b"})").error().error) == 400);
}
