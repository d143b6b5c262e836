#include <doctest/doctest.h>

#include <vector>

#include "promise/limit.h"

namespace yinuo::promise {
namespace {

const std::vector<std::string> kNames{"office", "cn"};

std::string again(std::string_view text) {
    const auto limit = parse_limit(text, kNames, 0);
    return limit ? to_string(*limit, kNames) : limit.error().code;
}

}  // namespace

TEST_CASE("a limit is read and written again") {
    for (const char* text :
         {"24 h", "1 h 30 min", "8 work h on office", "15 working days on cn",
          "3 working days on cn at the same time from opening", "7 days to end of day",
          "end of day", "1 month", "0 ms", "2 working days on cn by snap_open",
          "3 days on cn to closing", "1 h on office from opening", "1 day", "90 ms"})
        CHECK(again(text) == text);
    CHECK(again("24h") == "24 h");
    CHECK(again("90 min") == "1 h 30 min");
    CHECK(again("1.5 h") == "1 h 30 min");
    CHECK(again("2 weeks") == "14 days");
    CHECK(again("3 years") == "36 months");
    CHECK(again("8 work h") == "8 work h on office");
}

TEST_CASE("working days end with their day, other days keep the clock time") {
    CHECK(parse_limit("15 working days on cn", kNames)->end == DayEnd::EndOfDay);
    CHECK(parse_limit("15 days", kNames)->end == DayEnd::SameTime);
    CHECK(parse_limit("15 days", kNames, 0)->schedule == -1);
}

TEST_CASE("what is no limit is refused with what would be right") {
    CHECK(again("") == "bad-limit");
    CHECK(again("soon") == "bad-limit");
    CHECK(again("24") == "bad-limit");
    CHECK(again("1.5 days") == "bad-limit");
    CHECK(again("24 h to end of day") == "bad-limit");
    CHECK(again("99999999999999999999 h") == "bad-limit");
    CHECK(again("1 h 1 day") == "mixed-units");
    CHECK(parse_limit("24 hours", kNames).error().mend.en == "write \"h\"");
    CHECK(parse_limit("24 hh", kNames).error().mend.en == "did you mean \"h\"?");
    CHECK(parse_limit("8 work h on ofice", kNames).error().mend.zh == "是不是「office」？");
    CHECK(parse_limit("8 work h", kNames).error().code == "needs-schedule");
    CHECK(parse_limit("1 work day", kNames).error().code == "bad-limit");
}

TEST_CASE("a unit stands alone where the data gives the amount") {
    const auto unit = parse_unit("work min on office", kNames);
    REQUIRE(unit);
    CHECK(unit->unit == Unit::Work);
    CHECK(unit->amount == 60'000);
    CHECK(unit->schedule == 0);
    CHECK(parse_unit("days to end of day", kNames)->amount == 1);
    CHECK(!parse_unit("3 days", kNames));
}

TEST_CASE("a limit is told to people in both languages") {
    CHECK(describe(*parse_limit("24 h", kNames), kNames) == Text{"24 小时", "24 hours"});
    CHECK(describe(*parse_limit("8 work h on office", kNames), kNames) ==
          Text{"8 个工作小时（office）", "8 work hours (office)"});
    CHECK(describe(*parse_limit("15 working days on cn", kNames), kNames) ==
          Text{"15 个工作日（cn），到当日结束", "15 working days (cn), by the end of the day"});
    CHECK(describe(*parse_limit("end of day", kNames), kNames) ==
          Text{"当天结束", "the end of the day"});
}

}  // namespace yinuo::promise
