#include "twin/account.h"

#include <doctest/doctest.h>

#include "twin/testing.h"

namespace yinuo::twin {

TEST_CASE("an account's parts add up to the limit, without the pause") {
    Workshop shop;
    const std::vector<promise::Fact> facts{
        shop.fact("a", "opened", 0), shop.fact("a", "wait", 3'600'000),
        shop.fact("a", "go", 7'200'000), shop.fact("a", "done", 20'000'000)};
    std::vector<const promise::Fact*> seen;
    for (const auto& fact : facts) seen.push_back(&fact);
    std::vector<promise::Promise> promises;
    promises.push_back(shop.within({.unit = promise::Unit::Clock, .amount = 4 * 3'600'000}));
    Arena kept;
    const auto all = accounts(promises, seen, "", Instant{30'000'000}, shop.names, kept);
    REQUIRE(all.size() == 1);
    const Account& account = all[0];
    CHECK(account.obligation.state == promise::State::Broken);
    std::int64_t sum = 0;
    for (const Part& part : account.parts) sum += part.amount;
    CHECK(sum == 4 * 3'600'000);
    REQUIRE(account.parts.size() == 3);
    CHECK_FALSE(account.parts[1].counts);
    CHECK(account.parts[1].why.en == "paused");
    CHECK(account.sum.en == "1 h + 3 h = 4 h");
    CHECK(account.story.front().words.en == "starts: \"opened\"");
    CHECK(account.verdict.en == "broken, at 1970-01-01 05:00:00.001, late by 33 min 20 s");
    CHECK(
        accounts(promises, seen, "no such clause", Instant{30'000'000}, shop.names, kept).empty());
}

}  // namespace yinuo::twin
