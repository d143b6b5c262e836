#include "wire/time_pattern.h"

#include <doctest/doctest.h>

#include <string>

using namespace yinuo;
using namespace yinuo::wire;

namespace {
std::string read(std::string_view pattern, std::string_view text) {
    const auto made = TimePattern::parse(pattern);
    if (!made) return made.error().code;
    const auto time = made->read(text);
    if (!time) return "-";
    auto shown = time->local.to_string();
    if (time->offset_seconds) shown += " " + std::to_string(*time->offset_seconds);
    return shown;
}
}  // namespace

TEST_CASE("noon and midnight of the twelve-hour clock") {
    constexpr auto kBoston = "MM/dd/yyyy hh:mm:ss a";
    CHECK(read(kBoston, "01/02/2015 12:20:09 AM") == "2015-01-02T00:20:09");
    CHECK(read(kBoston, "01/02/2015 12:20:09 PM") == "2015-01-02T12:20:09");
    CHECK(read(kBoston, "01/02/2015 11:59:59 pm") == "2015-01-02T23:59:59");
    CHECK(read(kBoston, "01/02/2015 13:00:00 PM") == "-");
    CHECK(read(kBoston, "01/02/2015 00:00:00 AM") == "-");
}

TEST_CASE("days and months of one or two digits") {
    CHECK(read("d/M/yyyy HH:mm", "29/2/2016 01:16") == "2016-02-29T01:16:00");
    CHECK(read("d/M/yyyy HH:mm", "09/12/2016 1:16") == "2016-12-09T01:16:00");
    CHECK(read("d/M/yyyy HH:mm", "30/2/2016 01:16") == "-");
    CHECK(read("d/M/yyyy HH:mm", "1/2/2016 24:00") == "-");
    CHECK(read("d/M/yyyy HH:mm", "1/2/2016 01:16 ") == "-");
    CHECK(read("yyyyMMddHHmmss", "20160229011601") == "2016-02-29T01:16:01");
    CHECK(read("yyyyMMdd", "2016229") == "-");
    CHECK(read("d MMM yy", "3 Mar 69") == "2069-03-03T00:00:00");
    CHECK(read("d MMM yyyy", "3 september 1999") == "1999-09-03T00:00:00");
    CHECK(read("yyyy年M月d日 HH:mm", "2026年2月28日 09:30") == "2026-02-28T09:30:00");
}

TEST_CASE("ISO times with and without their parts") {
    CHECK(read("ISO", "2026-02-28T15:59:59.123Z") == "2026-02-28T15:59:59.123 0");
    CHECK(read("ISO", "2026-02-28T15:59:59Z") == "2026-02-28T15:59:59 0");
    CHECK(read("ISO", "2026-02-28 15:59:59") == "2026-02-28T15:59:59");
    CHECK(read("ISO", "2026-02-28T15:59+08") == "2026-02-28T15:59:00 28800");
    CHECK(read("ISO", "2026-02-29T15:59:59Z") == "-");
    CHECK(read("ISO", "2026-02-28T15:59:60Z") == "-");
    CHECK(read("ISO", "2026-02-28T15:59:5/Z") == "-");
    CHECK(read("ISO", "2026-02-28 15:59") == "2026-02-28T15:59:00");
    CHECK(read("ISO", "2026-02-28") == "2026-02-28T00:00:00");
    CHECK(read("ISO", "2013-01-01T00:00:00.1239999+01:00") == "2013-01-01T00:00:00.123 3600");
    CHECK(read("ISO", "2013-01-01 00:00:00 -0430") == "2013-01-01T00:00:00 -16200");
    CHECK(read("ISO", "2013-02-29T00:00:00Z") == "-");
    CHECK(read("ISO", "2013-01-01T00:00:00Zx") == "-");
    CHECK(read("ISO", "2013-1-1") == "-");
    CHECK(read("ISO", "") == "-");
}

TEST_CASE("seconds and milliseconds since 1970") {
    CHECK(read("epoch seconds", "1456786800") == "2016-02-29T23:00:00 0");
    CHECK(read("epoch seconds", "-1.5") == "1969-12-31T23:59:58.500 0");
    CHECK(read("epoch millis", "1456786800123") == "2016-02-29T23:00:00.123 0");
    CHECK(read("epoch seconds", "99999999999999999999") == "-");
}

TEST_CASE("a pattern that could not name an instant is refused") {
    CHECK(read("HH:mm", "") == "bad-time-pattern");
    CHECK(read("yyyy-MM-dd hh:mm", "") == "bad-time-pattern");
    CHECK(read("yyyy-MM-dd q", "") == "bad-time-pattern");
    CHECK(read("yyyy-MM-dd 'T", "") == "bad-time-pattern");
}
