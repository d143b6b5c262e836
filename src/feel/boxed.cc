#include "feel/boxed.h"

#include <new>

#include "feel/builtin.h"
#include "feel/program.h"

namespace yinuo::feel {

namespace {

using Kind = Boxed::Kind;

constexpr int kDepthMax = 100;

// A function that a boxed context defines, with the names around it.
class BoxedFunction : public NativeFunction {
public:
    BoxedFunction(const CompiledBox& box, const Scope* around) : box_(box), around_(around) {}
    std::span<const std::string_view> parameters() const override { return box_.parameters; }
    Value call(std::span<const Value> arguments, Evaluation& evaluation) const override {
        const Binding self{self_, self_value_};
        const Scope with_self{std::span(&self, self_ == Symbol::None ? 0U : 1U), around_};
        return box_.call(arguments, with_self, evaluation);
    }
    void name_itself(Symbol self, const Value& value) {
        self_ = self;
        self_value_ = value;
    }

private:
    const CompiledBox& box_;
    const Scope* around_;
    Symbol self_ = Symbol::None;
    Value self_value_;
};

// The scopes on the stack, copied to where they outlive it.
const Scope* kept(const Scope* scope, Evaluation& evaluation) {
    if (scope == nullptr || !spend(evaluation, scope->bindings.size() + 1)) return nullptr;
    auto* copy = new (evaluation.memory.take(sizeof(Scope), alignof(Scope)))
        Scope{evaluation.memory.copy(scope->bindings), nullptr};
    copy->outer = kept(scope->outer, evaluation);
    return copy;
}

Value function_of(const CompiledBox& box, Symbol self, const Scope& scope, Evaluation& evaluation) {
    auto* native = new (evaluation.memory.take(sizeof(BoxedFunction), alignof(BoxedFunction)))
        BoxedFunction(box, kept(&scope, evaluation));
    auto* function =
        new (evaluation.memory.take(sizeof(FunctionValue), alignof(FunctionValue))) FunctionValue();
    function->native = native;
    const Value value = Value::function(function);
    native->name_itself(self, value);
    return value;
}

Value held_to(const std::optional<TypeName>& type, const Value& value, const TypeDefinitions* types,
              Evaluation& evaluation) {
    if (!type) return value;
    const Value result = coerced(*type, value, types, evaluation);
    if (result.is_null() && !value.is_null())
        say_why(evaluation, "a value is not of its variable's type");
    return result;
}

}  // namespace

Value CompiledBox::evaluate(const Scope& scope, Evaluation& evaluation) const {
    const Deeper deeper(evaluation);
    if (!deeper.ok() || !spend(evaluation, 1)) return Value::null();
    if (broken) {
        say_why(evaluation, "an expression did not compile");
        return Value::null();
    }
    return held_to(type, plain(scope, evaluation), types, evaluation);
}

Value CompiledBox::plain(const Scope& scope, Evaluation& evaluation) const {
    switch (kind) {
        case Kind::None: return Value::null();
        case Kind::Literal: return expression->evaluate(scope, evaluation);
        case Kind::Table: return table->evaluate(scope, evaluation);
        case Kind::Context: return context(scope, evaluation);
        case Kind::Invocation: return invocation(scope, evaluation);
        case Kind::Relation: return relation(scope, evaluation);
        case Kind::List: {
            auto values = evaluation.memory.array<Value>(items.size());
            for (std::size_t i = 0; i < items.size(); ++i)
                values[i] = items[i].evaluate(scope, evaluation);
            return Value::list(values);
        }
        case Kind::Function: return function_of(*this, Symbol::None, scope, evaluation);
        case Kind::Conditional: {
            const Value condition = items[0].evaluate(scope, evaluation);
            if (condition.type() != Type::Boolean && !condition.is_null()) {
                say_why(evaluation, "the condition is neither true nor false");
                return Value::null();
            }
            return items[condition.is_true() ? 1 : 2].evaluate(scope, evaluation);
        }
        case Kind::Filter: return filter(scope, evaluation);
        case Kind::For:
        case Kind::Some:
        case Kind::Every: return loop(scope, evaluation);
    }
    return Value::null();
}

Value CompiledBox::context(const Scope& scope, Evaluation& evaluation) const {
    auto bindings = evaluation.memory.array<Binding>(entries.size());
    auto result = evaluation.memory.array<Entry>(entries.size());
    std::size_t count = 0;
    for (const CompiledEntry& entry : entries) {
        const Scope inner{bindings.first(count), &scope};
        Value value = entry.value.kind == Kind::Function && !entry.value.broken
                          ? function_of(entry.value, entry.name, inner, evaluation)
                          : entry.value.evaluate(inner, evaluation);
        value = held_to(entry.type, value, types, evaluation);
        if (entry.name == Symbol::None) return value;
        bindings[count] = {entry.name, value};
        result[count] = {entry.key, value};
        ++count;
    }
    return Value::context(result.first(count));
}

Value CompiledBox::invocation(const Scope& scope, Evaluation& evaluation) const {
    const Value function = expression->evaluate(scope, evaluation);
    if (function.type() != Type::Function) {
        say_why(evaluation, "what is invoked is not a function");
        return Value::null();
    }
    std::vector<std::string_view> argument_names;
    std::vector<Value> values;
    for (const CompiledEntry& entry : entries) {
        argument_names.push_back(entry.key);
        values.push_back(entry.value.evaluate(scope, evaluation));
    }
    return call_by_name(function.as_function(), argument_names, values, evaluation);
}

Value CompiledBox::relation(const Scope& scope, Evaluation& evaluation) const {
    const std::size_t width = columns.size();
    ListBuilder rows(evaluation.memory);
    for (std::size_t at = 0; width > 0 && at + width <= items.size(); at += width) {
        auto row = evaluation.memory.array<Entry>(width);
        for (std::size_t i = 0; i < width; ++i)
            row[i] = {columns[i], items[at + i].evaluate(scope, evaluation)};
        rows.add(Value::context(row));
    }
    return rows.value();
}

Value CompiledBox::filter(const Scope& scope, Evaluation& evaluation) const {
    const Value source = items[0].evaluate(scope, evaluation);
    if (source.is_null()) return source;
    const auto from = as_items(source);
    ListBuilder chosen(evaluation.memory);
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::vector<Binding> bindings = {{item, from[i]}};
        if (from[i].type() == Type::Context)
            for (const Entry& entry : from[i].as_context())
                if (const Symbol key = names->find(entry.key); key != Symbol::None)
                    bindings.push_back({key, entry.value});
        const Scope inner{bindings, &scope};
        const Value matches = items[1].evaluate(inner, evaluation);
        if (i == 0 && matches.type() == Type::Number) {
            const auto index = matches.as_number().to_int64().value_or(0);
            const auto size = static_cast<std::int64_t>(from.size());
            if (index == 0 || index > size || index < -size) return Value::null();
            return from[static_cast<std::size_t>(index > 0 ? index - 1 : size + index)];
        }
        if (matches.is_true()) chosen.add(from[i]);
        if (i == 0 && matches.type() != Type::Boolean && !matches.is_null()) return Value::null();
        if (evaluation.exhausted) return Value::null();
    }
    return chosen.value();
}

Value CompiledBox::loop(const Scope& scope, Evaluation& evaluation) const {
    const Value source = items[0].evaluate(scope, evaluation);
    if (source.is_null()) return source;
    Value from = source;
    if (source.type() == Type::Range) from = items_of_range(source.as_range(), evaluation);
    if (from.is_null()) return from;
    ListBuilder results(evaluation.memory);
    bool unknown = false;
    for (const Value& value : as_items(from)) {
        const Binding bindings[] = {{variable, value}, {partial, results.value()}};
        const Scope inner{bindings, &scope};
        const Value result = items[1].evaluate(inner, evaluation);
        if (evaluation.exhausted) return Value::null();
        if (kind == Kind::For) {
            results.add(result);
        } else if (result.type() != Type::Boolean) {
            unknown = true;
        } else if (result.as_boolean() == (kind == Kind::Some)) {
            return result;
        }
    }
    if (kind == Kind::For) return results.value();
    return unknown ? Value::null() : Value::boolean(kind == Kind::Every);
}

Value CompiledBox::call(std::span<const Value> arguments, const Scope& around,
                        Evaluation& evaluation) const {
    if (broken || arguments.size() != parameter_symbols.size() || items.empty()) {
        say_why(evaluation, "the function takes another number of arguments");
        return Value::null();
    }
    auto bindings = evaluation.memory.array<Binding>(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Value argument = held_to(parameter_types[i], arguments[i], types, evaluation);
        bindings[i] = {parameter_symbols[i], argument};
        if (argument.is_null() && !arguments[i].is_null()) return Value::null();
    }
    const Scope inner{bindings, &around};
    return items[0].evaluate(inner, evaluation);
}

std::optional<TypeName> parse_type(std::string_view text) {
    if (const auto colon = text.find(':'); colon != std::string_view::npos)
        text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
    TypeName type;
    if (const auto kind = basic_type(text)) {
        type.kind = *kind;
        return type;
    }
    type.kind = TypeName::Kind::Named;
    type.name = text;
    return type;
}

namespace {

CompiledBox compile_at(const Boxed& boxed, const Dialect& dialect, const std::string& where,
                       Findings& findings, int depth) {
    CompiledBox box;
    box.kind = boxed.kind;
    box.names = &dialect.names;
    box.types = dialect.types;
    box.item = dialect.names.intern("item");
    box.partial = dialect.names.intern("partial");
    box.type = boxed.kind == Kind::Function ? std::nullopt : parse_type(boxed.type);
    const auto fail = [&](Findings found) {
        for (Finding& finding : found) {
            finding.error.what.zh = where + "：" + finding.error.what.zh;
            finding.error.what.en = where + ": " + finding.error.what.en;
            findings.push_back(std::move(finding));
        }
        box.broken = true;
    };
    if (depth > kDepthMax) {
        fail({{Severity::Error, {"too-deep", {"嵌套过深", "nested too deeply"}}}});
        return box;
    }
    if (boxed.kind == Kind::Literal || boxed.kind == Kind::Invocation) {
        auto expression = Expression::compile(boxed.text, dialect);
        if (expression)
            box.expression.emplace(std::move(*expression));
        else
            fail(std::move(expression.error()));
    }
    if (boxed.kind == Kind::Table) {
        auto table = DecisionTable::compile(boxed.table, dialect);
        if (table)
            box.table.emplace(std::move(*table));
        else
            fail(std::move(table.error()));
    }
    for (const auto& entry : boxed.entries) {
        CompiledEntry compiled;
        compiled.key = entry.variable.name;
        if (!entry.variable.name.empty()) compiled.name = dialect.names.intern(entry.variable.name);
        compiled.type = parse_type(entry.variable.type);
        compiled.value = compile_at(entry.value, dialect, where, findings, depth + 1);
        box.entries.push_back(std::move(compiled));
    }
    for (const Boxed& item : boxed.items)
        box.items.push_back(compile_at(item, dialect, where, findings, depth + 1));
    const std::size_t wanted = boxed.kind == Kind::Conditional ? 3
                               : boxed.kind == Kind::Function  ? 1
                               : boxed.kind >= Kind::Filter    ? 2
                                                               : 0;
    if (box.items.size() < wanted || boxed.external) box.broken = true;
    if (boxed.kind == Kind::Function && !box.items.empty() && !box.items[0].type)
        box.items[0].type = parse_type(boxed.type);
    box.columns = boxed.columns;
    for (const Variable& parameter : boxed.parameters) {
        box.parameter_names.push_back(parameter.name);
        box.parameter_symbols.push_back(dialect.names.intern(parameter.name));
        box.parameter_types.push_back(parse_type(parameter.type));
    }
    box.parameters.assign(box.parameter_names.begin(), box.parameter_names.end());
    if (!boxed.variable.empty()) box.variable = dialect.names.intern(boxed.variable);
    return box;
}

}  // namespace

CompiledBox compile_box(const Boxed& boxed, const Dialect& dialect, const std::string& where,
                        Findings& findings) {
    return compile_at(boxed, dialect, where, findings, 0);
}

}  // namespace yinuo::feel
