// Boxed expressions, compiled. Inside the room.
#pragma once

#include <functional>

#include "feel/definitions.h"
#include "feel/function.h"
#include "feel/types.h"

namespace yinuo::feel {

struct CompiledEntry;

struct CompiledBox {
    Boxed::Kind kind = Boxed::Kind::None;
    bool broken = false;  // it did not compile: null
    std::optional<TypeName> type;
    std::optional<Expression> expression;  // of a Literal; of an Invocation the function
    std::optional<DecisionTable> table;
    std::vector<CompiledEntry> entries;
    std::vector<CompiledBox> items;
    std::vector<std::string> columns;
    std::vector<std::string> parameter_names;
    std::vector<std::string_view> parameters;  // views of the names above
    std::vector<Symbol> parameter_symbols;
    std::vector<std::optional<TypeName>> parameter_types;
    Symbol variable = Symbol::None;
    const Names* names = nullptr;
    const TypeDefinitions* types = nullptr;
    Symbol item = Symbol::None;
    Symbol partial = Symbol::None;

    CompiledBox() = default;
    CompiledBox(CompiledBox&&) = default;
    CompiledBox& operator=(CompiledBox&&) = default;

    Value evaluate(const Scope&, Evaluation&) const;
    // Calls a Function box's body.
    Value call(std::span<const Value> arguments, const Scope& around, Evaluation&) const;

private:
    Value plain(const Scope&, Evaluation&) const;
    Value context(const Scope&, Evaluation&) const;
    Value invocation(const Scope&, Evaluation&) const;
    Value relation(const Scope&, Evaluation&) const;
    Value filter(const Scope&, Evaluation&) const;
    Value loop(const Scope&, Evaluation&) const;
};

struct CompiledEntry {
    std::string key;
    Symbol name = Symbol::None;  // None: the context's result
    std::optional<TypeName> type;
    CompiledBox value;
};

// Findings are appended, each with `where` before its text.
CompiledBox compile_box(const Boxed&, const Dialect&, const std::string& where, Findings&);
// A type as DMN's attributes write it: "number", "feel:number", "tns:tLoan", "imported.tLoan".
std::optional<TypeName> parse_type(std::string_view text);

}  // namespace yinuo::feel
