// Walks a compiled expression. Scalars never allocate; lists, contexts and closures live in the
// caller's Arena.
#include <algorithm>
#include <new>
#include "feel/program.h"

namespace yinuo::feel {

namespace {

using Program = Expression::Program;

class Machine {
public:
    Machine(const Program& program, const Scope& scope, Evaluation& evaluation)
        : program_(program), scope_(scope), evaluation_(evaluation) {}

    Value run(std::uint32_t index, const Frame* frame) {
        const Node& node = program_.nodes[index];
        if (evaluation_.steps_left == 0) {
            evaluation_.exhausted = true;
            say_why(evaluation_, "the steps ran out");
            return Value::null();
        }
        --evaluation_.steps_left;
        switch (node.op) {
            case Op::Constant: return program_.constants[node.a];
            case Op::Name: return name(node, frame);
            case Op::NameIs: return name_is(node, frame);
            default: break;
        }
        const Deeper deeper(evaluation_);
        if (!deeper.ok()) return Value::null();
        switch (node.op) {
            case Op::Constant:
            case Op::Name:
            case Op::NameIs: break;
            case Op::Negate: return negate(run(node.a, frame));
            case Op::Add: return binary(add, node, frame);
            case Op::Subtract: return binary(subtract, node, frame);
            case Op::Multiply: return binary(multiply, node, frame);
            case Op::Divide: return binary(divide, node, frame);
            case Op::Power: return binary(power, node, frame);
            case Op::Equal:
            case Op::NotEqual:
            case Op::Less:
            case Op::LessEqual:
            case Op::Greater:
            case Op::GreaterEqual: {
                const Value left = run(node.a, frame);
                return compare(node.op, left, run(node.b, frame));
            }
            case Op::And: return both(node, frame);
            case Op::Or: return either(node, frame);
            case Op::Between: return between(node, frame);
            case Op::In: return in(node, frame);
            case Op::Tests: return tests(node, frame);
            case Op::TestLess:
            case Op::TestLessEqual:
            case Op::TestGreater:
            case Op::TestGreaterEqual:
            case Op::TestEqual:
            case Op::TestNotEqual:
            case Op::TestValue: return test(index, tested(frame), frame);
            case Op::If: {
                const Value condition = run(node.a, frame);
                return run(condition.is_true() ? node.b : node.c, frame);
            }
            case Op::For: return for_each(node, frame);
            case Op::Some: return quantified(node, frame, true);
            case Op::Every: return quantified(node, frame, false);
            case Op::List: return list(node, frame);
            case Op::Context: return context(node, frame);
            case Op::Range: return range(node, frame);
            case Op::Path: return property(run(node.a, frame), text(node.b), evaluation_);
            case Op::Filter: return filter(node, frame);
            case Op::CallBuiltin: return call_builtin(node, frame);
            case Op::CallHost: return call_host(node, frame);
            case Op::CallValue: return call_value(node, frame);
            case Op::CallNamed: return call_named(node, frame);
            case Op::Function: return closure(index, frame);
            case Op::InstanceOf: {
                const Value value = run(node.a, frame);
                return Value::boolean(
                    conforms(program_.types[node.b], value, program_.definitions, evaluation_));
            }
            case Op::External: return Value::null();
        }
        return Value::null();
    }

    Value call_lambda(const FunctionValue& function, std::span<const Value> arguments) {
        const Deeper deeper(evaluation_);
        if (!deeper.ok()) return Value::null();
        const Node& node = program_.nodes[function.node];
        const Program::Lambda& lambda = program_.lambdas[node.b];
        if (arguments.size() != lambda.parameters.size()) {
            say_why(evaluation_, "the function takes another number of arguments");
            return Value::null();
        }
        const std::size_t count = arguments.size() + (function.self != Symbol::None ? 1 : 0);
        auto bindings = evaluation_.memory.array<Binding>(count);
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            Value argument = arguments[i];
            if (lambda.types[i] != kNone) {
                argument = coerced(program_.types[lambda.types[i]], argument, program_.definitions,
                                   evaluation_);
                if (argument.is_null() && !arguments[i].is_null()) {
                    say_why(evaluation_, "an argument is not of its parameter's type");
                    return Value::null();
                }
            }
            bindings[i] = {lambda.parameters[i], argument};
        }
        if (function.self != Symbol::None)
            bindings[count - 1] = {function.self, Value::function(&function)};
        const Frame inner{bindings, {}, function.frame};
        return run(node.a, &inner);
    }

private:
    using Binary = Value (*)(const Value&, const Value&, Evaluation&);

    Value binary(Binary operation, const Node& node, const Frame* frame) {
        const Value left = run(node.a, frame);
        return operation(left, run(node.b, frame), evaluation_);
    }

    std::string_view text(std::uint32_t symbol) const {
        return program_.names->text(static_cast<Symbol>(symbol));
    }

    const Value* find(Symbol symbol, const Frame* frame) const {
        for (; frame != nullptr; frame = frame->outer) {
            if (!frame->entries.empty()) {
                const auto key = program_.names->text(symbol);
                for (const Entry& entry : frame->entries)
                    if (entry.key == key) return &entry.value;
            }
            for (const Binding& binding : frame->bindings)
                if (binding.name == symbol) return &binding.value;
        }
        return scope_.find(symbol);
    }

    Value name(const Node& node, const Frame* frame) {
        if (const Value* value = find(static_cast<Symbol>(node.a), frame)) return *value;
        if (node.b != 0) {
            auto* function =
                new (evaluation_.memory.take(sizeof(FunctionValue), alignof(FunctionValue)))
                    FunctionValue();
            function->builtin = find_builtin(text(node.a));
            function->program = &program_;
            return Value::function(function);
        }
        say_why(evaluation_, "nothing of that name is in scope");
        return Value::null();
    }

    Value name_is(const Node& node, const Frame* frame) {
        const Value* value = find(static_cast<Symbol>(node.a), frame);
        if (value == nullptr || value->is_null()) return Value::boolean(false);
        if (value->type() != Type::String) return Value::null();
        return Value::boolean(value->as_string() == program_.constants[node.b].as_string());
    }

    static Value compare(Op op, const Value& left, const Value& right) {
        if (op == Op::Equal) return equal(left, right);
        if (op == Op::NotEqual) {
            const Value same = equal(left, right);
            return same.is_null() ? same : Value::boolean(!same.as_boolean());
        }
        const auto side = order(left, right);
        if (!side) return Value::null();
        switch (op) {
            case Op::Less: return Value::boolean(*side < 0);
            case Op::LessEqual: return Value::boolean(*side <= 0);
            case Op::Greater: return Value::boolean(*side > 0);
            default: return Value::boolean(*side >= 0);
        }
    }

    // Three-valued: false wins over null, null over true.
    Value both(const Node& node, const Frame* frame) {
        const Value left = run(node.a, frame);
        if (left.type() == Type::Boolean && !left.as_boolean()) return left;
        const Value right = run(node.b, frame);
        if (right.type() == Type::Boolean && !right.as_boolean()) return right;
        return left.is_true() && right.is_true() ? left : Value::null();
    }

    Value either(const Node& node, const Frame* frame) {
        const Value left = run(node.a, frame);
        if (left.is_true()) return left;
        const Value right = run(node.b, frame);
        if (right.is_true()) return right;
        const bool certain = left.type() == Type::Boolean && right.type() == Type::Boolean;
        return certain ? left : Value::null();
    }

    Value between(const Node& node, const Frame* frame) {
        const Value value = run(node.a, frame);
        const auto low = order(run(node.b, frame), value);
        const auto high = order(value, run(node.c, frame));
        if (!low || !high) return Value::null();
        return Value::boolean(*low <= 0 && *high <= 0);
    }

    const Value& tested(const Frame* frame) const {
        static const Value kNull;
        const Value* value = find(program_.tested, frame);
        return value != nullptr ? *value : kNull;
    }

    Value in(const Node& node, const Frame* frame) {
        const Value value = run(node.a, frame);
        return any_test(node.b, node.c, value, frame);
    }

    Value tests(const Node& node, const Frame* frame) {
        const Value result = any_test(node.b, node.c, tested(frame), frame);
        if (node.a == 0 || result.type() != Type::Boolean) return result;
        return Value::boolean(!result.as_boolean());
    }

    Value any_test(std::uint32_t begin, std::uint32_t count, const Value& value,
                   const Frame* frame) {
        bool unknown = false;
        for (std::uint32_t i = 0; i < count; ++i) {
            const Value result = test(program_.operands[begin + i], value, frame);
            if (result.is_true()) return result;
            unknown = unknown || result.is_null();
        }
        return unknown ? Value::null() : Value::boolean(false);
    }

    Value test(std::uint32_t index, const Value& value, const Frame* frame) {
        const Node& node = program_.nodes[index];
        switch (node.op) {
            case Op::TestLess: return compare(Op::Less, value, run(node.a, frame));
            case Op::TestLessEqual: return compare(Op::LessEqual, value, run(node.a, frame));
            case Op::TestGreater: return compare(Op::Greater, value, run(node.a, frame));
            case Op::TestGreaterEqual: return compare(Op::GreaterEqual, value, run(node.a, frame));
            case Op::TestEqual: return compare(Op::Equal, value, run(node.a, frame));
            case Op::TestNotEqual: return compare(Op::NotEqual, value, run(node.a, frame));
            default: break;
        }
        const Value against = run(node.a, frame);
        if (node.b != 0 && (against.type() == Type::Boolean || against.is_null())) return against;
        return fits(value, against);
    }

    // `value in against`: equal to it, inside the range, or so for one item of the list.
    static Value fits(const Value& value, const Value& against) {
        if (against.type() == Type::Range && value.type() != Type::Range)
            return contains(against.as_range(), value);
        if (against.type() != Type::List) return equal(value, against);
        bool unknown = false;
        if (value.type() == Type::List && equal(value, against).is_true())
            return Value::boolean(true);
        for (const Value& item : against.as_list()) {
            const Value result = item.type() == Type::Range && value.type() != Type::Range
                                     ? contains(item.as_range(), value)
                                     : equal(value, item);
            if (result.is_true()) return result;
            unknown =
                unknown || (result.is_null() && !value.is_null() && item.type() == Type::Range);
        }
        return unknown ? Value::null() : Value::boolean(false);
    }

    // Calls `visit(value)` for each value an iterator runs through; false stops everything.
    template <typename Visit>
    bool each(std::uint32_t at, const Frame* frame, Visit visit) {
        const std::uint32_t to_node = program_.operands[at + 2];
        const Value from = run(program_.operands[at + 1], frame);
        if (to_node != kNone) return each_between(from, run(to_node, frame), true, true, visit);
        if (from.is_null()) return false;
        if (from.type() == Type::Range) {
            const RangeValue& range = from.as_range();
            if (range.form != RangeValue::Form::Interval) return false;
            return each_between(range.begin, range.end, range.begin_included, range.end_included,
                                visit);
        }
        for (const Value& item : as_items(from))
            if (!visit(item)) return false;
        return true;
    }

    template <typename Visit>
    bool each_between(const Value& from, const Value& to, bool with_first, bool with_last,
                      Visit visit) {
        std::int64_t first = 0;
        std::int64_t last = 0;
        const bool dates = from.type() == Type::Date && to.type() == Type::Date;
        if (dates) {
            first = from.date_days();
            last = to.date_days();
        } else {
            if (from.type() != Type::Number || to.type() != Type::Number) return false;
            const auto begin = from.as_number().to_int64();
            const auto end = to.as_number().to_int64();
            if (!begin || !end) return false;
            first = *begin;
            last = *end;
        }
        const std::int64_t step = first <= last ? 1 : -1;
        for (std::int64_t i = first;; i += step) {
            const bool skipped = (i == first && !with_first) || (i == last && !with_last);
            if (!skipped && !visit(dates ? Value::date_of_days(i) : Value::number(Decimal(i))))
                return false;
            if (i == last) return true;
            if (!spend(evaluation_, 1)) return false;
        }
    }

    // Runs through all combinations of the iterators; `body(frame)` false stops.
    template <typename Body>
    bool loop(std::uint32_t at, std::uint32_t left, const Frame* frame, Body& body) {
        if (left == 0) return body(frame);
        return each(at, frame, [&](const Value& value) {
            const Binding binding{static_cast<Symbol>(program_.operands[at]), value};
            const Frame inner{std::span(&binding, 1), {}, frame};
            return loop(at + 3, left - 1, &inner, body);
        });
    }

    Value for_each(const Node& node, const Frame* frame) {
        ListBuilder results(evaluation_.memory);
        bool stopped = false;
        auto body = [&](const Frame* inner) {
            const Binding partial{program_.partial, results.value()};
            const Frame with_partial{std::span(&partial, 1), {}, inner};
            results.add(run(node.c, &with_partial));
            stopped = evaluation_.exhausted;
            return !stopped;
        };
        if (!loop(node.a, node.b, frame, body)) return Value::null();
        return results.value();
    }

    Value quantified(const Node& node, const Frame* frame, bool some) {
        bool decided = false;
        bool unknown = false;
        auto body = [&](const Frame* inner) {
            const Value value = run(node.c, inner);
            if (value.type() == Type::Boolean && value.as_boolean() == some)
                decided = true;
            else if (value.type() != Type::Boolean)
                unknown = true;
            return !decided;
        };
        const bool finished = loop(node.a, node.b, frame, body);
        if (decided) return Value::boolean(some);
        return finished && !unknown ? Value::boolean(!some) : Value::null();
    }

    Value list(const Node& node, const Frame* frame) {
        auto items = evaluation_.memory.array<Value>(node.b);
        for (std::uint32_t i = 0; i < node.b; ++i)
            items[i] = run(program_.operands[node.a + i], frame);
        return Value::list(items);
    }

    Value context(const Node& node, const Frame* frame) {
        auto entries = evaluation_.memory.array<Entry>(node.b);
        auto bindings = evaluation_.memory.array<Binding>(node.b);
        for (std::uint32_t i = 0; i < node.b; ++i) {
            const auto symbol = static_cast<Symbol>(program_.operands[node.a + 2 * i]);
            const std::uint32_t at = program_.operands[node.a + 2 * i + 1];
            const Frame inner{bindings.first(i), {}, frame};
            Value value = run(at, &inner);
            if (program_.nodes[at].op == Op::Function) name_itself(value, symbol);
            entries[i] = {program_.names->text(symbol), value};
            bindings[i] = {symbol, value};
        }
        return Value::context(entries);
    }

    void name_itself(Value& value, Symbol symbol) {
        auto* named = static_cast<FunctionValue*>(
            evaluation_.memory.take(sizeof(FunctionValue), alignof(FunctionValue)));
        *named = value.as_function();
        named->self = symbol;
        value = Value::function(named);
    }

    Value range(const Node& node, const Frame* frame) {
        auto* range =
            new (evaluation_.memory.take(sizeof(RangeValue), alignof(RangeValue))) RangeValue();
        if (node.a != kNone) range->begin = run(node.a, frame);
        if (node.b != kNone) range->end = run(node.b, frame);
        range->begin_included = (node.c & 1) != 0;
        range->end_included = (node.c & 2) != 0;
        range->form = static_cast<RangeValue::Form>(node.c >> 2);
        if (range->form != RangeValue::Form::Interval) return Value::range(range);
        const bool two = !range->begin.is_null() && !range->end.is_null();
        if (two && !order(range->begin, range->end)) {
            say_why(evaluation_, "the ends of the range have no order");
            return Value::null();
        }
        if (range->begin.is_null() && range->end.is_null()) return Value::null();
        return Value::range(range);
    }

    Value filter(const Node& node, const Frame* frame) {
        const Value source = run(node.a, frame);
        const auto items = source.is_null() ? std::span<const Value>() : as_items(source);
        ListBuilder kept(evaluation_.memory);
        if (items.empty()) {
            const Value index = run_on(node.b, Value::null(), frame);
            return index.type() == Type::Number || source.is_null() ? Value::null() : kept.value();
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Value chosen = run_on(node.b, items[i], frame);
            if (i == 0 && chosen.type() == Type::Number) return at_index(items, chosen.as_number());
            if (chosen.is_true()) kept.add(items[i]);
            if (i == 0 && chosen.type() != Type::Boolean && !chosen.is_null()) return Value::null();
            if (evaluation_.exhausted) return Value::null();
        }
        return kept.value();
    }

    Value run_on(std::uint32_t node, const Value& item, const Frame* frame) {
        const Binding binding{program_.item, item};
        const Frame inner{
            std::span(&binding, 1),
            item.type() == Type::Context ? item.as_context() : std::span<const Entry>(), frame};
        return run(node, &inner);
    }

    Value at_index(std::span<const Value> items, const Decimal& number) {
        const auto index = number.to_int64();
        const auto count = static_cast<std::int64_t>(items.size());
        if (!index || *index == 0 || *index > count || *index < -count) {
            say_why(evaluation_, "the list has no item of that number");
            return Value::null();
        }
        return items[static_cast<std::size_t>(*index > 0 ? *index - 1 : count + *index)];
    }

    // Evaluates operands into a small array on the stack, or the arena when there are many.
    template <typename Use>
    Value with_arguments(std::uint32_t begin, std::uint32_t count, const Frame* frame, Use use) {
        Value few[4];
        const std::span<Value> values =
            count <= 4 ? std::span(few, count) : evaluation_.memory.array<Value>(count);
        for (std::uint32_t i = 0; i < count; ++i)
            values[i] = run(program_.operands[begin + i], frame);
        if (evaluation_.exhausted) return Value::null();
        return use(std::span<const Value>(values));
    }

    Value call_builtin(const Node& node, const Frame* frame) {
        return with_arguments(node.a, node.b, frame, [&](std::span<const Value> arguments) {
            return invoke(*program_.builtins[node.c], {arguments, evaluation_, program_.zones});
        });
    }

    Value call_host(const Node& node, const Frame* frame) {
        return with_arguments(node.a, node.b, frame, [&](std::span<const Value> arguments) {
            return program_.host->call(static_cast<int>(node.c), arguments, evaluation_);
        });
    }

    Value call_value(const Node& node, const Frame* frame) {
        const Value callee = run(node.c, frame);
        if (callee.type() != Type::Function) return not_callable();
        return with_arguments(node.a, node.b, frame, [&](std::span<const Value> arguments) {
            return feel::call(callee.as_function(), arguments, evaluation_);
        });
    }

    Value not_callable() {
        say_why(evaluation_, "what is called is not a function");
        return Value::null();
    }

    Value call_named(const Node& node, const Frame* frame) {
        const Value callee = run(node.c, frame);
        if (callee.type() != Type::Function) return not_callable();
        const FunctionValue& function = callee.as_function();
        auto names = evaluation_.memory.array<std::string_view>(node.b);
        for (std::uint32_t i = 0; i < node.b; ++i)
            names[i] = text(program_.operands[node.a + 2 * i]);
        auto values = evaluation_.memory.array<Value>(node.b);
        for (std::uint32_t i = 0; i < node.b; ++i)
            values[i] = run(program_.operands[node.a + 2 * i + 1], frame);
        return call_by_name(function, names, values, evaluation_);
    }

    // What surrounds a function literal is copied, for the stack it stands on will be gone.
    Value closure(std::uint32_t index, const Frame* frame) {
        auto* function =
            new (evaluation_.memory.take(sizeof(FunctionValue), alignof(FunctionValue)))
                FunctionValue();
        function->program = &program_;
        function->node = index;
        function->frame = keep(frame);
        function->scope = keep(&scope_);
        return Value::function(function);
    }

    const Frame* keep(const Frame* frame) {
        const Frame* first = nullptr;
        Frame* last = nullptr;
        for (; frame != nullptr; frame = frame->outer) {
            if (!spend(evaluation_, frame->bindings.size() + 1)) return first;
            auto* kept = new (evaluation_.memory.take(sizeof(Frame), alignof(Frame)))
                Frame{evaluation_.memory.copy(frame->bindings), frame->entries, nullptr};
            if (last == nullptr)
                first = kept;
            else
                last->outer = kept;
            last = kept;
        }
        return first;
    }

    const Scope* keep(const Scope* scope) {
        const Scope* first = nullptr;
        Scope* last = nullptr;
        for (; scope != nullptr; scope = scope->outer) {
            if (!spend(evaluation_, scope->bindings.size() + 1)) return first;
            auto* kept = new (evaluation_.memory.take(sizeof(Scope), alignof(Scope)))
                Scope{evaluation_.memory.copy(scope->bindings), nullptr};
            if (last == nullptr)
                first = kept;
            else
                last->outer = kept;
            last = kept;
        }
        return first;
    }

    const Program& program_;
    const Scope& scope_;
    Evaluation& evaluation_;
};

}  // namespace

Value Expression::Program::run(std::uint32_t node, const Frame* frame, const Scope& scope,
                               Evaluation& evaluation) const {
    return Machine(*this, scope, evaluation).run(node, frame);
}

Value Expression::Program::call(const FunctionValue& function, std::span<const Value> arguments,
                                Evaluation& evaluation) const {
    return Machine(*this, *function.scope, evaluation).call_lambda(function, arguments);
}

}  // namespace yinuo::feel
