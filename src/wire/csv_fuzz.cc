// Any bytes are CSV with rejected rows, or an error.
#include "wire/history_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    yinuo::wire::fuzz_history(
        R"(
format: csv
subject: o/{row}
columns: [a, b, c]
times: [ISO, d/M/yyyy HH:mm, "MM/dd/yyyy hh:mm:ss a", epoch seconds]
fields: {a: instant, b: number, c: text, d: {from: = previous.b, type: number}}
facts:
  - {fact: x, at: a, on change of: c}
  - {fact: "y.{c}", at: a, id: "{b}", sequence: b}
)",
        data, size);
    return 0;
}
