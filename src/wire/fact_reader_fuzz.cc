// Any bytes are facts with errors that say something, or a refusal.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/fact_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto format : {wire::FactFormat::Document, wire::FactFormat::Lines}) {
        Arena memory;
        const auto facts = wire::read_fact_list(text, format, {.facts_max = 100}, memory);
        if (!facts) continue;
        if (facts->size() > 100) __builtin_trap();
        for (const auto& [fact, errors, line] : *facts) {
            for (const auto& [pointer, error] : errors)
                if (error.code.empty() || error.what.zh.empty() || error.what.en.empty())
                    __builtin_trap();
            if (!errors.empty()) continue;
            if (fact.kind.empty() || fact.subject.empty() || fact.at < Instant{0} ||
                fact.fields.size() > 64)
                __builtin_trap();
            for (const auto& field : fact.fields) static_cast<void>(feel::to_text(field.value));
        }
    }
    return 0;
}
