// The compiled parts of a decision table. Inside the room.
#pragma once

#include "feel/decision_table.h"

namespace yinuo::feel {

struct DecisionTable::Compiled {
    struct Input {
        Expression expression;
        std::optional<Expression> allowed;
        std::string label;
    };
    struct Output {
        std::string name;
        std::optional<Expression> allowed;  // a list
        std::optional<Expression> fallback;
    };
    struct Rule {
        std::vector<std::optional<Expression>> tests;  // nullopt: anything
        std::vector<std::optional<Expression>> outputs;
        std::vector<std::string> texts;  // of the tests
        std::vector<std::string> output_texts;
    };

    Hit hit;
    std::vector<Input> inputs;
    std::vector<Output> outputs;
    std::vector<Rule> rules;
    std::vector<Symbol> free_names;
    Symbol tested = Symbol::None;

    // Indices of the rules that match, in the table's order.
    std::vector<std::size_t> matches(const Scope&, Evaluation&) const;
    Value output(std::size_t rule, const Scope&, Evaluation&) const;
    std::optional<Value> fallback(const Scope&, Evaluation&) const;
    void sort_by_priority(std::span<Value> results, const Scope&, Evaluation&) const;

    // One value for one output, a context for several.
    template <typename ValueOf>
    Value assemble(ValueOf value_of, Evaluation& evaluation) const {
        if (outputs.size() == 1) return value_of(0);
        auto entries = evaluation.memory.array<Entry>(outputs.size());
        for (std::size_t i = 0; i < outputs.size(); ++i)
            entries[i] = {outputs[i].name, value_of(i)};
        return Value::context(entries);
    }
};

}  // namespace yinuo::feel
