#include "feel/types.h"

#include "feel/expression.h"
#include "feel/function.h"
#include "feel/temporal.h"

namespace yinuo::feel {

namespace {

constexpr int kDepthMax = 64;

const Value* find(std::span<const Entry> entries, std::string_view key) {
    for (const Entry& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

bool conforms_at(const TypeName& type, const Value& value, const TypeDefinitions* definitions,
                 Evaluation& evaluation, int depth) {
    using Kind = TypeName::Kind;
    if (depth > kDepthMax) return false;
    // Inside a list or a context null stands for a value that is not known.
    if (value.is_null()) return depth > 0 || type.kind == Kind::Null;
    switch (type.kind) {
        case Kind::Any: return true;
        case Kind::Null: return false;
        case Kind::Boolean: return value.type() == Type::Boolean;
        case Kind::Number: return value.type() == Type::Number;
        case Kind::String: return value.type() == Type::String;
        case Kind::Date: return value.type() == Type::Date;
        case Kind::Time: return value.type() == Type::Time;
        case Kind::DateTime: return value.type() == Type::DateTime;
        case Kind::DaysTimeDuration: return value.type() == Type::DaysTimeDuration;
        case Kind::YearsMonthsDuration: return value.type() == Type::YearsMonthsDuration;
        case Kind::List:
            if (value.type() != Type::List) return false;
            for (const Value& item : value.as_list())
                if (!type.parts.empty() &&
                    !conforms_at(type.parts[0], item, definitions, evaluation, depth + 1))
                    return false;
            return true;
        case Kind::Context:
            if (value.type() != Type::Context) return false;
            for (std::size_t i = 0; i < type.keys.size(); ++i) {
                const Value* entry = find(value.as_context(), type.keys[i]);
                if (entry == nullptr ||
                    !conforms_at(type.parts[i], *entry, definitions, evaluation, depth + 1))
                    return false;
            }
            return true;
        case Kind::Range: {
            if (value.type() != Type::Range) return false;
            const RangeValue& range = value.as_range();
            return type.parts.empty() ||
                   (conforms_at(type.parts[0], range.begin, definitions, evaluation, depth + 1) &&
                    conforms_at(type.parts[0], range.end, definitions, evaluation, depth + 1));
        }
        case Kind::Function: {
            if (value.type() != Type::Function) return false;
            const int count = parameter_count(value.as_function());
            return type.parts.empty() || count < 0 ||
                   static_cast<std::size_t>(count) + 1 == type.parts.size();
        }
        case Kind::Named:
            return definitions != nullptr && definitions->conforms(type.name, value, evaluation);
    }
    return false;
}

}  // namespace

std::optional<TypeName::Kind> basic_type(std::string_view name) {
    using Kind = TypeName::Kind;
    struct Basic {
        std::string_view name;
        Kind kind;
    };
    static constexpr Basic kBasics[] = {
        {"Any", Kind::Any},
        {"Null", Kind::Null},
        {"boolean", Kind::Boolean},
        {"number", Kind::Number},
        {"string", Kind::String},
        {"date", Kind::Date},
        {"time", Kind::Time},
        {"date and time", Kind::DateTime},
        {"dateTime", Kind::DateTime},
        {"days and time duration", Kind::DaysTimeDuration},
        {"dayTimeDuration", Kind::DaysTimeDuration},
        {"years and months duration", Kind::YearsMonthsDuration},
        {"yearMonthDuration", Kind::YearsMonthsDuration},
        {"list", Kind::List},
        {"context", Kind::Context},
        {"range", Kind::Range},
        {"function", Kind::Function},
    };
    for (const Basic& basic : kBasics)
        if (basic.name == name) return basic.kind;
    return std::nullopt;
}

bool conforms(const TypeName& type, const Value& value, const TypeDefinitions* definitions,
              Evaluation& evaluation) {
    return conforms_at(type, value, definitions, evaluation, 0);
}

Value coerced(const TypeName& type, const Value& value, const TypeDefinitions* definitions,
              Evaluation& evaluation) {
    using Kind = TypeName::Kind;
    if (type.kind == Kind::Named)
        return definitions != nullptr ? definitions->coerced(type.name, value, evaluation) : value;
    if (value.is_null() || conforms(type, value, definitions, evaluation)) return value;
    if (type.kind == Kind::DateTime && value.type() == Type::Date)
        return Value::date_time({.local_seconds = value.date_days() * kDaySeconds, .offset = 0});
    if (value.type() == Type::List && value.as_list().size() == 1 && type.kind != Kind::List) {
        const Value& item = value.as_list().front();
        return conforms(type, item, definitions, evaluation) ? item : Value::null();
    }
    if (type.kind == Kind::List && value.type() != Type::List) {
        const Value list = Value::list(evaluation.memory.copy(std::span(&value, 1)));
        return conforms(type, list, definitions, evaluation) ? list : Value::null();
    }
    return Value::null();
}

}  // namespace yinuo::feel
