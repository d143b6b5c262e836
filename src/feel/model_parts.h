// The compiled parts of a DMN model. Inside the room.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "feel/boxed.h"
#include "feel/item_types.h"
#include "feel/model.h"

namespace yinuo::feel {

struct Unit;
class Session;

enum class Element : std::uint8_t { Input, Decision, Knowledge, Service };

// Where an href leads. `import` is the index of the import it goes through, or -1.
struct Reference {
    const Unit* unit = nullptr;
    Element element = Element::Input;
    std::size_t index = 0;
    int import = -1;
};

struct InputNode {
    std::string id;
    std::string name;
    Symbol symbol = Symbol::None;
    std::optional<TypeName> type;
};

struct DecisionNode {
    std::string id;
    std::string name;
    Symbol symbol = Symbol::None;
    std::optional<TypeName> type;
    CompiledBox logic;
    std::vector<Reference> required;
};

// What functions of a model have in common.
class ModelFunction : public NativeFunction {
public:
    std::string id;
    std::string name;
    Symbol symbol = Symbol::None;
    std::vector<std::string> parameter_names;
    std::vector<std::string_view> parameter_views;
    FunctionValue function;

    std::span<const std::string_view> parameters() const override { return parameter_views; }
    Value value() const { return Value::function(&function); }
};

class KnowledgeNode : public ModelFunction {
public:
    const Unit* unit = nullptr;
    std::optional<TypeName> type;
    CompiledBox logic;
    std::vector<Reference> required;
    std::vector<Binding> bindings;  // what it requires: functions, so the same for everyone

    Value call(std::span<const Value> arguments, Evaluation&) const override;
};

class ServiceNode : public ModelFunction {
public:
    const Unit* unit = nullptr;
    std::optional<TypeName> type;
    std::vector<Reference> outputs;
    std::vector<Reference> inputs;  // in the order of the parameters

    Value call(std::span<const Value> arguments, Evaluation&) const override;
};

struct ImportNode {
    std::string name;
    Symbol symbol = Symbol::None;
    std::string name_space;
    const Unit* unit = nullptr;
};

// One document.
struct Unit {
    std::string name_space;
    ItemTypes types;
    std::vector<std::string> special_names;
    std::vector<std::string_view> special_views;
    std::vector<ImportNode> imports;
    std::vector<InputNode> inputs;
    std::vector<DecisionNode> decisions;
    std::deque<KnowledgeNode> knowledge;  // deques: functions point at them
    std::deque<ServiceNode> services;

    std::optional<Reference> own(std::string_view id) const;
    std::optional<Reference> find(std::string_view href) const;
};

struct Model::Compiled {
    std::vector<std::unique_ptr<Unit>> units;  // the first is the model itself
    Findings findings;
    Arena memory;
};

// One asking: the inputs that were given and the decisions already made.
class Session {
public:
    Session(const Unit& unit, std::span<const Entry> inputs, Evaluation& evaluation)
        : unit_(unit),
          inputs_(inputs),
          evaluation_(evaluation),
          made_(unit.decisions.size()),
          imported_(unit.imports.size()) {}

    Value decide(std::size_t decision);
    Value input(std::size_t index);
    // Takes a decision's value as given.
    void preset(std::size_t decision, const Value& value) {
        made_[decision] = {State::Made, value};
    }
    Value value_of(const Reference&);

private:
    enum class State : std::uint8_t { Open, Underway, Made };
    struct Made {
        State state = State::Open;
        Value value;
    };

    Session& imported(int import);

    const Unit& unit_;
    std::span<const Entry> inputs_;
    Evaluation& evaluation_;
    std::vector<Made> made_;
    std::vector<std::unique_ptr<Session>> imported_;
};

// Binds what references lead to; imports become contexts. `value_of(reference)` gives the values.
template <typename ValueOf>
std::vector<Binding> bind_required(const Unit& unit, const std::vector<Reference>& references,
                                   Arena& memory, ValueOf value_of) {
    const auto named = [](const Reference& reference) -> std::pair<Symbol, std::string_view> {
        const Unit& owner = *reference.unit;
        switch (reference.element) {
            case Element::Input:
                return {owner.inputs[reference.index].symbol, owner.inputs[reference.index].name};
            case Element::Decision:
                return {owner.decisions[reference.index].symbol,
                        owner.decisions[reference.index].name};
            case Element::Knowledge:
                return {owner.knowledge[reference.index].symbol,
                        owner.knowledge[reference.index].name};
            case Element::Service:
                return {owner.services[reference.index].symbol,
                        owner.services[reference.index].name};
        }
        return {};
    };
    std::vector<Binding> bindings;
    for (const Reference& reference : references)
        if (reference.import < 0 ||
            unit.imports[static_cast<std::size_t>(reference.import)].name.empty())
            bindings.push_back({named(reference).first, value_of(reference)});
    for (std::size_t i = 0; i < unit.imports.size(); ++i) {
        if (unit.imports[i].name.empty()) continue;
        std::vector<Entry> entries;
        for (const Reference& reference : references)
            if (reference.import == static_cast<int>(i))
                entries.push_back({named(reference).second, value_of(reference)});
        if (entries.empty()) continue;
        bindings.push_back(
            {unit.imports[i].symbol, Value::context(memory.copy(std::span<const Entry>(entries)))});
    }
    return bindings;
}

}  // namespace yinuo::feel
