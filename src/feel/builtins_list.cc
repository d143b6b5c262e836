// Functions on lists. Where the standard takes a list it takes its items as arguments too.
#include <algorithm>

#include "feel/builtin.h"
#include "feel/function.h"

namespace yinuo::feel {

namespace {

// The items of a call that takes either one list or the items themselves.
std::span<const Value> items_of(const Call& call) {
    if (call.size() == 1) return as_items(call[0]);
    return call.arguments;
}

bool same(const Value& a, const Value& b) { return equal(a, b).is_true(); }

bool holds(std::span<const Value> items, const Value& value) {
    return std::any_of(items.begin(), items.end(),
                       [&](const Value& item) { return same(item, value); });
}

Value whole(std::size_t value) { return Value::number(Decimal(static_cast<std::int64_t>(value))); }

Value list_contains(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    if (!call.spend(items.size())) return Value::null();
    return Value::boolean(holds(items, call[1]));
}

Value count(const Call& call) {
    if (call.size() == 1 && call[0].is_null()) return call.fail("a list is wanted");
    return whole(items_of(call).size());
}

// The least (or greatest) item; null if two of them have no order.
Value extreme(const Call& call, bool least) {
    const auto items = items_of(call);
    if (items.empty() || !call.spend(items.size())) return Value::null();
    Value best = items[0];
    if (!order(best, best)) return call.fail("the items have no order");
    for (const Value& item : items.subspan(1)) {
        const auto side = order(item, best);
        if (!side) return call.fail("the items have no order");
        if (least ? *side < 0 : *side > 0) best = item;
    }
    return best;
}

bool all_numbers(const Call& call, std::span<const Value> items) {
    const bool numbers = std::all_of(items.begin(), items.end(),
                                     [](const Value& item) { return item.type() == Type::Number; });
    if (!numbers) say_why(call.evaluation, "numbers are wanted");
    return numbers && call.spend(items.size());
}

using Fold = std::optional<Decimal> (Decimal::*)(const Decimal&) const;

std::optional<Decimal> folded(std::span<const Value> items, Decimal start, Fold fold) {
    std::optional<Decimal> result = start;
    for (const Value& item : items) {
        result = ((*result).*fold)(item.as_number());
        if (!result) return std::nullopt;
    }
    return result;
}

Value number_or_null(const std::optional<Decimal>& value) {
    return value ? Value::number(*value) : Value::null();
}

// Sums, also of durations.
Value sum(const Call& call) {
    const auto items = items_of(call);
    if (items.empty() || !call.spend(items.size())) return Value::null();
    if (items[0].type() == Type::Number)
        return all_numbers(call, items) ? number_or_null(folded(items, Decimal(), &Decimal::add))
                                        : Value::null();
    if (items[0].type() != Type::DaysTimeDuration && items[0].type() != Type::YearsMonthsDuration)
        return call.fail("numbers are wanted");
    Value result = items[0];
    for (const Value& item : items.subspan(1)) {
        if (item.type() != result.type()) return call.fail("durations of one kind are wanted");
        result = add(result, item, call.evaluation);
        if (result.is_null()) return result;
    }
    return result;
}

std::optional<Decimal> mean_of(std::span<const Value> items) {
    const auto total = folded(items, Decimal(), &Decimal::add);
    return total ? total->divide(Decimal(static_cast<std::int64_t>(items.size()))) : std::nullopt;
}

Value mean(const Call& call) {
    const auto items = items_of(call);
    if (items.empty()) return Value::null();
    if (items[0].type() != Type::Number) {
        const Value total = sum(call);
        return total.is_null() ? total : divide(total, whole(items.size()), call.evaluation);
    }
    return all_numbers(call, items) ? number_or_null(mean_of(items)) : Value::null();
}

Value product(const Call& call) {
    const auto items = items_of(call);
    if (items.empty() || !all_numbers(call, items)) return Value::null();
    return number_or_null(folded(items, Decimal(1), &Decimal::multiply));
}

std::vector<Decimal> sorted_numbers(std::span<const Value> items) {
    std::vector<Decimal> numbers;
    numbers.reserve(items.size());
    for (const Value& item : items) numbers.push_back(item.as_number());
    std::stable_sort(numbers.begin(), numbers.end());
    return numbers;
}

Value median(const Call& call) {
    const auto items = items_of(call);
    if (items.empty() || !all_numbers(call, items)) return Value::null();
    const auto numbers = sorted_numbers(items);
    const std::size_t middle = numbers.size() / 2;
    if (numbers.size() % 2 == 1) return Value::number(numbers[middle]);
    const auto both = numbers[middle - 1].add(numbers[middle]);
    return number_or_null(both ? both->divide(Decimal(2)) : std::nullopt);
}

// Of a sample: the squares are divided by n - 1.
Value standard_deviation(const Call& call) {
    const auto items = items_of(call);
    if (items.size() < 2 || !all_numbers(call, items)) return Value::null();
    const auto middle = mean_of(items);
    if (!middle) return Value::null();
    std::optional<Decimal> squares = Decimal();
    for (const Value& item : items) {
        const auto distance = item.as_number().subtract(*middle);
        const auto square = distance ? distance->multiply(*distance) : std::nullopt;
        squares = square ? squares->add(*square) : std::nullopt;
        if (!squares) return Value::null();
    }
    const auto variance = squares->divide(Decimal(static_cast<std::int64_t>(items.size()) - 1));
    return number_or_null(variance ? variance->square_root() : std::nullopt);
}

Value mode(const Call& call) {
    if (call.size() == 1 && call[0].is_null()) return call.fail("numbers are wanted");
    const auto items = items_of(call);
    if (!all_numbers(call, items)) return Value::null();
    const auto numbers = sorted_numbers(items);
    std::size_t most = 0;
    for (std::size_t begin = 0; begin < numbers.size();) {
        std::size_t end = begin;
        while (end < numbers.size() && numbers[end] == numbers[begin]) ++end;
        most = std::max(most, end - begin);
        begin = end;
    }
    ListBuilder result(call.memory());
    for (std::size_t begin = 0; begin < numbers.size();) {
        std::size_t end = begin;
        while (end < numbers.size() && numbers[end] == numbers[begin]) ++end;
        if (end - begin == most) result.add(Value::number(numbers[begin]));
        begin = end;
    }
    return result.value();
}

// `decisive` settles it; anything that is no boolean leaves it open.
Value logical(const Call& call, bool decisive) {
    if (call.size() == 1 && call[0].is_null()) return call.fail("a list is wanted");
    bool open = false;
    for (const Value& item : items_of(call)) {
        if (item.type() != Type::Boolean && !item.is_null())
            return call.fail("true or false is wanted");
        if (item.type() == Type::Boolean && item.as_boolean() == decisive)
            return Value::boolean(decisive);
        open = open || item.is_null();
    }
    return open ? Value::null() : Value::boolean(!decisive);
}

// A position argument from 1, or from the end if negative, as an index; nullopt: outside.
std::optional<std::size_t> index_of_position(const Value& position, std::size_t size,
                                             std::size_t extra = 0) {
    if (position.type() != Type::Number) return std::nullopt;
    const auto number = position.as_number().to_int64();
    const auto count = static_cast<std::int64_t>(size);
    if (!number || *number == 0 || *number > count + static_cast<std::int64_t>(extra) ||
        *number < -count)
        return std::nullopt;
    return static_cast<std::size_t>(*number > 0 ? *number - 1 : count + *number);
}

constexpr std::string_view kOutside = "the position lies outside the list";

Value sublist(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    const auto begin = index_of_position(call[1], items.size());
    if (!begin) return call.fail(kOutside);
    std::size_t length = items.size() - *begin;
    if (call.size() > 2 && !call[2].is_null()) {
        const auto wanted =
            call.has(2, Type::Number) ? call[2].as_number().to_int64() : std::nullopt;
        if (!wanted || *wanted < 0) return call.fail("the length must be a whole number");
        if (static_cast<std::uint64_t>(*wanted) > length) return call.fail("the list ends before");
        length = static_cast<std::size_t>(*wanted);
    }
    return Value::list(items.subspan(*begin, length));
}

void add_all(ListBuilder& list, std::span<const Value> items) {
    for (const Value& item : items) list.add(item);
}

Value append(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    if (!call.spend(items.size())) return Value::null();
    ListBuilder result(call.memory());
    add_all(result, items);
    add_all(result, call.arguments.subspan(1));
    return result.value();
}

Value concatenate(const Call& call) {
    ListBuilder result(call.memory());
    for (const Value& list : call.arguments) {
        if (list.is_null()) return call.fail("lists are wanted");
        if (!call.spend(as_items(list).size())) return Value::null();
        add_all(result, as_items(list));
    }
    return result.value();
}

Value insert_before(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    const auto at = index_of_position(call[1], items.size(), 1);
    if (!at || !call.spend(items.size())) return call.fail(kOutside);
    ListBuilder result(call.memory());
    add_all(result, items.first(*at));
    result.add(call[2]);
    add_all(result, items.subspan(*at));
    return result.value();
}

Value remove(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    const auto at = index_of_position(call[1], items.size());
    if (!at || !call.spend(items.size())) return call.fail(kOutside);
    ListBuilder result(call.memory());
    add_all(result, items.first(*at));
    add_all(result, items.subspan(*at + 1));
    return result.value();
}

// At a position, or wherever match(item, new item) holds.
Value list_replace(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    if (!call.spend(items.size())) return Value::null();
    auto result = call.memory().array<Value>(items.size());
    std::copy(items.begin(), items.end(), result.begin());
    if (call.has(1, Type::Function)) {
        for (Value& item : result) {
            const Value arguments[] = {item, call[2]};
            const Value chosen = feel::call(call[1].as_function(), arguments, call.evaluation);
            if (chosen.type() != Type::Boolean)
                return call.fail("the match must say true or false");
            if (chosen.as_boolean()) item = call[2];
        }
        return Value::list(result);
    }
    const auto at = index_of_position(call[1], items.size());
    if (!at) return call.fail(kOutside);
    result[*at] = call[2];
    return Value::list(result);
}

Value reverse(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    if (!call.spend(items.size())) return Value::null();
    auto result = call.memory().array<Value>(items.size());
    std::reverse_copy(items.begin(), items.end(), result.begin());
    return Value::list(result);
}

Value index_of(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto items = as_items(call[0]);
    if (!call.spend(items.size())) return Value::null();
    ListBuilder result(call.memory());
    for (std::size_t i = 0; i < items.size(); ++i)
        if (same(items[i], call[1])) result.add(whole(i + 1));
    return result.value();
}

bool add_distinct(const Call& call, ListBuilder& result, std::span<const Value> items) {
    for (const Value& item : items) {
        if (!call.spend(1 + result.size())) return false;
        if (!holds(result.items(), item)) result.add(item);
    }
    return true;
}

Value distinct_values(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    ListBuilder result(call.memory());
    return add_distinct(call, result, as_items(call[0])) ? result.value() : Value::null();
}

Value union_of(const Call& call) {
    ListBuilder result(call.memory());
    for (const Value& list : call.arguments) {
        if (list.is_null()) return call.fail("lists are wanted");
        if (!add_distinct(call, result, as_items(list))) return Value::null();
    }
    return result.value();
}

bool flatten_into(const Call& call, ListBuilder& result, const Value& value, int depth) {
    constexpr int kDepthMax = 200;
    if (value.type() != Type::List) {
        result.add(value);
        return true;
    }
    if (depth > kDepthMax || !call.spend(value.as_list().size())) return false;
    for (const Value& item : value.as_list())
        if (!flatten_into(call, result, item, depth + 1)) return false;
    return true;
}

Value flatten(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    ListBuilder result(call.memory());
    return flatten_into(call, result, call[0], 0) ? result.value() : Value::null();
}

// Merges upward, so that an inconsistent `precedes` gives some order and never harm.
template <typename Precedes>
void merge_sort(std::span<Value> items, std::span<Value> space, Precedes precedes) {
    for (std::size_t width = 1; width < items.size(); width *= 2) {
        for (std::size_t begin = 0; begin < items.size(); begin += 2 * width) {
            const std::size_t middle = std::min(begin + width, items.size());
            const std::size_t end = std::min(begin + 2 * width, items.size());
            std::size_t left = begin;
            std::size_t right = middle;
            for (std::size_t to = begin; to < end; ++to) {
                const bool from_right =
                    left == middle || (right < end && precedes(items[right], items[left]));
                space[to] = from_right ? items[right++] : items[left++];
            }
        }
        std::copy(space.begin(), space.end(), items.begin());
    }
}

Value sort(const Call& call) {
    if (call[0].is_null()) return call.fail("a list is wanted");
    const auto from = as_items(call[0]);
    if (!call.spend(from.size())) return Value::null();
    auto items = call.memory().array<Value>(from.size());
    auto space = call.memory().array<Value>(from.size());
    std::copy(from.begin(), from.end(), items.begin());
    std::copy(from.begin(), from.end(), space.begin());
    bool comparable = true;
    if (call.size() > 1 && !call[1].is_null()) {
        if (!call.has(1, Type::Function)) return call.fail("sort wants a function of two items");
        merge_sort(items, space, [&](const Value& a, const Value& b) {
            const Value arguments[] = {a, b};
            const Value before = feel::call(call[1].as_function(), arguments, call.evaluation);
            comparable = comparable && before.type() == Type::Boolean;
            return before.is_true();
        });
    } else {
        merge_sort(items, space, [&](const Value& a, const Value& b) {
            const auto side = order(a, b);
            comparable = comparable && side.has_value();
            return side && *side < 0;
        });
    }
    return comparable ? Value::list(items) : call.fail("the items have no order");
}

constexpr Builtin kBuiltins[] = {
    {"list contains", "list,element", list_contains},
    {"count", "list|c*", count},
    {"min", "list|c*", [](const Call& call) { return extreme(call, true); }},
    {"max", "list|c*", [](const Call& call) { return extreme(call, false); }},
    {"sum", "list|n*", sum},
    {"mean", "list|n*", mean},
    {"product", "list|n*", product},
    {"median", "list|n*", median},
    {"stddev", "list|n*", standard_deviation},
    {"mode", "list|n*", mode},
    {"all", "list|b*", [](const Call& call) { return logical(call, false); }},
    {"any", "list|b*", [](const Call& call) { return logical(call, true); }},
    {"sublist", "list,start position,length?", sublist},
    {"append", "list,item*", append},
    {"concatenate", "list*", concatenate},
    {"insert before", "list,position,newItem", insert_before},
    {"remove", "list,position", remove},
    {"list replace", "list,position,newItem|list,match,newItem", list_replace},
    {"reverse", "list", reverse},
    {"index of", "list,match", index_of},
    {"union", "list*", union_of},
    {"distinct values", "list", distinct_values},
    {"flatten", "list", flatten},
    {"sort", "list,precedes?", sort},
};

}  // namespace

std::span<const Builtin> list_builtins() { return kBuiltins; }

}  // namespace yinuo::feel
