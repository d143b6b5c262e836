#include "feel/item_types.h"

#include "feel/boxed.h"
#include "feel/builtin.h"

namespace yinuo::feel {

namespace {

constexpr int kDepthMax = 50;

const Value* find_entry(std::span<const Entry> entries, std::string_view key) {
    for (const Entry& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

}  // namespace

void ItemTypes::define(std::span<const ItemDefinition> items, const Dialect& dialect,
                       Findings& findings) {
    tested_ = dialect.names.intern("?");
    for (const ItemDefinition& item : items)
        items_.insert_or_assign(item.name, compile(item, dialect, findings, 0));
}

ItemTypes::Item ItemTypes::compile(const ItemDefinition& item, const Dialect& dialect,
                                   Findings& findings, int depth) const {
    Item compiled;
    compiled.base = parse_type(item.type);
    compiled.is_collection = item.is_collection;
    compiled.is_function = item.is_function;
    const auto tests = [&](const std::string& text, std::optional<Expression>& into) {
        if (text.empty()) return;
        auto expression = Expression::compile_unary_tests(text, dialect);
        if (expression) {
            into.emplace(std::move(*expression));
            return;
        }
        for (Finding& finding : expression.error()) {
            finding.error.what.zh = item.name + "：" + finding.error.what.zh;
            finding.error.what.en = item.name + ": " + finding.error.what.en;
            findings.push_back(std::move(finding));
        }
    };
    tests(item.allowed_values, compiled.allowed);
    tests(item.type_constraint, compiled.constraint);
    if (depth < kDepthMax)
        for (const ItemDefinition& component : item.components)
            compiled.components.emplace_back(component.name,
                                             compile(component, dialect, findings, depth + 1));
    return compiled;
}

ItemTypes::Found ItemTypes::find(std::string_view name) const {
    if (const auto found = items_.find(name); found != items_.end()) return {this, &found->second};
    for (const auto& [import, types] : imports_) {
        if (import.empty()) {
            if (const auto found = types->find(name); found.item != nullptr) return found;
        } else if (name.size() > import.size() && name.starts_with(import) &&
                   name[import.size()] == '.') {
            return types->find(name.substr(import.size() + 1));
        }
    }
    return {};
}

bool ItemTypes::knows(std::string_view name) const { return find(name).item != nullptr; }

bool ItemTypes::conforms(std::string_view name, const Value& value, Evaluation& evaluation) const {
    const auto found = find(name);
    return found.item != nullptr &&
           found.owner->fits(*found.item, value, evaluation, Strictness::Shape, 0);
}

// A type that nobody defined holds nobody to anything.
Value ItemTypes::coerced(std::string_view name, const Value& value, Evaluation& evaluation) const {
    const auto found = find(name);
    if (found.item == nullptr || value.is_null()) return value;
    return found.owner->coerced(*found.item, value, evaluation, 0);
}

bool ItemTypes::passes(const std::optional<Expression>& tests, const Value& value,
                       Evaluation& evaluation) const {
    if (!tests) return true;
    const Binding binding{tested_, value};
    return tests->evaluate(Scope{std::span(&binding, 1), nullptr}, evaluation).is_true();
}

bool ItemTypes::fits(const Item& item, const Value& value, Evaluation& evaluation, Strictness how,
                     int depth) const {
    if (depth > kDepthMax || !spend(evaluation, 1)) return false;
    if (how == Strictness::Values && !passes(item.constraint, value, evaluation)) return false;
    if (!item.is_collection) return one_fits(item, value, evaluation, how, depth);
    if (value.type() != Type::List) return false;
    for (const Value& element : value.as_list())
        if (!element.is_null() && !one_fits(item, element, evaluation, how, depth)) return false;
    return true;
}

bool ItemTypes::one_fits(const Item& item, const Value& value, Evaluation& evaluation,
                         Strictness how, int depth) const {
    if (item.is_function) return value.type() == Type::Function;
    if (item.components.empty()) {
        if (item.base && !base_fits(*item.base, value, evaluation, how, depth)) return false;
        return how == Strictness::Shape || passes(item.allowed, value, evaluation);
    }
    if (value.type() != Type::Context) return false;
    for (const auto& [name, component] : item.components) {
        const Value* entry = find_entry(value.as_context(), name);
        if (entry == nullptr && how == Strictness::Shape) return false;
        if (entry != nullptr && !entry->is_null() &&
            !fits(component, *entry, evaluation, how, depth + 1))
            return false;
    }
    return how == Strictness::Shape || passes(item.allowed, value, evaluation);
}

bool ItemTypes::base_fits(const TypeName& type, const Value& value, Evaluation& evaluation,
                          Strictness how, int depth) const {
    if (type.kind != TypeName::Kind::Named) return feel::conforms(type, value, this, evaluation);
    const auto found = find(type.name);
    return found.item == nullptr ||
           found.owner->fits(*found.item, value, evaluation, how, depth + 1);
}

Value ItemTypes::coerced(const Item& item, const Value& value, Evaluation& evaluation,
                         int depth) const {
    if (value.is_null() || depth > kDepthMax) return Value::null();
    Value result = value;
    if (item.is_collection) {
        const auto from = as_items(value);
        auto to = evaluation.memory.array<Value>(from.size());
        for (std::size_t i = 0; i < from.size(); ++i) {
            to[i] = coerced_one(item, from[i], evaluation, depth);
            if (to[i].is_null() && !from[i].is_null()) return Value::null();
        }
        result = Value::list(to);
    } else {
        result = coerced_one(item, value, evaluation, depth);
    }
    return !result.is_null() && passes(item.constraint, result, evaluation) ? result
                                                                            : Value::null();
}

Value ItemTypes::coerced_one(const Item& item, const Value& value, Evaluation& evaluation,
                             int depth) const {
    if (one_fits(item, value, evaluation, Strictness::Values, depth)) return value;
    if (item.components.empty()) {
        if (!item.base) return Value::null();
        const Value result = item.base->kind == TypeName::Kind::Named
                                 ? coerced(item.base->name, value, evaluation)
                                 : feel::coerced(*item.base, value, this, evaluation);
        return !result.is_null() && passes(item.allowed, result, evaluation) ? result
                                                                             : Value::null();
    }
    if (value.type() == Type::List && value.as_list().size() == 1)
        return coerced_one(item, value.as_list().front(), evaluation, depth + 1);
    if (value.type() != Type::Context) return Value::null();
    auto entries = evaluation.memory.array<Entry>(value.as_context().size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i] = value.as_context()[i];
        for (const auto& [name, component] : item.components) {
            if (name != entries[i].key || entries[i].value.is_null()) continue;
            entries[i].value = coerced(component, entries[i].value, evaluation, depth + 1);
            if (entries[i].value.is_null()) return Value::null();
        }
    }
    const Value result = Value::context(entries);
    return passes(item.allowed, result, evaluation) ? result : Value::null();
}

}  // namespace yinuo::feel
