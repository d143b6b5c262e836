#include "feel/function.h"

#include <algorithm>

#include "feel/program.h"

namespace yinuo::feel {

int parameter_count(const FunctionValue& function) {
    if (function.native != nullptr) return static_cast<int>(function.native->parameters().size());
    if (function.builtin != nullptr) return -1;
    const Expression::Program& program = *function.program;
    return static_cast<int>(program.lambdas[program.nodes[function.node].b].parameters.size());
}

std::vector<std::size_t> parameter_places(const FunctionValue& function,
                                          std::span<const std::string_view> names) {
    if (function.builtin != nullptr) return positions(*function.builtin, names);
    std::vector<std::string_view> known;
    if (function.native != nullptr) {
        known.assign(function.native->parameters().begin(), function.native->parameters().end());
    } else {
        const Expression::Program& program = *function.program;
        for (const Symbol symbol : program.lambdas[program.nodes[function.node].b].parameters)
            known.push_back(program.names->text(symbol));
    }
    std::vector<std::size_t> places;
    if (known.size() != names.size()) return places;
    for (const auto name : names)
        for (std::size_t i = 0; i < known.size(); ++i)
            if (known[i] == name) places.push_back(i);
    return places;
}

Value call_by_name(const FunctionValue& function, std::span<const std::string_view> names,
                   std::span<const Value> values, Evaluation& evaluation) {
    const auto places = parameter_places(function, names);
    if (places.size() != names.size()) {
        say_why(evaluation, "the function has no parameters of these names");
        return Value::null();
    }
    std::size_t count = 0;
    for (const std::size_t place : places) count = std::max(count, place + 1);
    auto arguments = evaluation.memory.array<Value>(count);
    for (Value& argument : arguments) argument = Value::null();
    for (std::size_t i = 0; i < places.size(); ++i) arguments[places[i]] = values[i];
    return call(function, arguments, evaluation);
}

Value call(const FunctionValue& function, std::span<const Value> arguments,
           Evaluation& evaluation) {
    if (!spend(evaluation, 1)) return Value::null();
    if (function.native != nullptr) {
        const Deeper deeper(evaluation);
        return deeper.ok() ? function.native->call(arguments, evaluation) : Value::null();
    }
    if (function.builtin != nullptr) {
        const Call call{arguments, evaluation,
                        function.program != nullptr ? function.program->zones : nullptr};
        if (!takes(*function.builtin, arguments.size()))
            return call.fail("the function takes another number of arguments");
        return invoke(*function.builtin, call);
    }
    return function.program->call(function, arguments, evaluation);
}

}  // namespace yinuo::feel
