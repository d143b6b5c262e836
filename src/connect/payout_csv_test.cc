#include "connect/payout_csv.h"

#include <doctest/doctest.h>

#include <vector>

namespace yinuo::connect {
namespace {

PayoutOrder order(std::string id) {
    return {.id = std::move(id),
            .kind = "bill credit",
            .unit = "CNY",
            .amount = *Decimal::parse("20.005"),
            .money = Money{2000, *Currency::parse("CNY")},
            .customer = "C-1001",
            .subject = "order/4711",
            .promise = "same-day-install@3",
            .reason = "宽带晚装一天"};
}

TEST_CASE("a batch is RFC 4180, the same for the same payouts in any order") {
    std::vector<PayoutOrder> orders = {order("pay_2"), order("pay_1")};
    orders[0].back = true;
    const auto batch = make_payout_batch(orders);
    CHECK(batch.csv ==
          "payout,customer,kind,amount,currency,reason,promise,subject,back\r\n"
          "pay_1,C-1001,bill credit,20.00,CNY,宽带晚装一天,same-day-install@3,order/4711,no\r\n"
          "pay_2,C-1001,bill credit,20.00,CNY,宽带晚装一天,same-day-install@3,order/4711,yes\r\n");
    CHECK(batch.payouts == 2);
    CHECK(batch.sha256.size() == 64);
    CHECK(batch.id == "batch_" + batch.sha256.substr(0, 16));
    std::swap(orders[0], orders[1]);
    CHECK(make_payout_batch(orders).id == batch.id);
    orders[0].money->minor = 2001;
    CHECK(make_payout_batch(orders).id != batch.id);
    // sha256sum of the header line alone.
    CHECK(make_payout_batch({}).sha256 ==
          "04e101b1e491571ab30e4663496e259395efeb67eb6efa06936d62f530eb760c");
}

TEST_CASE("a field can neither break its row nor become a formula") {
    const auto field = [](std::string reason) {
        auto one = order("pay_1");
        one.reason = std::move(reason);
        const auto csv = make_payout_batch({&one, 1}).csv;
        const auto begin = csv.find("CNY,") + 4;
        return csv.substr(begin, csv.find(",same-day") - begin);
    };
    CHECK(field("plain = text") == "plain = text");
    CHECK(field("a,b") == "\"a,b\"");
    CHECK(field("say \"sorry\"") == "\"say \"\"sorry\"\"\"");
    CHECK(field("two\r\nlines") == "\"two\r\nlines\"");
    CHECK(field("=1+1") == "'=1+1");
    CHECK(field("+86") == "'+86");
    CHECK(field("-1") == "'-1");
    CHECK(field("@SUM(A1,A2)") == "\"'@SUM(A1,A2)\"");
    CHECK(field("＝1+1") == "'＝1+1");
    CHECK(field("＠x") == "'＠x");
    CHECK(field("\n=1") == "\"'\n=1\"");
    CHECK(field("\t=1") == "'\t=1");
    CHECK(field("\r=1") == "\"'\r=1\"");
}

TEST_CASE("what isn't money is counted in its unit") {
    auto data = order("pay_1");
    data.kind = "data";
    data.unit = "MB";
    data.amount = 500;
    data.money = {};
    CHECK(make_payout_batch({&data, 1}).csv.find("pay_1,C-1001,data,500,MB,") != std::string::npos);
}

}  // namespace
}  // namespace yinuo::connect
