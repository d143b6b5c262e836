#include "wire/statement.h"

#include <doctest/doctest.h>

#include <string>

#include "time/civil.h"

using namespace yinuo;
using namespace yinuo::wire;

namespace {

constexpr std::string_view kHead = "payout,status,amount,currency,at,reference\n";

std::string row(std::string_view payout, std::string_view status, std::string_view amount,
                std::string_view at = "2026-03-10T08:00:00+08:00") {
    return std::string(payout) + "," + std::string(status) + "," + std::string(amount) + ",CNY," +
           std::string(at) + ",r\n";
}

Statement statement(const std::string& rows) {
    return read_statement(std::string(kHead) + rows, "bank.csv").value();
}

Money cny(std::int64_t minor) { return {minor, *Currency::parse("CNY")}; }

using State = OrderedPayout::State;
using Pairs = std::vector<Reconciliation::Pair>;

}  // namespace

TEST_CASE("a statement's columns stand in any order, among others") {
    const auto read = read_statement(
        "\xEF\xBB\xBF"
        "摘要,at,currency,reference,amount,status,payout\r\n"
        "x,2026-03-10T08:00:00+08:00,CNY,\"B-\"\"1\"\"\",20.00,paid,pay_1\r\n"
        "y,2026-03-11T00:00:00Z,JPY,,7,reversed,pay_2\r\n");
    REQUIRE(read);
    CHECK(read->faults.empty());
    REQUIRE(read->rows.size() == 2);
    const auto& first = read->rows[0];
    CHECK(first.payout == "pay_1");
    CHECK(first.status == StatementRow::Status::Paid);
    CHECK(first.money == cny(2000));
    CHECK(first.at == *parse_instant("2026-03-10T00:00:00Z"));
    CHECK(first.reference == "B-\"1\"");
    CHECK(first.line == 2);
    CHECK(read->rows[1].money == Money{7, *Currency::parse("JPY")});
    CHECK(name_of(read->rows[1].status) == "reversed");
}

TEST_CASE("every wrong row is told with its place, and the others stand") {
    const auto read =
        statement(row("pay_1", "paid", "20.00") +  //
                  row("pay_2", "rejectd", "20.00") + row("pay_3", "paid", "20.005") +
                  row("pay_4", "paid", "-1") + row("pay_5", "paid", "99999999999999999999") +
                  row("pay_6", "paid", "1", "2026-03-10T08:00:00") + row("", "paid", "1") +  //
                  "pay_8,paid,1\n" + "支付9,paid,1,XXQ,2026-03-10T08:00:00Z,r\n" +
                  row("pay_10", "rejected", "1e1"));
    REQUIRE(read.rows.size() == 2);
    CHECK(read.rows[1].payout == "pay_10");
    CHECK(read.rows[1].money == cny(1000));
    struct Place {
        std::uint32_t line, column;
        const char* says;
    };
    const Place places[] = {{3, 7, "did you mean rejected?"},
                            {4, 12, "at most 2 digits"},
                            {5, 12, "positive"},
                            {6, 12, "amount"},
                            {7, 18, "offset"},
                            {8, 1, "payout"},
                            {9, 0, ""},
                            {10, 12, "ISO 4217"}};
    REQUIRE(read.faults.size() == std::size(places));
    CHECK(read.rows_wrong == std::size(places));
    for (std::size_t i = 0; i < std::size(places); ++i) {
        const auto& error = read.faults[i].error;
        INFO(i, ": ", error.what.en);
        CHECK(error.place.path == "bank.csv");
        CHECK(error.place.line == places[i].line);
        CHECK(error.place.column == places[i].column);
        CHECK(error.what.en.find(places[i].says) != std::string::npos);
        CHECK_FALSE(error.what.zh.empty());
    }
}

TEST_CASE("what is no statement at all is refused as a whole") {
    CHECK(read_statement("").error().code == "empty-file");
    const auto missing = read_statement("payout,statuss,amount,currency,at,reference\n");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == "no-such-column");
    CHECK(missing.error().mend.en.find("statuss") != std::string::npos);
    std::string many;
    for (int i = 0; i < 1500; ++i) many += "x,paid,0,CNY,2026-03-10T08:00:00Z,\n";
    const auto read = statement(many);
    CHECK(read.rows_wrong == 1500);
    CHECK(read.faults.size() == kStatementFaultsMax);
}

TEST_CASE("every order is in one class, every other row is unknown") {
    const OrderedPayout orders[] = {
        {"pay_1", cny(100), State::Sent},   {"pay_2", cny(200), State::Paid},
        {"pay_3", cny(300), State::Sent},   {"pay_4", cny(400), State::Paid},
        {"pay_5", cny(500), State::Failed}, {"pay_6", cny(600), State::Sent},
        {"pay_7", cny(700), State::Failed}, {"pay_8", cny(800), State::Paid},
        {"pay_9", cny(900), State::Sent}};
    const auto read = statement(row("pay_1", "paid", "1.00") +   // 0 matched, news
                                row("pay_2", "paid", "2") +      // 1 matched
                                row("pay_3", "paid", "30.00") +  // 2 another amount
                                row("pay_4", "rejected", "4") +  // 3 we thought it paid
                                row("pay_5", "paid", "5") +      // 4 we thought it failed
                                row("pay_6", "paid", "6") +      // 5
                                row("pay_6", "paid", "6") +      // 6 twice
                                row("pay_0", "paid", "9") +      // 7 unknown
                                row("pay_7", "rejected", "7") +  // 8 matched
                                row("pay_9", "rejected", "9"));  // 9 matched, news
    REQUIRE(read.faults.empty());
    const auto result = reconcile(orders, read);
    CHECK(result.matched == Pairs{{0, 0}, {1, 1}, {6, 8}, {8, 9}});
    CHECK(result.twice == Pairs{{5, 6}});
    CHECK(result.amount_differs == Pairs{{2, 2}});
    CHECK(result.status_differs == Pairs{{3, 3}, {4, 4}});
    CHECK(result.missing == std::vector<std::size_t>{7});
    CHECK(result.unknown == std::vector<std::size_t>{7});
}

TEST_CASE("rejected, then paid, then reversed: the latest by its time counts") {
    const OrderedPayout paid[] = {{"pay_1", cny(100), State::Paid}};
    const auto first = row("pay_1", "rejected", "1", "2026-03-10T08:00:00Z");
    const auto second = row("pay_1", "paid", "1", "2026-03-11T08:00:00Z");
    const auto third = row("pay_1", "reversed", "1", "2026-03-12T08:00:00Z");
    CHECK(reconcile(paid, statement(first + second)).matched == Pairs{{0, 1}});
    CHECK(reconcile(paid, statement(second + first)).matched == Pairs{{0, 0}});
    CHECK(reconcile(paid, statement(third + second + first)).status_differs == Pairs{{0, 0}});
    const auto same_time = row("pay_1", "rejected", "1") + row("pay_1", "paid", "1");
    CHECK(reconcile(paid, statement(same_time)).matched == Pairs{{0, 1}});
    // Another amount in any of the rows is no match, and another currency is another amount.
    const auto less = row("pay_1", "rejected", "0.99", "2026-03-09T08:00:00Z");
    CHECK(reconcile(paid, statement(second + less)).amount_differs == Pairs{{0, 1}});
    const auto yuan = statement("pay_1,paid,1,HKD,2026-03-10T08:00:00Z,\n");
    CHECK(reconcile(paid, yuan).amount_differs == Pairs{{0, 0}});
}
