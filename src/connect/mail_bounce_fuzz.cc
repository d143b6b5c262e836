// Any bytes are a bounce with a key and a status, or refused.
#include <cstdint>

#include "base/check.h"
#include "connect/mail_bounce.h"
#include "connect/mail_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo::connect;
    const auto bounce = read_bounce({reinterpret_cast<const char*>(data), size},
                                    "bounces@example.com", "example.com");
    if (!bounce) {
        check(!bounce.error().what.en.empty());
        return 0;
    }
    check(is_mail_key(bounce->key) && bounce->status.size() >= 5);
    check(bounce->why.size() <= kBounceWhyMax);
    check(!bounce->permanent || (bounce->given_up && bounce->status.front() == '5'));
    return 0;
}
