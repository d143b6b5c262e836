// The built-in functions of FEEL (DMN 1.5, chapter 10.3.4), and our few beside them.
#pragma once

#include <span>
#include <string_view>

#include "feel/expression.h"
#include "feel/value.h"

namespace yinuo::feel {

// One call of a built-in. `fail` says why the answer is null.
struct Call {
    std::span<const Value> arguments;
    Evaluation& evaluation;
    Zones* zones = nullptr;

    std::size_t size() const { return arguments.size(); }
    const Value& operator[](std::size_t i) const { return arguments[i]; }
    bool has(std::size_t i, Type type) const { return i < size() && arguments[i].type() == type; }
    Arena& memory() const { return evaluation.memory; }
    Value fail(std::string_view why) const;
    // Takes steps for work that grows with the data; false when there are none left.
    bool spend(std::size_t steps) const;
    Value text(std::string_view text) const { return Value::string(memory().copy(text)); }
};

struct Builtin {
    std::string_view name;
    // Parameter names by position, "?" after an optional one, "*" after one that repeats;
    // signatures separated by "|".
    std::string_view parameters;
    Value (*call)(const Call&) = nullptr;
    bool pure = true;  // the answer depends on the arguments alone
    // Where it wants single values, a list of one item stands for the item (DMN 1.5, 10.3.2.9.4).
    bool scalars = false;
};

std::span<const Builtin> text_builtins();
std::span<const Builtin> number_builtins();
std::span<const Builtin> list_builtins();
std::span<const Builtin> time_builtins();
std::span<const Builtin> range_builtins();
std::span<const Builtin> context_builtins();

const Builtin* find_builtin(std::string_view name);
std::vector<std::string_view> builtin_names();
// Calls it, after that conversion.
Value invoke(const Builtin&, const Call&);
bool takes(const Builtin&, std::size_t arguments);
// The position of the named parameters in the one signature that has them all; empty if none has.
std::vector<std::size_t> positions(const Builtin&, std::span<const std::string_view> names);

void say_why(Evaluation&, std::string_view why);
bool spend(Evaluation&, std::size_t steps);

// A list that grows inside an Arena; what it held before stays valid.
class ListBuilder {
public:
    explicit ListBuilder(Arena& memory) : memory_(memory) {}
    void add(const Value& value) {
        if (size_ == space_.size()) grow();
        space_[size_++] = value;
    }
    std::span<const Value> items() const { return space_.first(size_); }
    Value value() const { return Value::list(items()); }
    std::size_t size() const { return size_; }

private:
    void grow() {
        auto larger = memory_.array<Value>(space_.empty() ? 8 : space_.size() * 2);
        for (std::size_t i = 0; i < size_; ++i) larger[i] = space_[i];
        space_ = larger;
    }

    Arena& memory_;
    std::span<Value> space_;
    std::size_t size_ = 0;
};

// An argument as a list: null is a list of one null, a single value a list of one.
std::span<const Value> as_items(const Value& value);

// What a loop over the range runs through, as a list: whole numbers or days. Null for other ends.
Value items_of_range(const RangeValue& range, Evaluation&);
// Is `value` inside the range? Null when they can't be compared.
Value contains(const RangeValue& range, const Value& value);
// FEEL's arithmetic, on any two values. Null when the operation makes no sense.
Value add(const Value&, const Value&, Evaluation&);
Value subtract(const Value&, const Value&, Evaluation&);
Value multiply(const Value&, const Value&, Evaluation&);
Value divide(const Value&, const Value&, Evaluation&);
Value power(const Value&, const Value&, Evaluation&);
Value negate(const Value&);
// `value.name` of dates, times, durations and ranges; of a list, of each item.
Value property(const Value& value, std::string_view name, Evaluation&);

}  // namespace yinuo::feel
