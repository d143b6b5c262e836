#include "wire/cells.h"

#include <doctest/doctest.h>

#include <string>

using namespace yinuo;
using namespace yinuo::wire;

namespace {
std::string number(std::string_view text, char mark = '.') {
    const auto read = read_number(text, mark);
    return read ? read->to_string() : "-";
}
std::string duration(std::string_view text) {
    const auto read = read_duration(text);
    return read ? std::to_string(read->count) : "-";
}
}  // namespace

TEST_CASE("numbers keep their digits and nothing else is a number") {
    CHECK(number("12.30") == "12.30");
    CHECK(number("-0.5") == "-0.5");
    CHECK(number("007") == "7");
    CHECK(number("123456789012345678901234") == "123456789012345678901234");
    CHECK(number("3,5", ',') == "3.5");
    CHECK(number("1.234,5", ',') == "-");
    CHECK(number("") == "-");
    CHECK(number("-") == "-");
    CHECK(number("1,000") == "-");
    CHECK(number("1x") == "-");
}

TEST_CASE("durations in ISO 8601 and on a clock") {
    CHECK(duration("PT26H30M") == "95400000");
    CHECK(duration("P1DT2H") == "93600000");
    CHECK(duration("-PT0.5S") == "-500");
    CHECK(duration("P2W") == "1209600000");
    CHECK(duration("26:30") == "95400000");
    CHECK(duration("0:00:07.5") == "7500");
    CHECK(duration("P") == "-");
    CHECK(duration("P1M") == "-");
    CHECK(duration("1:60") == "-");
    CHECK(duration("PT99999999999999H") == "-");
}

TEST_CASE("a wall time is what the zone says, also right at a change of clocks") {
    const Zone zone = Zone::fixed(8 * 3600);
    ZoneClock clock(zone);
    CHECK(clock.to_instant(*LocalTime::parse("2026-01-01T08:00")) ==
          *parse_instant("2026-01-01T00:00:00Z"));
    CHECK(clock.offset_seconds(Instant{0}) == 28800);
    CHECK(clock.to_instant(*LocalTime::parse("1950-01-01T08:00")) ==
          *parse_instant("1950-01-01T00:00:00Z"));
}
