#include "engine/paying.h"

#include "engine/entry.h"
#include "engine/paying_cashier.h"
#include "engine/paying_entry.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kPrefix = "pay_";
constexpr std::string_view kOther = "obl_";

}  // namespace

std::string payout_text(store::PayoutId id) {
    return std::string(kPrefix) + obligation_text(id).substr(kOther.size());
}

Result<store::PayoutId> parse_payout(std::string_view text) {
    if (text.starts_with(kPrefix))
        if (auto id =
                parse_obligation(std::string(kOther) + std::string(text.substr(kPrefix.size()))))
            return *id;
    return refuse({.code = "bad-payout",
                   .what = {"这不是赔付编号", "this is no payout's id"},
                   .mend = {"编号形如 pay_1k4：pay_ 之后是数字和小写字母",
                            "an id looks like pay_1k4: digits and letters after pay_"}});
}

Result<PayoutView> open_payout(const store::PayoutRow& row) {
    auto entry = TRY(read_payout(row.body));
    entry.view.row = row;
    return std::move(entry.view);
}

Result<PayoutView> take_step(Turns& turns, const Actor& actor, store::PayoutId id,
                             remedy::PayoutCommand command) {
    const Till till = turns.till();
    return till.cashier.take_step(till, actor, id, std::move(command));
}

Result<store::Position> move_money(Turns& turns, const Actor& actor, const FundWish& wish) {
    const Till till = turns.till();
    return till.cashier.move_money(till, actor, wish);
}

}  // namespace yinuo::engine
