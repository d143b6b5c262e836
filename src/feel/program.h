// The compiled form of an expression: nodes in one vector, children before parents.
// Inside the room.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "feel/builtin.h"
#include "feel/expression.h"
#include "feel/function.h"
#include "feel/types.h"

namespace yinuo::feel {

enum class Op : std::uint8_t {
    Constant,  // constants[a]
    Name,      // symbol a; b: 1 + index of the built-in of that name, or 0
    NameIs,    // symbol a = constants[b], a string
    Negate,    // a
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,  // a, b
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,  // a, b
    And,
    Or,       // a, b
    Between,  // a between b and c
    In,       // a in tests operands[b .. b+c)
    Tests,    // unary tests of `?`: operands[b .. b+c); a: 1 if negated
    TestLess,
    TestLessEqual,
    TestGreater,
    TestGreaterEqual,
    TestEqual,
    TestNotEqual,  // a
    TestValue,     // a; b: 1 if it reads `?`
    If,            // a then b else c
    For,
    Some,
    Every,        // iterators operands[a .. a+3b): symbol, from, to (or kNone); body c
    List,         // operands[a .. a+b)
    Context,      // entries operands[a .. a+2b): symbol, node
    Range,        // a .. b; c: bit 0 begin included, bit 1 end included, bits 2-3 form
    Path,         // a . text of symbol b
    Filter,       // a [ b ]
    CallBuiltin,  // builtin c of operands[a .. a+b)
    CallHost,     // host function c of operands[a .. a+b)
    CallValue,    // function c of operands[a .. a+b); names: named_calls
    CallNamed,    // the same with operands (symbol, node)
    Function,     // body a; parameters lambdas[b]
    InstanceOf,   // a instance of types[b]
    External,     // an external function: null
};

struct Node {
    Op op = Op::Constant;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t c = 0;
};
static_assert(sizeof(Node) == 16);

constexpr std::uint32_t kNone = UINT32_MAX;

// Names bound inside an expression: loop variables, parameters, context entries, a filter's item.
struct Frame {
    std::span<const Binding> bindings;
    std::span<const Entry> entries;  // of the context that a filter looks at
    const Frame* outer = nullptr;
};

struct Expression::Program {
    struct Lambda {
        std::vector<Symbol> parameters;
        std::vector<std::uint32_t> types;  // index into `types`, or kNone
    };

    std::string text;
    std::vector<Node> nodes;
    std::vector<std::uint32_t> operands;
    std::vector<Value> constants;
    std::vector<TypeName> types;
    std::vector<Lambda> lambdas;
    std::vector<const Builtin*> builtins;
    std::vector<Symbol> free_names;
    std::uint32_t root = 0;
    Symbol item = Symbol::None;     // "item"
    Symbol partial = Symbol::None;  // "partial"
    Symbol tested = Symbol::None;   // "?"
    Arena memory;
    const Names* names = nullptr;
    Zones* zones = nullptr;
    const HostFunctions* host = nullptr;
    const TypeDefinitions* definitions = nullptr;

    Value run(std::uint32_t node, const Frame*, const Scope&, Evaluation&) const;
    // `function` is a literal of this program.
    Value call(const FunctionValue& function, std::span<const Value> arguments, Evaluation&) const;
};

// One evaluation deeper; `ok` is false when that is too deep.
class Deeper {
public:
    explicit Deeper(Evaluation& evaluation) : evaluation_(evaluation) { ++evaluation_.depth; }
    ~Deeper() { --evaluation_.depth; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    bool ok() const {
        constexpr std::uint32_t kDepthMax = 1500;
        if (evaluation_.depth <= kDepthMax) return true;
        say_why(evaluation_, "the expression calls itself too deeply");
        return false;
    }

private:
    Evaluation& evaluation_;
};

}  // namespace yinuo::feel
