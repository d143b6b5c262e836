// Any bytes are refused, or an entry of a payout or of the fund whose bytes are these and no others.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/paying_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo::engine;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    if (const auto payout = read_payout(body)) {
        if (write_payout(*payout) != body) __builtin_trap();
        if (leaf_of(payout->view, "log").empty()) __builtin_trap();
    }
    if (const auto fund = read_fund(body))
        if (postings_of(fund->wish).size() != 2) __builtin_trap();
    return 0;
}
