// A DMN model, compiled: its decisions, business knowledge models and decision services can be
// asked for their values any number of times.
//
// Expressions that do not compile make only what needs them null; `findings` lists them all.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "feel/definitions.h"
#include "feel/expression.h"

namespace yinuo::feel {

class Model {
public:
    // `documents.front()` is the model, the others are what it imports, directly or not; they are
    // found by their namespace. Refuses an import that is missing or goes in a circle.
    // `names` and `zones` must outlive the Model.
    static Result<Model> compile(std::span<const Definitions> documents, Names& names,
                                 Zones* zones);

    // What did not compile, in the order of the document. The text names the element.
    const Findings& findings() const;

    // The value of a decision, given the values of inputs by name. Of an imported model's inputs:
    // a context under the import's name.
    // Refuses names that the model doesn't have.
    Result<Value> decide(std::string_view decision, std::span<const Entry> inputs,
                         Evaluation&) const;
    // The value of a decision service, given its input data and input decisions by name; with
    // several output decisions a context of theirs.
    Result<Value> serve(std::string_view service, std::span<const Entry> inputs, Evaluation&) const;
    // What a business knowledge model answers to arguments by name.
    Result<Value> invoke(std::string_view knowledge, std::span<const Entry> arguments,
                         Evaluation&) const;

    std::vector<std::string_view> decision_names() const;

    Model(Model&&) noexcept;
    Model& operator=(Model&&) noexcept;
    ~Model();

    struct Compiled;  // private to the room

private:
    explicit Model(std::unique_ptr<Compiled>);
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace yinuo::feel
