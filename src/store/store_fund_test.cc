// Payouts and postings, in both stores.
#include <doctest/doctest.h>

#include "store/testing.h"

namespace yinuo::store {
namespace {

TEST_CASE_TEMPLATE("payouts are found by whose they are, and postings add up", Kind, InMemory,
                   InSqlite) {
    Kind kind;
    auto writing = kind.store.write();
    for (PayoutId id = 1; id <= 4; ++id)
        writing->put_payout({.id = id,
                             .tenant = id == 4 ? 2 : 1,
                             .stream = 7,
                             .obligation = id,
                             .customer = id % 2,
                             .incident = id == 3,
                             .state = static_cast<std::uint8_t>(id % 2),
                             .acts_at = id == 2 ? Instant{9} : Instant::max(),
                             .body = "b",
                             .key = id == 2 ? "" : "h1"});
    CHECK(writing->payouts({.tenant = 1, .state = {}, .incident = {}}).size() == 3);
    CHECK(writing->payouts({.tenant = 1, .state = 1, .incident = {}, .after = 1})[0].id == 3);
    CHECK(writing->payouts({.tenant = 1, .state = {}, .incident = 1})[0].id == 3);
    CHECK(writing->payouts_of(2)[0].acts_at == Instant{9});
    CHECK(writing->payouts_of_customer(1).size() == 2);
    CHECK(writing->payouts_of_key(1, "h1").size() == 2);
    CHECK(writing->payouts_of_key(1, "h1")[1].id == 3);
    CHECK(writing->payouts_of_key(1, "").empty());
    CHECK(writing->next_payout_at() == Instant{9});
    CHECK(writing->payouts_acting({8}, 5).empty());
    CHECK(writing->payouts_acting({9}, 5).size() == 1);
    CHECK(writing->last_payout() == 4);
    auto second = *writing->payout(2);
    second.acts_at = Instant::max();
    writing->put_payout(second);
    CHECK(writing->next_payout_at() == Instant::max());
    CHECK(writing->payout(2) == second);

    const auto post = [&](std::int32_t day, std::uint8_t account, std::int64_t minor) {
        writing->put_posting({.tenant = 1,
                              .account = account,
                              .currency = "CNY",
                              .minor = minor,
                              .promise = "late",
                              .day = day});
    };
    post(20260101, 0, -500), post(20260101, 1, 500), post(20260102, 1, -500);
    CHECK(writing->postings(1, 1, 9).size() == 2);
    CHECK(writing->balances(1) ==
          std::vector<PostingSum>{{.currency = "CNY", .account = 0, .minor = -500}});
    CHECK(writing->daily_sums(1, 20260102, 20260103) ==
          std::vector<PostingSum>{{20260102, "late", "CNY", 1, -500}});
    CHECK(writing->balances(2).empty());
    writing->drop_projections();
    CHECK(writing->last_payout() == 0);
    CHECK(writing->balances(1).empty());
    CHECK(writing->postings(1, 0, 9).empty());
}

}  // namespace
}  // namespace yinuo::store
