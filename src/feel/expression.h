// A FEEL expression (OMG DMN 1.5, chapter 10), compiled once and evaluated many times.
//
// Rules are tenants' input: text, depth and list sizes are bounded when compiling, steps when
// evaluating. Nothing here reads a clock or a file: what `now()` answers is handed in.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "feel/value.h"

namespace yinuo::feel {

struct Binding {
    Symbol name = Symbol::None;
    Value value;
};

// Names in scope, innermost first. Few bindings a level: they are searched one by one.
struct Scope {
    std::span<const Binding> bindings;
    const Scope* outer = nullptr;

    const Value* find(Symbol name) const {
        for (const Scope* scope = this; scope != nullptr; scope = scope->outer)
            for (const Binding& binding : scope->bindings)
                if (binding.name == name) return &binding.value;
        return nullptr;
    }
};

struct Evaluation;
class TypeDefinitions;  // named types for `instance of`, see feel/types.h

// Functions that the host lends to expressions beside the built-in ones, such as
// `latest("order.placed")`. `find` answers at compile time, `call` at evaluation.
class HostFunctions {
public:
    virtual ~HostFunctions() = default;
    // The function's number if there is one of that name and count of arguments, otherwise -1.
    virtual int find(std::string_view name, std::size_t arguments) const = 0;
    virtual Value call(int function, std::span<const Value> arguments, Evaluation&) const = 0;
    // The nearest names, for messages.
    virtual std::vector<std::string_view> names() const { return {}; }
};

// What the compiler knows. All borrowed, all must outlive the Expression.
struct Dialect {
    Names& names;
    Zones* zones = nullptr;  // for times with a zone name
    const HostFunctions* host = nullptr;
    // Names with blanks or punctuation that must be taken whole ("wait-time", "a/b"). Plain words
    // in a row that are no keywords ("wish of customer") are one name without being listed.
    std::span<const std::string_view> special_names = {};
    Place at = {};                           // where `text` begins, so findings point into the file
    const TypeDefinitions* types = nullptr;  // for `instance of tPerson`
    // As DMN models want it: any name may hold a function when the expression is evaluated, and a
    // call that cannot be made is null then, rather than a finding now.
    bool open_calls = false;
};

struct Evaluation {
    Arena& memory;
    const Zone* zone = nullptr;  // for `local time(at)`, `local date(at)`; UTC if null
    std::optional<Instant> now = std::nullopt;  // for now() and today(); null there if absent
    std::uint32_t steps_left = 1'000'000;
    bool exhausted = false;           // the steps ran out; the result was null
    const void* host_data = nullptr;  // for HostFunctions::call
    // Why the first null came about ("divide by zero"), if anyone asked by setting this.
    std::string* why_null = nullptr;
    std::uint32_t depth = 0;  // of evaluations within evaluations; bounded
};

class Expression {
public:
    // All findings at once when it does not parse; each says line, column and what was expected.
    static std::expected<Expression, Findings> compile(std::string_view text, const Dialect&);
    // A cell of a decision table: "> 5", "[1..3], 7", "-", with the tested value bound to `?`.
    static std::expected<Expression, Findings> compile_unary_tests(std::string_view text,
                                                                   const Dialect&);

    Value evaluate(const Scope&, Evaluation&) const;

    // Every free name it reads and every host function it calls; sorted, without duplicates.
    std::span<const Symbol> free_names() const;
    std::string_view text() const;

    // `name = "text"` conditions joined by `and` at the top: the constant that `name` must equal,
    // or empty if the expression may be true otherwise. Lets callers sort facts by kind.
    std::string_view required_constant(Symbol name) const;

    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;
    ~Expression();

    struct Program;  // compiled form, private to the room

private:
    explicit Expression(std::unique_ptr<const Program>);
    std::unique_ptr<const Program> program_;
};

}  // namespace yinuo::feel
