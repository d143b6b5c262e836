#include "base/nearest.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

using yinuo::nearest;

namespace {
constexpr std::array<std::string_view, 4> kKnown = {"calendar", "check", "backtest", "scene"};
}

TEST_CASE("a slip of the fingers finds the word that was meant") {
    CHECK(nearest("calender", kKnown) == "calendar");
    CHECK(nearest("chekc", kKnown) == "check");
    CHECK(nearest("backtst", kKnown) == "backtest");
    CHECK(nearest("sscene", kKnown) == "scene");
    CHECK(nearest("scene", kKnown) == "scene");
}

TEST_CASE("a word that resembles nothing suggests nothing") {
    CHECK_FALSE(nearest("frobnicate", kKnown));
    CHECK_FALSE(nearest("", kKnown));
    CHECK_FALSE(nearest(std::string(65, 'c'), kKnown));
}

TEST_CASE("the nearest of several wins, and the first of equals") {
    constexpr std::array<std::string_view, 3> known = {"limits", "limit", "limip"};
    CHECK(nearest("limit", known) == "limit");
    constexpr std::array<std::string_view, 2> equals = {"bat", "cat"};
    CHECK(nearest("rat", equals) == "bat");
}
