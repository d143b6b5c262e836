// Equality, order, text form and copies of FEEL values.
#include "base/check.h"
#include "feel/function.h"
#include "feel/temporal.h"
#include "feel/value.h"

namespace yinuo::feel {

namespace {

constexpr int kDepthMax = 200;  // of values within values

// A comparable reading: seconds (UTC if it is an instant) and whole milliseconds of the second.
// FEEL's equality of times looks at whole seconds; we keep the milliseconds of our Instants.
struct Reading {
    std::int64_t seconds = 0;
    std::uint32_t nanos = 0;
    bool local = false;
};

Reading reading(const Value& value) {
    if (value.type() == Type::Date) return {value.date_days() * kDaySeconds, 0, false};
    const Moment moment = value.as_moment();
    const std::int32_t offset = offset_of(moment);
    if (offset == Moment::kNoOffset) return {moment.local_seconds, moment.nanos, true};
    return {moment.local_seconds - offset, moment.nanos, false};
}

Value equal_at(const Value& a, const Value& b, int depth);

bool surely_equal(const Value& a, const Value& b, int depth) {
    return equal_at(a, b, depth).is_true();
}

const Value* find(std::span<const Entry> entries, std::string_view key) {
    for (const Entry& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

bool equal_lists(std::span<const Value> a, std::span<const Value> b, int depth) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!surely_equal(a[i], b[i], depth + 1)) return false;
    return true;
}

bool equal_contexts(std::span<const Entry> a, std::span<const Entry> b, int depth) {
    if (a.size() != b.size()) return false;
    for (const Entry& entry : a) {
        const Value* other = find(b, entry.key);
        if (other == nullptr || !surely_equal(entry.value, *other, depth + 1)) return false;
    }
    return true;
}

bool equal_ranges(const RangeValue& a, const RangeValue& b, int depth) {
    return a.form == b.form && a.begin_included == b.begin_included &&
           a.end_included == b.end_included && surely_equal(a.begin, b.begin, depth + 1) &&
           surely_equal(a.end, b.end, depth + 1);
}

bool equal_functions(const FunctionValue& a, const FunctionValue& b) {
    return &a == &b || (a.builtin != nullptr && a.builtin == b.builtin) ||
           (a.native != nullptr && a.native == b.native);
}

Value equal_at(const Value& a, const Value& b, int depth) {
    if (a.is_null() || b.is_null()) return Value::boolean(a.is_null() && b.is_null());
    if (a.type() != b.type()) return Value::null();
    if (depth > kDepthMax) return Value::null();
    switch (a.type()) {
        case Type::Null: return Value::boolean(true);
        case Type::Boolean: return Value::boolean(a.as_boolean() == b.as_boolean());
        case Type::Number: return Value::boolean(a.as_number() == b.as_number());
        case Type::String: return Value::boolean(a.as_string() == b.as_string());
        case Type::Date: return Value::boolean(a.date_days() == b.date_days());
        case Type::Time:
        case Type::DateTime: {
            const Reading left = reading(a);
            const Reading right = reading(b);
            if (left.local != right.local) return Value::boolean(false);
            return Value::boolean(left.seconds == right.seconds &&
                                  left.nanos / 1'000'000 == right.nanos / 1'000'000);
        }
        case Type::DaysTimeDuration:
            return Value::boolean(a.duration_seconds() == b.duration_seconds() &&
                                  a.duration_nanos_part() == b.duration_nanos_part());
        case Type::YearsMonthsDuration: return Value::boolean(a.as_months() == b.as_months());
        case Type::List: return Value::boolean(equal_lists(a.as_list(), b.as_list(), depth));
        case Type::Context:
            return Value::boolean(equal_contexts(a.as_context(), b.as_context(), depth));
        case Type::Range: return Value::boolean(equal_ranges(a.as_range(), b.as_range(), depth));
        case Type::Function:
            return Value::boolean(equal_functions(a.as_function(), b.as_function()));
    }
    return Value::null();
}

template <typename T>
std::partial_ordering ordering(const T& a, const T& b) {
    return a < b   ? std::partial_ordering::less
           : b < a ? std::partial_ordering::greater
                   : std::partial_ordering::equivalent;
}

void append_text(const Value& value, std::string& text, bool nested, int depth);

void append_quoted(std::string_view from, std::string& text) {
    text += '"';
    for (const char c : from) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    text += '"';
}

void append_range(const RangeValue& range, std::string& text, int depth) {
    if (range.form != RangeValue::Form::Interval) {
        const bool upper = range.form == RangeValue::Form::Comparison && range.begin.is_null();
        text += range.form == RangeValue::Form::Equal      ? "(= "
                : range.form == RangeValue::Form::NotEqual ? "(!= "
                : upper                                    ? (range.end_included ? "(<= " : "(< ")
                        : (range.begin_included ? "(>= " : "(> ");
        append_text(upper ? range.end : range.begin, text, true, depth + 1);
        text += ')';
        return;
    }
    text += range.begin_included ? '[' : '(';
    append_text(range.begin, text, true, depth + 1);
    text += "..";
    append_text(range.end, text, true, depth + 1);
    text += range.end_included ? ']' : ')';
}

void append_text(const Value& value, std::string& text, bool nested, int depth) {
    if (depth > kDepthMax) {
        text += "...";
        return;
    }
    switch (value.type()) {
        case Type::Null: text += "null"; return;
        case Type::Boolean: text += value.as_boolean() ? "true" : "false"; return;
        case Type::Number: text += value.as_number().to_string(); return;
        case Type::String:
            if (nested)
                append_quoted(value.as_string(), text);
            else
                text += value.as_string();
            return;
        case Type::Date: text += date_text(value.date_days()); return;
        case Type::Time: text += time_text(value.as_moment()); return;
        case Type::DateTime: text += date_time_text(value.as_moment()); return;
        case Type::DaysTimeDuration:
            text += duration_text(value.duration_seconds(), value.duration_nanos_part());
            return;
        case Type::YearsMonthsDuration: text += months_text(value.as_months()); return;
        case Type::List: {
            text += '[';
            std::string_view between;
            for (const Value& item : value.as_list()) {
                text += between;
                append_text(item, text, true, depth + 1);
                between = ", ";
            }
            text += ']';
            return;
        }
        case Type::Context: {
            text += '{';
            std::string_view between;
            for (const Entry& entry : value.as_context()) {
                text += between;
                text += entry.key;
                text += ": ";
                append_text(entry.value, text, true, depth + 1);
                between = ", ";
            }
            text += '}';
            return;
        }
        case Type::Range: append_range(value.as_range(), text, depth); return;
        case Type::Function: text += "function"; return;
    }
}

}  // namespace

Value equal(const Value& a, const Value& b) { return equal_at(a, b, 0); }

std::optional<std::partial_ordering> order(const Value& a, const Value& b) {
    if (a.type() != b.type()) return std::nullopt;
    switch (a.type()) {
        case Type::Number: return std::partial_ordering(a.as_number() <=> b.as_number());
        case Type::String: return std::partial_ordering(a.as_string() <=> b.as_string());
        case Type::Date: return ordering(a.date_days(), b.date_days());
        case Type::YearsMonthsDuration: return ordering(a.as_months(), b.as_months());
        case Type::DaysTimeDuration:
            if (a.duration_seconds() != b.duration_seconds())
                return ordering(a.duration_seconds(), b.duration_seconds());
            return ordering(a.duration_nanos_part(), b.duration_nanos_part());
        case Type::Time:
        case Type::DateTime: {
            const Reading left = reading(a);
            const Reading right = reading(b);
            if (left.local != right.local) return std::nullopt;
            if (left.seconds != right.seconds) return ordering(left.seconds, right.seconds);
            return ordering(left.nanos, right.nanos);
        }
        case Type::Null:
        case Type::Boolean:
        case Type::List:
        case Type::Context:
        case Type::Range:
        case Type::Function: return std::nullopt;
    }
    return std::nullopt;
}

std::string to_text(const Value& value) {
    std::string text;
    append_text(value, text, false, 0);
    return text;
}

Value copy(const Value& value, Arena& memory) {
    switch (value.type()) {
        case Type::String: return Value::string(memory.copy(value.as_string()));
        case Type::List: {
            const auto from = value.as_list();
            auto to = memory.array<Value>(from.size());
            for (std::size_t i = 0; i < from.size(); ++i) to[i] = copy(from[i], memory);
            return Value::list(to);
        }
        case Type::Context: {
            const auto from = value.as_context();
            auto to = memory.array<Entry>(from.size());
            for (std::size_t i = 0; i < from.size(); ++i)
                to[i] = {memory.copy(from[i].key), copy(from[i].value, memory)};
            return Value::context(to);
        }
        case Type::Range: {
            auto to = memory.array<RangeValue>(1);
            to[0] = value.as_range();
            to[0].begin = copy(to[0].begin, memory);
            to[0].end = copy(to[0].end, memory);
            return Value::range(to.data());
        }
        case Type::Function: {
            // The closure stays where it is: functions are not for keeping.
            auto to = memory.array<FunctionValue>(1);
            to[0] = value.as_function();
            return Value::function(to.data());
        }
        default: return value;
    }
}

}  // namespace yinuo::feel
