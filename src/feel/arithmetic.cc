// FEEL's arithmetic on numbers, strings, dates and durations (DMN 1.5, tables 50 to 53), the
// properties of values (table 65), and what lies inside a range.
#include "feel/builtin.h"
#include "feel/temporal.h"

namespace yinuo::feel {

namespace {

constexpr std::size_t kTextMax = 1 << 20;  // bytes of one string

Value number_or_null(const std::optional<Decimal>& value, Evaluation& evaluation,
                     std::string_view why) {
    if (value) return Value::number(*value);
    say_why(evaluation, why);
    return Value::null();
}

Value nonsense(Evaluation& evaluation, std::string_view why) {
    say_why(evaluation, why);
    return Value::null();
}

bool is_duration(const Value& value) { return value.type() == Type::DaysTimeDuration; }
bool is_months(const Value& value) { return value.type() == Type::YearsMonthsDuration; }

Value sum_of_durations(const Value& a, std::int64_t seconds, std::int32_t nanos) {
    std::int64_t sum = 0;
    std::int32_t part = a.duration_nanos_part() + nanos;
    if (__builtin_add_overflow(a.duration_seconds(), seconds, &sum)) return Value::null();
    if (part >= 1'000'000'000) {
        part -= 1'000'000'000;
        if (__builtin_add_overflow(sum, std::int64_t{1}, &sum)) return Value::null();
    }
    return Value::duration_nanos(sum, part);
}

Value negated_duration(const Value& a) {
    std::int64_t seconds = 0;
    if (__builtin_sub_overflow(std::int64_t{0}, a.duration_seconds(), &seconds))
        return Value::null();
    if (a.duration_nanos_part() == 0) return Value::duration_nanos(seconds, 0);
    return Value::duration_nanos(seconds - 1, 1'000'000'000 - a.duration_nanos_part());
}

// A day plus a number of months, if that is still a year FEEL knows.
Value shift_months(const Value& value, std::int64_t months) {
    if (months > 12 * 2 * kYearMax || months < -12 * 2 * kYearMax) return Value::null();
    if (value.type() == Type::Date) {
        const std::int64_t days = plus_months(value.date_days(), months);
        const std::int64_t year = civil_of(days).year;
        return year > kYearMax || year < -kYearMax ? Value::null() : Value::date_of_days(days);
    }
    Moment moment = value.as_moment();
    const std::int64_t day = floor_divide(moment.local_seconds, kDaySeconds);
    const std::int64_t second = moment.local_seconds - day * kDaySeconds;
    moment.local_seconds = plus_months(day, months) * kDaySeconds + second;
    return Value::date_time(resolved(moment));
}

Value shift(const Value& value, const Value& duration) {
    if (duration.is_null()) return Value::null();
    if (is_months(duration))
        return value.type() == Type::Time ? Value::null()
                                          : shift_months(value, duration.as_months());
    const std::int64_t seconds = duration.duration_seconds();
    const std::int32_t nanos = duration.duration_nanos_part();
    switch (value.type()) {
        case Type::Date: {
            // A date counts from its midnight; what is left of a day is dropped.
            constexpr std::int64_t kLimit = (kYearMax + 1) * 366 * kDaySeconds;
            if (seconds > kLimit || seconds < -kLimit) return Value::null();
            return Value::date_of_days(value.date_days() + floor_divide(seconds, kDaySeconds));
        }
        case Type::Time: return shift_time(value.as_moment(), seconds, nanos);
        case Type::DateTime: return shift_date_time(value.as_moment(), seconds, nanos);
        default: return Value::null();
    }
}

bool shifts(const Value& value) {
    return value.type() == Type::Date || value.type() == Type::Time ||
           value.type() == Type::DateTime;
}

struct Reading {
    std::int64_t seconds = 0;
    std::int64_t nanos = 0;
    bool local = false;
};

Reading reading(const Value& value) {
    if (value.type() == Type::Date) return {value.date_days() * kDaySeconds, 0, false};
    const Moment moment = value.as_moment();
    const std::int32_t offset = offset_of(moment);
    if (offset == Moment::kNoOffset) return {moment.local_seconds, moment.nanos, true};
    return {moment.local_seconds - offset, moment.nanos, false};
}

Value difference(const Value& a, const Value& b, Evaluation& evaluation) {
    if ((a.type() == Type::Time) != (b.type() == Type::Time))
        return nonsense(evaluation, "a time of day and a date have no difference");
    const Reading left = reading(a);
    const Reading right = reading(b);
    if (left.local != right.local)
        return nonsense(evaluation, "a local time and an instant have no difference");
    std::int64_t seconds = left.seconds - right.seconds;
    std::int64_t nanos = left.nanos - right.nanos;
    if (nanos < 0) {
        nanos += 1'000'000'000;
        --seconds;
    }
    return Value::duration_nanos(seconds, static_cast<std::int32_t>(nanos));
}

// Seconds of a duration as an exact number.
std::optional<Decimal> seconds_of(const Value& duration) {
    return Decimal(duration.duration_seconds())
        .add(Decimal::scaled(duration.duration_nanos_part(), -9));
}

Value duration_of(const std::optional<Decimal>& seconds) {
    if (!seconds) return Value::null();
    const auto whole = seconds->round(0, Rounding::Floor);
    const auto count = whole ? whole->to_int64() : std::nullopt;
    if (!count) return Value::null();
    const auto part =
        seconds->subtract(*whole)->multiply(Decimal::scaled(1, 9))->round(0, Rounding::Down);
    return Value::duration_nanos(*count, static_cast<std::int32_t>(part->to_int64().value_or(0)));
}

Value months_of(const std::optional<Decimal>& months) {
    const auto whole = months ? months->round(0, Rounding::Down) : std::nullopt;
    const auto count = whole ? whole->to_int64() : std::nullopt;
    return count ? Value::months(*count) : Value::null();
}

}  // namespace

Value add(const Value& a, const Value& b, Evaluation& evaluation) {
    if (a.type() == Type::Number && b.type() == Type::Number)
        return number_or_null(a.as_number().add(b.as_number()), evaluation, "the sum is too large");
    if (a.type() == Type::String && b.type() == Type::String) {
        const auto left = a.as_string();
        const auto right = b.as_string();
        const std::size_t size = left.size() + right.size();
        if (size > kTextMax) return nonsense(evaluation, "the string is longer than 1 MiB");
        if (!spend(evaluation, size / 32)) return Value::null();
        if (size == 0) return a;
        auto* to = static_cast<char*>(evaluation.memory.take(size, 1));
        left.copy(to, left.size());
        right.copy(to + left.size(), right.size());
        return Value::string({to, size});
    }
    if (is_duration(a) && is_duration(b))
        return sum_of_durations(a, b.duration_seconds(), b.duration_nanos_part());
    if (is_months(a) && is_months(b)) {
        std::int64_t sum = 0;
        if (__builtin_add_overflow(a.as_months(), b.as_months(), &sum)) return Value::null();
        return Value::months(sum);
    }
    if (shifts(a) && (is_duration(b) || is_months(b))) return shift(a, b);
    if (shifts(b) && (is_duration(a) || is_months(a))) return shift(b, a);
    return nonsense(evaluation, "these two cannot be added");
}

Value subtract(const Value& a, const Value& b, Evaluation& evaluation) {
    if (a.type() == Type::Number && b.type() == Type::Number)
        return number_or_null(a.as_number().subtract(b.as_number()), evaluation,
                              "the difference is too large");
    if (shifts(a) && shifts(b)) return difference(a, b, evaluation);
    if (is_duration(b) || is_months(b)) {
        const Value minus = negate(b);
        if (minus.is_null()) return minus;
        if (a.type() == b.type() || shifts(a)) return add(a, minus, evaluation);
    }
    return nonsense(evaluation, "these two cannot be subtracted");
}

Value multiply(const Value& a, const Value& b, Evaluation& evaluation) {
    if (a.type() == Type::Number && b.type() == Type::Number)
        return number_or_null(a.as_number().multiply(b.as_number()), evaluation,
                              "the product is too large");
    if (a.type() == Type::Number && (is_duration(b) || is_months(b)))
        return multiply(b, a, evaluation);
    if (b.type() == Type::Number && is_duration(a)) {
        const auto seconds = seconds_of(a);
        return duration_of(seconds ? seconds->multiply(b.as_number()) : std::nullopt);
    }
    if (b.type() == Type::Number && is_months(a))
        return months_of(Decimal(a.as_months()).multiply(b.as_number()));
    return nonsense(evaluation, "these two cannot be multiplied");
}

Value divide(const Value& a, const Value& b, Evaluation& evaluation) {
    if (b.type() == Type::Number) {
        if (b.as_number().is_zero()) return nonsense(evaluation, "divide by zero");
        if (a.type() == Type::Number)
            return number_or_null(a.as_number().divide(b.as_number()), evaluation,
                                  "the quotient is too large");
        if (is_duration(a)) {
            const auto seconds = seconds_of(a);
            return duration_of(seconds ? seconds->divide(b.as_number()) : std::nullopt);
        }
        if (is_months(a)) return months_of(Decimal(a.as_months()).divide(b.as_number()));
    }
    if (is_duration(a) && is_duration(b)) {
        const auto left = seconds_of(a);
        const auto right = seconds_of(b);
        if (!left || !right) return Value::null();
        return number_or_null(left->divide(*right), evaluation, "divide by zero");
    }
    if (is_months(a) && is_months(b))
        return number_or_null(Decimal(a.as_months()).divide(Decimal(b.as_months())), evaluation,
                              "divide by zero");
    return nonsense(evaluation, "these two cannot be divided");
}

Value power(const Value& a, const Value& b, Evaluation& evaluation) {
    if (a.type() == Type::Number && b.type() == Type::Number)
        return number_or_null(a.as_number().power(b.as_number()), evaluation,
                              "the power has no value");
    return nonsense(evaluation, "only numbers have powers");
}

Value negate(const Value& value) {
    switch (value.type()) {
        case Type::Number: return Value::number(value.as_number().negated());
        case Type::DaysTimeDuration: return negated_duration(value);
        case Type::YearsMonthsDuration:
            return value.as_months() == INT64_MIN ? Value::null()
                                                  : Value::months(-value.as_months());
        default: return Value::null();
    }
}

Value contains(const RangeValue& range, const Value& value) {
    if (range.form == RangeValue::Form::Equal) return equal(value, range.begin);
    if (range.form == RangeValue::Form::NotEqual) {
        const Value same = equal(value, range.begin);
        return same.is_null() ? same : Value::boolean(!same.as_boolean());
    }
    // `(null..10]` says that its begin is not known; `(<= 10)` that it has none.
    const bool open_ended = range.form == RangeValue::Form::Comparison;
    if (!open_ended && (range.begin.is_null() || range.end.is_null())) return Value::null();
    bool inside = true;
    if (!range.begin.is_null()) {
        const auto side = order(range.begin, value);
        if (!side) return Value::null();
        inside = *side < 0 || (range.begin_included && *side == 0);
    }
    if (!range.end.is_null()) {
        const auto side = order(value, range.end);
        if (!side) return Value::null();
        inside = inside && (*side < 0 || (range.end_included && *side == 0));
    }
    return Value::boolean(inside);
}

namespace {

Value whole(std::int64_t value) { return Value::number(Decimal(value)); }

std::optional<Value> date_property(std::int64_t days, std::string_view name) {
    const CivilDay civil = civil_of(days);
    if (name == "year") return whole(civil.year);
    if (name == "month") return whole(civil.month);
    if (name == "day") return whole(civil.day);
    if (name == "weekday") return whole(weekday_of(days));
    return std::nullopt;
}

std::optional<Value> time_property(const Moment& moment, std::string_view name,
                                   Evaluation& evaluation) {
    const std::int64_t second =
        moment.local_seconds - floor_divide(moment.local_seconds, kDaySeconds) * kDaySeconds;
    if (name == "hour") return whole(second / 3600);
    if (name == "minute") return whole(second / 60 % 60);
    if (name == "second") return whole(second % 60);
    if (name == "time offset") {
        const std::int32_t offset = offset_of(moment);
        return offset == Moment::kNoOffset ? Value::null() : Value::duration_nanos(offset, 0);
    }
    if (name == "timezone")
        return moment.zone == nullptr ? Value::null()
                                      : Value::string(evaluation.memory.copy(moment.zone->name()));
    return std::nullopt;
}

std::optional<Value> duration_property(const Value& value, std::string_view name) {
    // Each part carries the duration's sign: truncation, not floor.
    std::int64_t seconds = value.duration_seconds();
    if (seconds < 0 && value.duration_nanos_part() != 0) ++seconds;
    if (name == "days") return whole(seconds / kDaySeconds);
    if (name == "hours") return whole(seconds % kDaySeconds / 3600);
    if (name == "minutes") return whole(seconds % 3600 / 60);
    if (name == "seconds") return whole(seconds % 60);
    return std::nullopt;
}

std::optional<Value> range_property(const RangeValue& range, std::string_view name) {
    if (name == "start") return range.begin;
    if (name == "end") return range.form == RangeValue::Form::Equal ? range.begin : range.end;
    if (name == "start included") return Value::boolean(range.begin_included);
    if (name == "end included") return Value::boolean(range.end_included);
    return std::nullopt;
}

std::optional<Value> own_property(const Value& value, std::string_view name,
                                  Evaluation& evaluation) {
    switch (value.type()) {
        case Type::Context:
            for (const Entry& entry : value.as_context())
                if (entry.key == name) return entry.value;
            return std::nullopt;
        case Type::Date: return date_property(value.date_days(), name);
        case Type::Time: return time_property(value.as_moment(), name, evaluation);
        case Type::DateTime: {
            const Moment moment = value.as_moment();
            if (auto found = date_property(floor_divide(moment.local_seconds, kDaySeconds), name))
                return found;
            return time_property(moment, name, evaluation);
        }
        case Type::DaysTimeDuration: return duration_property(value, name);
        case Type::YearsMonthsDuration:
            if (name == "years") return whole(value.as_months() / 12);
            if (name == "months") return whole(value.as_months() % 12);
            return std::nullopt;
        case Type::Range: return range_property(value.as_range(), name);
        default: return std::nullopt;
    }
}

}  // namespace

Value property(const Value& value, std::string_view name, Evaluation& evaluation) {
    if (value.type() == Type::List) {
        const auto items = value.as_list();
        if (!spend(evaluation, items.size())) return Value::null();
        auto result = evaluation.memory.array<Value>(items.size());
        for (std::size_t i = 0; i < items.size(); ++i)
            result[i] = own_property(items[i], name, evaluation).value_or(Value::null());
        return Value::list(result);
    }
    if (auto found = own_property(value, name, evaluation)) return *found;
    say_why(evaluation, "there is nothing of that name inside the value");
    return Value::null();
}

}  // namespace yinuo::feel
