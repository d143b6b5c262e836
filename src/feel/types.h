// FEEL's types as they are written after `instance of` and beside parameters: `number`,
// `list<string>`, `context<a: number>`, `function<number> -> string`, or the name of an item
// definition of a DMN model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "feel/value.h"

namespace yinuo::feel {

struct Evaluation;

struct TypeName {
    enum class Kind : std::uint8_t {
        Any,
        Null,
        Boolean,
        Number,
        String,
        Date,
        Time,
        DateTime,
        DaysTimeDuration,
        YearsMonthsDuration,
        List,
        Context,
        Range,
        Function,
        Named,
    };
    Kind kind = Kind::Any;
    std::string name;               // of a Named type
    std::vector<TypeName> parts;    // the element; entries; parameters and, last, the result
    std::vector<std::string> keys;  // of a Context's entries
};

// What a DMN model knows of its item definitions.
class TypeDefinitions {
public:
    virtual ~TypeDefinitions() = default;
    virtual bool knows(std::string_view name) const = 0;
    virtual bool conforms(std::string_view name, const Value&, Evaluation&) const = 0;
    // The same after the conversions that DMN allows (a value to a list of one and back).
    virtual Value coerced(std::string_view name, const Value&, Evaluation&) const = 0;
};

// The basic type of that name; nullopt if it is none of FEEL's own.
std::optional<TypeName::Kind> basic_type(std::string_view name);
// `instance of`: null is an instance of Null only.
bool conforms(const TypeName&, const Value&, const TypeDefinitions*, Evaluation&);
// The value if it conforms, after a singleton list and its one item were converted into each
// other where that helps; a date becomes its midnight in UTC for `date and time`. Null conforms.
// Otherwise null.
Value coerced(const TypeName&, const Value&, const TypeDefinitions*, Evaluation&);

}  // namespace yinuo::feel
