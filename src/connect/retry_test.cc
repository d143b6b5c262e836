#include "connect/retry.h"

#include <doctest/doctest.h>

#include <arpa/inet.h>

#include <string>
#include <vector>

#include "connect/address.h"
#include "connect/cloud_event.h"

namespace yinuo::connect {
namespace {

Outcome status(int code, std::optional<Millis> retry_after = {}) {
    return {.status = code, .retry_after = retry_after};
}

TEST_CASE("the waits are those of the schedule, then the delivery is dead") {
    const std::vector<Millis> waits = {seconds(5),  seconds(30), minutes(2),
                                       minutes(10), minutes(30), hours(2),
                                       hours(6),    hours(12),   hours(24)};
    for (int attempt = 1; attempt <= 9; ++attempt)
        CHECK(next_attempt(attempt, status(500), 0) ==
              Next{Then::Again, waits[static_cast<std::size_t>(attempt - 1)]});
    CHECK(next_attempt(10, status(500), 0) == Next{Then::Dead});
    CHECK(next_attempt(10, status(200), 0) == Next{Then::Done});
}

TEST_CASE("chance makes a wait up to a fifth longer, never shorter") {
    CHECK(next_attempt(1, status(500), 0.5) == Next{Then::Again, Millis{5'500}});
    CHECK(next_attempt(9, status(500), 0.999999).wait < hours(24) + hours(5));
}

TEST_CASE("what each answer leads to") {
    for (const int code : {200, 202, 204, 299})
        CHECK(next_attempt(1, status(code), 0).then == Then::Done);
    for (const int code : {301, 302, 400, 401, 404, 408, 413, 425, 429, 500, 503, 0})
        CHECK(next_attempt(1, status(code), 0) == Next{Then::Again, seconds(5)});
    CHECK(next_attempt(1, status(410), 0) == Next{Then::Disable});
    CHECK(next_attempt(10, status(410), 0) == Next{Then::Disable});
    for (const Fault fault : {Fault::Forbidden, Fault::Unresolved, Fault::Refused, Fault::TimedOut,
                              Fault::Tls, Fault::Broken, Fault::TooLong})
        CHECK(next_attempt(2, {.fault = fault}, 0) == Next{Then::Again, seconds(30)});
    CHECK(next_attempt(1, {.fault = Fault::Unsendable}, 0) == Next{Then::Dead});
    CHECK(next_attempt(10, {.fault = Fault::Stopped}, 0) == Next{Then::Again});
    CHECK(next_attempt(1, {.fault = Fault::TimedOut, .status = 200}, 0).then == Then::Done);
}

TEST_CASE("a receiver that asks for patience gets it, up to a day, never less than the schedule") {
    for (const int code : {429, 503}) {
        CHECK(next_attempt(1, status(code, minutes(7)), 0).wait == minutes(7));
        CHECK(next_attempt(1, status(code, seconds(1)), 0).wait == seconds(5));
        CHECK(next_attempt(1, status(code, hours(1000)), 0).wait == hours(24));
        CHECK(next_attempt(10, status(code, seconds(1)), 0).then == Then::Dead);
    }
    CHECK(next_attempt(1, status(500, minutes(7)), 0).wait == seconds(5));
}

TEST_CASE("what its reader wants tried again waits just as long") {
    CHECK(next_wait(1, {}, 0) == seconds(5));
    CHECK(next_wait(1, minutes(10), 0.5) == minutes(10));
    CHECK(next_wait(9, minutes(10), 0) == hours(24));
    CHECK(next_wait(1, hours(1000), 0) == hours(24));
    CHECK_FALSE(next_wait(10, minutes(10), 0));
}

TEST_CASE("an event is CloudEvents 1.0 in structured JSON") {
    CloudEvent event{.id = "evt_1",
                     .source = "/tenants/acme",
                     .type = "com.yinuo.obligation.broken",
                     .subject = "装机单 \"7\"",
                     .time = {1'772'000'000'123},
                     .data = R"({"a":1})"};
    CHECK(to_json(event) ==
          R"({"specversion":"1.0","id":"evt_1","source":"/tenants/acme",)"
          R"("type":"com.yinuo.obligation.broken","subject":"装机单 \"7\"",)"
          R"("time":"2026-02-25T06:13:20.123Z","datacontenttype":"application/json",)"
          R"("data":{"a":1}})");
    event.subject.clear();
    event.data.clear();
    CHECK(to_json(event) ==
          R"({"specversion":"1.0","id":"evt_1","source":"/tenants/acme",)"
          R"("type":"com.yinuo.obligation.broken","time":"2026-02-25T06:13:20.123Z"})");
}

bool is_public(const std::string& text) {
    char bytes[16];
    const bool six = text.find(':') != std::string::npos;
    REQUIRE(inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), bytes) == 1);
    return is_public_address({bytes, six ? 16U : 4U});
}

TEST_CASE("the first and last address of each special block are not public, their neighbours are") {
    for (const auto* text : {"0.0.0.0",
                             "0.255.255.255",
                             "10.0.0.0",
                             "10.255.255.255",
                             "100.64.0.0",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.0.0",
                             "169.254.169.254",
                             "172.16.0.0",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.9",
                             "192.88.99.1",
                             "192.168.0.0",
                             "192.168.255.255",
                             "198.18.0.0",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:10.0.0.1",
                             "::ffff:127.0.0.1",
                             "::127.0.0.1",
                             "64:ff9b::10.0.0.1",
                             "64:ff9b:1::1",
                             "100::1",
                             "2001::1",
                             "2001:1ff:ffff::1",
                             "2001:db8::1",
                             "2002:7f00:1::",
                             "3fff:fff::1",
                             "fc00::1",
                             "fd12::1",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1"}) {
        INFO(text);
        CHECK_FALSE(is_public(text));
    }
    for (const auto* text : {"1.1.1.1",
                             "9.255.255.255",
                             "11.0.0.0",
                             "100.63.255.255",
                             "100.128.0.0",
                             "126.255.255.255",
                             "128.0.0.1",
                             "169.253.255.255",
                             "169.255.0.0",
                             "172.15.255.255",
                             "172.32.0.0",
                             "192.0.1.0",
                             "192.167.255.255",
                             "192.169.0.0",
                             "198.17.255.255",
                             "198.20.0.0",
                             "223.255.255.255",
                             "2400:3200::1",
                             "2606:4700:4700::1111",
                             "2001:200::1",
                             "3ffe::1",
                             "64:ff9b::1.1.1.1",
                             "::ffff:1.1.1.1"}) {
        INFO(text);
        CHECK(is_public(text));
    }
    CHECK_FALSE(is_public_address(""));
    CHECK_FALSE(is_public_address("12345"));
}

}  // namespace
}  // namespace yinuo::connect
