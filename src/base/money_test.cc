#include "base/money.h"

#include <doctest/doctest.h>

#include <numeric>

using namespace yinuo;

TEST_CASE("an amount becomes money in one place, by the rounding that was named") {
    const auto cny = *Currency::parse("CNY");
    const auto yen = *Currency::parse("JPY");
    CHECK(round_to_minor(*Decimal::parse("20.005"), cny, Rounding::HalfUp)->minor == 2001);
    CHECK(round_to_minor(*Decimal::parse("20.005"), cny, Rounding::HalfEven)->minor == 2000);
    CHECK(round_to_minor(*Decimal::parse("-0.5"), yen, Rounding::HalfUp)->minor == -1);
    CHECK(!round_to_minor(*Decimal::parse("1e30"), cny, Rounding::HalfUp));
    CHECK(Money{2000, cny}.to_string() == "20.00 CNY");
    CHECK(Money{-5, cny}.to_string() == "-0.05 CNY");
    CHECK(Money{150, yen}.to_string() == "150 JPY");
    CHECK(!Currency::parse("XYZ"));
    CHECK(!Currency::parse("cny"));
    CHECK(Currency::parse("KWD")->minor_digits() == 3);
}

TEST_CASE("分摊之和分文不差") {
    const std::int64_t thirds[] = {1, 1, 1};
    CHECK(share_out(100, thirds) == std::vector<std::int64_t>{34, 33, 33});
    CHECK(share_out(-100, thirds) == std::vector<std::int64_t>{-34, -33, -33});
    const std::int64_t uneven[] = {0, 7, 2, 3};
    const auto shares = share_out(1'000'003, uneven);
    CHECK(shares[0] == 0);
    CHECK(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}) == 1'000'003);
}
