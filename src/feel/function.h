// What a FEEL function value is made of. Inside the room; hosts lend functions through
// HostFunctions, DMN models through NativeFunction.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "feel/expression.h"
#include "feel/value.h"

namespace yinuo::feel {

struct Builtin;
struct Frame;

// A function made of something other than FEEL text: a business knowledge model, a decision
// service. `parameters` are for calls by name.
class NativeFunction {
public:
    virtual ~NativeFunction() = default;
    virtual std::span<const std::string_view> parameters() const = 0;
    virtual Value call(std::span<const Value> arguments, Evaluation&) const = 0;
};

class FunctionValue {
public:
    const Builtin* builtin = nullptr;
    const NativeFunction* native = nullptr;
    // A function literal: where its node is and what it closed over.
    const Expression::Program* program = nullptr;
    std::uint32_t node = 0;
    const Frame* frame = nullptr;
    const Scope* scope = nullptr;
    // The context entry it was written in, so that it can call itself.
    Symbol self = Symbol::None;
};

// How many arguments it takes; -1 when that varies.
int parameter_count(const FunctionValue& function);
// The positions of the parameters of these names; empty when it has others.
std::vector<std::size_t> parameter_places(const FunctionValue& function,
                                          std::span<const std::string_view> names);
// Calls with arguments by name; null when the function has other parameters.
Value call_by_name(const FunctionValue& function, std::span<const std::string_view> names,
                   std::span<const Value> values, Evaluation& evaluation);
// Calls with arguments in order. Null when the count is wrong.
Value call(const FunctionValue& function, std::span<const Value> arguments, Evaluation& evaluation);

}  // namespace yinuo::feel
