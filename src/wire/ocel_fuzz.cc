// Any bytes are an OCEL log as JSON, XML or SQLite, or an error.
#include "wire/history_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    yinuo::wire::fuzz_history(
        R"(
format: ocel
object: order
subject: o/{id}
fields: {id: {from: "object:id"}, at: {from: "event:time", type: instant}, price: {from: "object:price", type: number}}
facts: [{fact: x, at: at}]
)",
        data, size);
    return 0;
}
