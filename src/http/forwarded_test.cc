#include "http/forwarded.h"

#include <doctest/doctest.h>

using namespace yinuo::http;

namespace {

std::string client(std::string_view trusted, std::string remote,
                   std::initializer_list<std::string_view> lines) {
    Request request;
    request.remote = std::move(remote);
    for (const auto line : lines) request.headers.add("x-forwarded-for", line);
    return TrustedProxies::parse(trusted)->client(request);
}

}  // namespace

TEST_CASE("nobody is believed unless trusted: the peer itself counts") {
    CHECK(client("", "192.0.2.7", {"203.0.113.9"}) == "192.0.2.7");
    CHECK(client("10.0.0.0/8", "192.0.2.7", {"203.0.113.9"}) == "192.0.2.7");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {}) == "10.1.2.3");
}

TEST_CASE("behind a trusted proxy the right-most stranger counts, whatever they claim themselves") {
    CHECK(client("10.0.0.0/8", "10.1.2.3", {"203.0.113.9"}) == "203.0.113.9");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {"127.0.0.1, 198.51.100.4, 203.0.113.9"}) ==
          "203.0.113.9");
    CHECK(client("10.0.0.0/8,192.0.2.1", "10.1.2.3", {"198.51.100.4, 203.0.113.9,192.0.2.1"}) ==
          "203.0.113.9");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {"198.51.100.4", "203.0.113.9, 10.9.9.9"}) ==
          "203.0.113.9");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {"10.0.0.1, 10.0.0.2"}) == "10.0.0.1");
}

TEST_CASE("what is no address ends the list") {
    CHECK(client("10.0.0.0/8", "10.1.2.3", {"203.0.113.9, unknown"}) == "10.1.2.3");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {"203.0.113.9, _hidden, 10.0.0.2"}) == "10.0.0.2");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {" , ,, "}) == "10.1.2.3");
    CHECK(client("10.0.0.0/8", "10.1.2.3", {std::string(5000, '1')}) == "10.1.2.3");
}

TEST_CASE("addresses are one and the same in every spelling") {
    CHECK(client("10.0.0.0/8", "::ffff:10.1.2.3", {"203.0.113.9:4711"}) == "203.0.113.9");
    CHECK(client("::1", "::1", {"[2001:db8::1]:4711"}) == "2001:db8::1");
    CHECK(client("::1 fd00::/8", "fd12::1", {"2001:DB8:0:0:0:0:0:1"}) == "2001:db8::1");
    CHECK(client("127.0.0.1", "127.0.0.1", {"::ffff:203.0.113.9"}) == "203.0.113.9");
}

TEST_CASE("a network that can't be is refused by its name") {
    for (const auto* list : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "localhost",
                             "10.0.0", "::1/129", "fd00::1/8", "10.0.0.0/-1", "/8"}) {
        CAPTURE(list);
        const auto read = TrustedProxies::parse(std::string("127.0.0.1, ") + list);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "bad-network");
        CHECK(read.error().what.en.find(list) != std::string::npos);
    }
    CHECK(TrustedProxies::parse("0.0.0.0/0")->trusts("203.0.113.9"));
    CHECK_FALSE(TrustedProxies::parse("0.0.0.0/0")->trusts("2001:db8::1"));
    CHECK(TrustedProxies::parse("::/0")->trusts("203.0.113.9"));
    CHECK_FALSE(TrustedProxies::parse("::/0")->trusts("nobody"));
    std::string many;
    for (std::size_t i = 0; i <= TrustedProxies::kNetworksMax; ++i) many += "10.0.0.0/8 ";
    CHECK_FALSE(TrustedProxies::parse(many));
}
