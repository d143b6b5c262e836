// What comes back from other people's systems, in any bytes, is read or refused.
#include <cstdint>

#include "base/check.h"
#include "connect/messengers.h"
#include "connect/payout_http.h"

// The first byte picks the status, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    using namespace yinuo::connect;
    if (size == 0) return 0;
    constexpr int kStatuses[] = {200, 202, 204, 302, 400, 409, 422, 500};
    const int status = kStatuses[data[0] % 8];
    const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const PayoutOrder order{.id = "pay_1",
                            .kind = "bill credit",
                            .unit = "CNY",
                            .amount = 20,
                            .money = Money{2000, *Currency::parse("CNY")}};
    const auto answer = read_payout_answer(order, {.status = status, .answer = body});
    check(answer.fault.empty() ==
          (answer.said == PayoutSaid::Paid || answer.said == PayoutSaid::Accepted));
    if (answer.said == PayoutSaid::Paid) check(status < 300 || status == 409);
    if (answer.said == PayoutSaid::Paid && body.find_first_not_of(" \t\r\n") != std::string::npos)
        check(body.find("status") != std::string::npos || body.find('\\') != std::string::npos);
    for (const auto& told : {read_wecom({.status = status, .answer = body}),
                             read_dingtalk({.status = status, .answer = body}),
                             read_sms({.status = status, .answer = body})}) {
        check(told.fault.empty() == (told.said == MessageSaid::Sent));
        if (told.said == MessageSaid::Sent) check(status < 300);
    }
    return 0;
}
