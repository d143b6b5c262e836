// The item definitions of a model as types: what conforms, and what can be made to. Inside the room.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "feel/definitions.h"
#include "feel/expression.h"
#include "feel/types.h"

namespace yinuo::feel {

class ItemTypes : public TypeDefinitions {
public:
    // Allowed values that do not compile are reported and then allow everything.
    void define(std::span<const ItemDefinition> items, const Dialect& dialect, Findings& findings);
    // Types of an imported model are called `name.type`; with an empty name as they are.
    void import(std::string name, const ItemTypes* types) {
        imports_.emplace_back(std::move(name), types);
    }

    // Whether that name is a type of functions.
    bool is_function(std::string_view name) const {
        const auto found = find(name);
        return found.item != nullptr && found.item->is_function;
    }

    bool knows(std::string_view name) const override;
    bool conforms(std::string_view name, const Value&, Evaluation&) const override;
    Value coerced(std::string_view name, const Value&, Evaluation&) const override;

private:
    struct Component;
    struct Item {
        std::optional<TypeName> base;
        bool is_collection = false;
        bool is_function = false;
        std::optional<Expression> allowed;
        std::optional<Expression> constraint;
        std::vector<Component> components;
    };
    struct Component {
        std::string name;
        Item item;
    };
    // `instance of` asks for the shape: every component, but not the allowed values. Variables are
    // held to the values too, and a component may be missing.
    enum class Strictness : std::uint8_t { Shape, Values };
    struct Found {
        const ItemTypes* owner = nullptr;
        const Item* item = nullptr;
    };

    Item compile(const ItemDefinition&, const Dialect&, Findings&, int depth) const;
    Found find(std::string_view name) const;
    bool fits(const Item&, const Value&, Evaluation&, Strictness how, int depth) const;
    bool one_fits(const Item&, const Value&, Evaluation&, Strictness how, int depth) const;
    bool base_fits(const TypeName&, const Value&, Evaluation&, Strictness how, int depth) const;
    Value coerced(const Item&, const Value&, Evaluation&, int depth) const;
    Value coerced_one(const Item&, const Value&, Evaluation&, int depth) const;
    bool passes(const std::optional<Expression>& tests, const Value&, Evaluation&) const;

    std::map<std::string, Item, std::less<>> items_;
    std::vector<std::pair<std::string, const ItemTypes*>> imports_;
    Symbol tested_ = Symbol::None;
};

}  // namespace yinuo::feel
