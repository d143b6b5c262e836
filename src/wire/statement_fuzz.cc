// Any bytes are a statement with rows left out, or an error; and reconciling it adds up.
#include <cstdint>

#include "base/check.h"
#include "wire/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    using namespace yinuo::wire;
    const auto statement = read_statement({reinterpret_cast<const char*>(data), size}, "s.csv");
    if (!statement) {
        check(!statement.error().what.en.empty());
        return 0;
    }
    check(statement->faults.size() <= statement->rows_wrong + 1);
    for (const auto& row : statement->rows) check(row.money.minor > 0 && !row.payout.empty());
    const OrderedPayout orders[] = {{"pay_1", {2000, *Currency::parse("CNY")}},
                                    {"pay_2", {7, *Currency::parse("JPY")}}};
    const auto result = reconcile(orders, *statement);
    check(result.matched.size() + result.twice.size() + result.amount_differs.size() +
              result.status_differs.size() + result.missing.size() ==
          2);
    check(result.unknown.size() <= statement->rows.size());
    return 0;
}
