#include "feel/model.h"

#include "feel/builtin.h"
#include "feel/model_parts.h"
#include "feel/program.h"

namespace yinuo::feel {

namespace {

const Value* find_entry(std::span<const Entry> entries, std::string_view key) {
    for (const Entry& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

Value held_to(const Unit& unit, const std::optional<TypeName>& type, const Value& value,
              Evaluation& evaluation) {
    if (!type || value.is_null()) return value;
    const Value result = coerced(*type, value, &unit.types, evaluation);
    if (result.is_null()) say_why(evaluation, "a value is not of its variable's type");
    return result;
}

Error no_such(std::string_view zh, std::string_view en, std::string_view name) {
    return {"unknown-name",
            {"模型里没有名为“" + std::string(name) + "”的" + std::string(zh),
             "the model has no " + std::string(en) + " called `" + std::string(name) + "`"}};
}

}  // namespace

Session& Session::imported(int import) {
    auto& session = imported_[static_cast<std::size_t>(import)];
    if (!session) {
        const ImportNode& node = unit_.imports[static_cast<std::size_t>(import)];
        const Value* given = node.name.empty() ? nullptr : find_entry(inputs_, node.name);
        const auto inputs =
            given != nullptr && given->type() == Type::Context ? given->as_context() : inputs_;
        session = std::make_unique<Session>(*node.unit, inputs, evaluation_);
    }
    return *session;
}

Value Session::value_of(const Reference& reference) {
    Session& session = reference.import < 0 ? *this : imported(reference.import);
    switch (reference.element) {
        case Element::Input: return session.input(reference.index);
        case Element::Decision: return session.decide(reference.index);
        case Element::Knowledge: return reference.unit->knowledge[reference.index].value();
        case Element::Service: return reference.unit->services[reference.index].value();
    }
    return Value::null();
}

Value Session::input(std::size_t index) {
    const InputNode& node = unit_.inputs[index];
    const Value* given = find_entry(inputs_, node.name);
    return given == nullptr ? Value::null() : held_to(unit_, node.type, *given, evaluation_);
}

Value Session::decide(std::size_t decision) {
    if (made_[decision].state == State::Made) return made_[decision].value;
    const Deeper deeper(evaluation_);
    if (made_[decision].state == State::Underway || !deeper.ok()) {
        say_why(evaluation_, "a decision requires itself");
        return Value::null();
    }
    made_[decision].state = State::Underway;
    const DecisionNode& node = unit_.decisions[decision];
    const auto bindings =
        bind_required(unit_, node.required, evaluation_.memory,
                      [&](const Reference& reference) { return value_of(reference); });
    const auto kept = evaluation_.memory.copy(std::span<const Binding>(bindings));
    const Value value = node.logic.evaluate(Scope{kept, nullptr}, evaluation_);
    made_[decision] = {State::Made, held_to(unit_, node.type, value, evaluation_)};
    return made_[decision].value;
}

Value KnowledgeNode::call(std::span<const Value> arguments, Evaluation& evaluation) const {
    const Scope scope{bindings, nullptr};
    const Value value = logic.call(arguments, scope, evaluation);
    const bool function_type =
        type && type->kind == TypeName::Kind::Named && unit->types.is_function(type->name);
    return function_type ? value : held_to(*unit, type, value, evaluation);
}

Value ServiceNode::call(std::span<const Value> arguments, Evaluation& evaluation) const {
    if (arguments.size() != inputs.size()) {
        say_why(evaluation, "the decision service takes another number of arguments");
        return Value::null();
    }
    auto given = evaluation.memory.array<Entry>(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) given[i] = {parameter_names[i], arguments[i]};
    Session session(*unit, given, evaluation);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].element != Element::Decision || inputs[i].import >= 0) continue;
        const auto& node = unit->decisions[inputs[i].index];
        const Value value = held_to(*unit, node.type, arguments[i], evaluation);
        if (value.is_null() && !arguments[i].is_null()) return value;
        session.preset(inputs[i].index, value);
    }
    if (outputs.size() == 1)
        return held_to(*unit, type, session.value_of(outputs.front()), evaluation);
    auto results = evaluation.memory.array<Entry>(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i)
        results[i] = {outputs[i].unit->decisions[outputs[i].index].name,
                      session.value_of(outputs[i])};
    return held_to(*unit, type, Value::context(results), evaluation);
}

Result<Value> Model::decide(std::string_view decision, std::span<const Entry> inputs,
                            Evaluation& evaluation) const {
    const Unit& unit = *compiled_->units.front();
    for (std::size_t i = 0; i < unit.decisions.size(); ++i) {
        if (unit.decisions[i].name != decision) continue;
        Session session(unit, inputs, evaluation);
        return session.decide(i);
    }
    return refuse(no_such("决策", "decision", decision));
}

namespace {

Value call_with(const ModelFunction& function, std::span<const Entry> inputs,
                Evaluation& evaluation) {
    auto arguments = evaluation.memory.array<Value>(function.parameter_names.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Value* given = find_entry(inputs, function.parameter_names[i]);
        arguments[i] = given == nullptr ? Value::null() : *given;
    }
    return function.call(arguments, evaluation);
}

}  // namespace

Result<Value> Model::serve(std::string_view service, std::span<const Entry> inputs,
                           Evaluation& evaluation) const {
    for (const ServiceNode& node : compiled_->units.front()->services)
        if (node.name == service) return call_with(node, inputs, evaluation);
    return refuse(no_such("决策服务", "decision service", service));
}

Result<Value> Model::invoke(std::string_view knowledge, std::span<const Entry> arguments,
                            Evaluation& evaluation) const {
    for (const KnowledgeNode& node : compiled_->units.front()->knowledge)
        if (node.name == knowledge) return call_with(node, arguments, evaluation);
    return refuse(no_such("业务知识模型", "business knowledge model", knowledge));
}

const Findings& Model::findings() const { return compiled_->findings; }

std::vector<std::string_view> Model::decision_names() const {
    std::vector<std::string_view> names;
    for (const DecisionNode& node : compiled_->units.front()->decisions) names.push_back(node.name);
    return names;
}

Model::Model(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

}  // namespace yinuo::feel
