// Any text, as an expression and as unary tests: it compiles or says why not, and evaluates within
// its steps.
#include <cstddef>
#include <cstdint>

#include "feel/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    using namespace yinuo::feel;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Names names;
    const Dialect dialect{.names = names, .open_calls = size % 2 == 0};
    const Binding bindings[] = {{names.intern("?"), Value::number(Decimal(7))},
                                {names.intern("name"), Value::string("text")}};
    Arena memory;
    for (const bool tests : {false, true}) {
        const auto expression = tests ? Expression::compile_unary_tests(text, dialect)
                                      : Expression::compile(text, dialect);
        if (!expression) continue;
        Evaluation evaluation{.memory = memory, .steps_left = 20'000};
        to_text(expression->evaluate(Scope{bindings, nullptr}, evaluation));
        memory.reset();
    }
    return 0;
}
