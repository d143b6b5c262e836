// Any bytes are JSON Lines with rejected rows.
#include "wire/history_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    yinuo::wire::fuzz_history(
        R"(
format: jsonl
subject: o/{id}
fields: {id: text, at: instant, sku: {from: items.0.sku}, span: duration, yes: boolean, on: date}
facts: [{fact: x, at: at}]
)",
        data, size);
    return 0;
}
