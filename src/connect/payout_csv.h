// 账单抵扣批次: payouts as a file for a billing system that takes no orders over HTTP.
//
// CSV (RFC 4180), UTF-8 without a byte order mark, lines ending in CRLF, one header line:
//
//   payout,customer,kind,amount,currency,reason,promise,subject,back
//   pay_1f,C-1001,bill credit,20.00,CNY,宽带晚装一天,same-day-install@3,order/4711,no
//
// `amount` is never negative; `back` says "yes" where it is to be taken back. `currency` is the unit
// ("MB") of what isn't money. A field that begins with = + - @ (also ＝ ＋ － ＠), a tab or a line end
// gets an apostrophe before it, so that a spreadsheet shows it and doesn't run it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "connect/payout_order.h"

namespace yinuo::connect {

struct PayoutBatch {
    std::string id;      // "batch_" and the first 16 digits of `sha256`: of the file's name
    std::string sha256;  // of `csv`, in hexadecimal
    std::string csv;
    std::size_t payouts = 0;
};

// In the order of the payouts' ids, so that the same payouts make the same batch, whenever and in
// whichever order they are put together.
PayoutBatch make_payout_batch(std::span<const PayoutOrder>);

}  // namespace yinuo::connect
