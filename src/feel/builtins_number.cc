// number(), decimal(), the roundings, and the functions of one or two numbers.
#include "feel/builtin.h"

namespace yinuo::feel {

namespace {

constexpr int kScaleMin = -6111;
constexpr int kScaleMax = 6176;

// The second argument as a count of places; 0 if there is none. Fractions are cut off.
std::optional<int> scale_of(const Call& call) {
    if (call.size() < 2) return 0;
    if (!call.has(1, Type::Number)) return std::nullopt;
    const auto whole = call[1].as_number().round(0, Rounding::Down);
    const auto places = whole ? whole->to_int64() : std::nullopt;
    if (!places || *places < kScaleMin || *places > kScaleMax) return std::nullopt;
    return static_cast<int>(*places);
}

Value rounded(const Call& call, Rounding rounding) {
    if (!call.has(0, Type::Number)) return call.fail("rounding wants a number");
    const auto places = scale_of(call);
    if (!places) return call.fail("the scale must be a number from -6111 to 6176");
    const auto result = call[0].as_number().round(*places, rounding);
    return result ? Value::number(*result) : call.fail("the number is too large");
}

template <Rounding rounding>
Value round_to(const Call& call) {
    return rounded(call, rounding);
}

Value number_or_fail(const Call& call, const std::optional<Decimal>& value) {
    return value ? Value::number(*value) : call.fail("the function has no value there");
}

template <std::optional<Decimal> (Decimal::*function)() const>
Value of_one(const Call& call) {
    if (!call.has(0, Type::Number)) return call.fail("a number is wanted");
    return number_or_fail(call, (call[0].as_number().*function)());
}

Value absolute(const Call& call) {
    if (call.has(0, Type::Number)) return Value::number(call[0].as_number().absolute());
    if (call.has(0, Type::DaysTimeDuration))
        return call[0].duration_seconds() < 0 ? negate(call[0]) : call[0];
    if (call.has(0, Type::YearsMonthsDuration))
        return call[0].as_months() < 0 ? negate(call[0]) : call[0];
    return call.fail("a number or a duration is wanted");
}

Value modulo(const Call& call) {
    if (!call.has(0, Type::Number) || !call.has(1, Type::Number))
        return call.fail("two numbers are wanted");
    return number_or_fail(call, call[0].as_number().modulo(call[1].as_number()));
}

Value parity(const Call& call, bool odd) {
    if (!call.has(0, Type::Number)) return call.fail("a number is wanted");
    const auto rest = call[0].as_number().modulo(Decimal(2));
    if (!rest) return Value::null();
    return Value::boolean(odd ? *rest == Decimal(1) : rest->is_zero());
}

// A separator argument: one of the characters that are allowed, or null for none.
std::optional<char> separator(const Call& call, std::size_t at, std::string_view allowed) {
    if (at >= call.size() || call[at].is_null()) return '\0';
    if (!call.has(at, Type::String) || call[at].as_string().size() != 1) return std::nullopt;
    const char c = call[at].as_string().front();
    return allowed.find(c) == std::string_view::npos ? std::nullopt : std::optional(c);
}

Value number(const Call& call) {
    if (call.size() == 1 && call.has(0, Type::Number)) return call[0];
    if (!call.has(0, Type::String)) return call.fail("number() reads a string");
    const auto grouping = separator(call, 1, " ,.");
    const auto point = separator(call, 2, ".,");
    if (!grouping || !point || (*grouping != '\0' && *grouping == *point))
        return call.fail(
            "the grouping separator is a blank, comma or period, the decimal separator a period or "
            "comma, and they differ");
    std::string text;
    for (const char c : call[0].as_string()) {
        if (*grouping != '\0' && c == *grouping) continue;
        text += *point != '\0' && c == *point ? '.' : c == '.' && *point != '\0' ? '?' : c;
    }
    if (text.starts_with('.')) text.insert(0, "0");
    if (text.starts_with("-.")) text.insert(1, "0");
    const auto value = Decimal::parse(text);
    return value ? Value::number(*value) : call.fail("the string is no number");
}

constexpr std::string_view kRounded = "n,scale?";

constexpr Builtin kBuiltins[] = {
    {"number", "from|from,grouping separator,decimal separator", number, true, true},
    {"decimal", "n,scale", round_to<Rounding::HalfEven>, true, true},
    {"floor", kRounded, round_to<Rounding::Floor>, true, true},
    {"ceiling", kRounded, round_to<Rounding::Ceiling>, true, true},
    {"round up", kRounded, round_to<Rounding::Up>, true, true},
    {"round down", kRounded, round_to<Rounding::Down>, true, true},
    {"round half up", kRounded, round_to<Rounding::HalfUp>, true, true},
    {"round half down", kRounded, round_to<Rounding::HalfDown>, true, true},
    {"round half even", kRounded, round_to<Rounding::HalfEven>, true, true},
    {"abs", "n", absolute, true, true},
    {"modulo", "dividend,divisor", modulo, true, true},
    {"sqrt", "number", of_one<&Decimal::square_root>, true, true},
    {"log", "number", of_one<&Decimal::log>, true, true},
    {"exp", "number", of_one<&Decimal::exp>, true, true},
    {"odd", "number", [](const Call& call) { return parity(call, true); }, true, true},
    {"even", "number", [](const Call& call) { return parity(call, false); }, true, true},
};

}  // namespace

std::span<const Builtin> number_builtins() { return kBuiltins; }

}  // namespace yinuo::feel
