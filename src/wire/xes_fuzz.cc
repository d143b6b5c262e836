// Any bytes are a XES log or an error.
#include "wire/history_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    yinuo::wire::fuzz_history(
        R"(
format: xes
subject: o/{id}
fields: {id: {from: "case:concept:name"}, at: {from: "time:timestamp", type: instant}, name: {from: "concept:name"}}
facts: [{fact: "x.{name}", at: at}]
)",
        data, size);
    return 0;
}
