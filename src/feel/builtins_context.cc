// Functions on contexts.
#include "feel/builtin.h"

namespace yinuo::feel {

namespace {

const Value* find(std::span<const Entry> entries, std::string_view key) {
    for (const Entry& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

constexpr std::string_view kWantsContext = "a context is wanted";

Value get_value(const Call& call) {
    if (!call.has(0, Type::Context)) return call.fail(kWantsContext);
    Value at = call[0];
    for (const Value& key : as_items(call[1])) {
        if (key.type() != Type::String || at.type() != Type::Context)
            return call.fail("keys are strings");
        const Value* found = find(at.as_context(), key.as_string());
        if (found == nullptr) return call.fail("the context has no such entry");
        at = *found;
    }
    return call.has(1, Type::List) && call[1].as_list().empty() ? Value::null() : at;
}

Value get_entries(const Call& call) {
    if (!call.has(0, Type::Context)) return call.fail(kWantsContext);
    const auto from = call[0].as_context();
    if (!call.spend(from.size())) return Value::null();
    ListBuilder result(call.memory());
    for (const Entry& entry : from) {
        auto pair = call.memory().array<Entry>(2);
        pair[0] = {"key", Value::string(entry.key)};
        pair[1] = {"value", entry.value};
        result.add(Value::context(pair));
    }
    return result.value();
}

// `entries` with `key` set; a new key goes to the end.
std::span<const Entry> with(Arena& memory, std::span<const Entry> entries, std::string_view key,
                            const Value& value) {
    const Value* old = find(entries, key);
    auto result = memory.array<Entry>(entries.size() + (old == nullptr ? 1 : 0));
    for (std::size_t i = 0; i < entries.size(); ++i)
        result[i] = entries[i].key == key ? Entry{key, value} : entries[i];
    if (old == nullptr) result.back() = {key, value};
    return result;
}

Value context(const Call& call) {
    if (call[0].is_null()) return call.fail("a list of entries is wanted");
    const auto items = as_items(call[0]);
    auto entries = call.memory().array<Entry>(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!call.spend(1 + i)) return Value::null();
        if (items[i].type() != Type::Context)
            return call.fail("entries are contexts with `key` and `value`");
        const Value* key = find(items[i].as_context(), "key");
        const Value* value = find(items[i].as_context(), "value");
        if (key == nullptr || key->type() != Type::String || value == nullptr)
            return call.fail("entries are contexts with `key` and `value`");
        if (find(entries.first(i), key->as_string()) != nullptr)
            return call.fail("a key comes twice");
        entries[i] = {key->as_string(), *value};
    }
    return Value::context(entries);
}

Value put_deep(const Call& call, const Value& target, std::span<const Value> keys) {
    if (target.type() != Type::Context || keys[0].type() != Type::String ||
        !call.spend(target.as_context().size() + 1))
        return call.fail("keys are strings");
    const auto key = keys[0].as_string();
    if (keys.size() == 1)
        return Value::context(with(call.memory(), target.as_context(), key, call[2]));
    const Value* inner = find(target.as_context(), key);
    if (inner == nullptr || inner->is_null()) return call.fail("the context has no such entry");
    const Value changed = put_deep(call, *inner, keys.subspan(1));
    if (changed.is_null()) return changed;
    return Value::context(with(call.memory(), target.as_context(), key, changed));
}

Value context_put(const Call& call) {
    constexpr std::size_t kKeysMax = 100;
    if (!call.has(0, Type::Context)) return call.fail(kWantsContext);
    const auto keys = as_items(call[1]);
    if (keys.empty() || keys.size() > kKeysMax) return call.fail("a key is wanted");
    return put_deep(call, call[0], keys);
}

Value context_merge(const Call& call) {
    if (call[0].is_null()) return call.fail("a list of contexts is wanted");
    std::span<const Entry> result;
    for (const Value& item : as_items(call[0])) {
        if (item.type() != Type::Context) return call.fail("a list of contexts is wanted");
        for (const Entry& entry : item.as_context()) {
            if (!call.spend(result.size() + 1)) return Value::null();
            result = with(call.memory(), result, entry.key, entry.value);
        }
    }
    return Value::context(result);
}

constexpr Builtin kBuiltins[] = {
    {"get value", "m,key|context,key", get_value},
    {"get entries", "m|context", get_entries},
    {"context", "entries", context},
    {"context put", "context,key,value|context,keys,value", context_put},
    {"context merge", "contexts", context_merge},
};

}  // namespace

std::span<const Builtin> context_builtins() { return kBuiltins; }

}  // namespace yinuo::feel
