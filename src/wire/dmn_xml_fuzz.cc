// Any bytes as a DMN document: refused or read, and what is read compiles and writes without harm.
#include <cstddef>
#include <cstdint>

#include "feel/model.h"
#include "wire/dmn_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    const auto read = wire::read_dmn({reinterpret_cast<const char*>(data), size});
    if (!read) return 0;
    wire::write_dmn(*read);
    Names names;
    const auto model = feel::Model::compile(std::span(&*read, 1), names, nullptr);
    if (!model) return 0;
    Arena memory;
    for (const auto name : model->decision_names()) {
        feel::Evaluation evaluation{.memory = memory, .steps_left = 20'000};
        (void)model->decide(name, {}, evaluation);
    }
    return 0;
}
