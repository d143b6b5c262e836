#include "promise/comparisons.h"

#include <doctest/doctest.h>

namespace yinuo::promise {

TEST_CASE("plain conditions are seen through") {
    const auto rows = alternatives(
        "fact = \"order.registered\" and kind in (\"a\", \"b\") and not(late) or wish of >= 2");
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    REQUIRE((*rows)[0].size() == 3);
    CHECK((*rows)[0][0].name == "fact");
    CHECK((*rows)[0][0].values == std::vector<std::string>{"order.registered"});
    CHECK((*rows)[0][1].values == std::vector<std::string>{"a", "b"});
    CHECK((*rows)[0][2].values == std::vector<std::string>{"false"});
    CHECK((*rows)[1][0].name == "wish of");
    CHECK((*rows)[1][0].sign == ">=");
    CHECK(alternatives("local time(at) < time(\"16:00:00\")")->front().front().name ==
          "local time(at)");
    CHECK(!alternatives("a + b > 3"));
    CHECK(!alternatives("x in [1..3]"));
    CHECK(!alternatives(""));
}

TEST_CASE("kinds and members are found where they stand") {
    const auto kinds =
        kinds_mentioned("名 = \"x\" and fact = \"a\" or latest(\"b\").area of town = 1");
    REQUIRE(kinds.size() == 2);
    CHECK(kinds[0].word == "a");
    CHECK(kinds[0].character == 19);
    CHECK(kinds[1].word == "b");
    CHECK(members_mentioned("latest(\"b\").area of town = 1.5") ==
          std::vector<std::string>{"area", "area of", "area of town"});
    CHECK(kinds_mentioned("fact in (\"a\", \"b\")").size() == 2);
    CHECK(calls("local time (at) > x", "time"));
}

}  // namespace yinuo::promise
