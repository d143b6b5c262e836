// A DMN model as it is written (DMN 1.5): plain data, read and written by wire/dmn_xml.h and
// compiled by feel/model.h. Names of the fields follow the standard's schema.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "feel/decision_table.h"

namespace yinuo::feel {

// A name with the type that its value is held to; both may be empty.
struct Variable {
    std::string name;
    std::string type;
};

// One boxed expression. Which fields count depends on the kind.
struct Boxed {
    enum class Kind : std::uint8_t {
        None,         // no logic was given
        Literal,      // text
        Table,        // table
        Context,      // entries; an entry without a name is the result
        Invocation,   // text is the function, entries its arguments
        List,         // items
        Relation,     // columns and, row by row, items
        Function,     // parameters, items[0] the body
        Conditional,  // items: if, then, else
        Filter,       // items: in, match
        For,          // variable; items: in, return
        Some,
        Every,  // variable; items: in, satisfies
    };
    struct Entry;

    Kind kind = Kind::None;
    std::string type;
    std::string text;
    TableText table;
    std::vector<Entry> entries;
    std::vector<Boxed> items;
    std::vector<std::string> columns;
    std::vector<Variable> parameters;
    std::string variable;
    bool external = false;  // a Java or PMML function: kept, never called
};

struct Boxed::Entry {
    Variable variable;
    Boxed value;
};

struct ItemDefinition {
    std::string name;
    std::string type;  // the type it is made from, if it has no components
    bool is_collection = false;
    bool is_function = false;
    std::string allowed_values;   // unary tests on the value, or on each item of a collection
    std::string type_constraint;  // unary tests on the whole value
    std::vector<ItemDefinition> components;
};

struct Import {
    std::string name;  // what its elements are called by; empty: by their own names
    std::string name_space;
    std::string type;
    std::string location;
};

struct InputData {
    std::string id;
    std::string name;
    Variable variable;
};

// Hrefs are "#id" or "namespace#id".
struct Decision {
    std::string id;
    std::string name;
    Variable variable;
    std::vector<std::string> required;  // inputs, decisions and knowledge
    Boxed logic;
    std::string question;
    std::string allowed_answers;
};

struct KnowledgeModel {
    std::string id;
    std::string name;
    Variable variable;
    std::vector<std::string> required;
    Boxed logic;  // a Function
};

struct DecisionService {
    std::string id;
    std::string name;
    Variable variable;
    std::vector<std::string> outputs;  // hrefs, as all of these
    std::vector<std::string> encapsulated;
    std::vector<std::string> input_decisions;
    std::vector<std::string> input_data;
};

struct Definitions {
    std::string id;
    std::string name;
    std::string name_space;
    std::string description;
    std::vector<Import> imports;
    std::vector<ItemDefinition> items;
    std::vector<InputData> inputs;
    std::vector<Decision> decisions;
    std::vector<KnowledgeModel> knowledge;
    std::vector<DecisionService> services;
};

}  // namespace yinuo::feel
