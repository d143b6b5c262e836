#include "feel/value.h"

#include <limits>

#include "base/check.h"
#include "feel/function.h"
#include "feel/temporal.h"

namespace yinuo::feel {

Value::Value() : boolean_(false), type_(Type::Null) {}

Value Value::null() { return {}; }

Value Value::boolean(bool value) {
    Value result;
    result.boolean_ = value;
    result.type_ = Type::Boolean;
    return result;
}

Value Value::number(const Decimal& value) {
    Value result;
    result.number_ = value;
    result.type_ = Type::Number;
    return result;
}

Value Value::string(std::string_view borrowed) {
    Value result;
    result.span_ = {borrowed.data(), borrowed.size()};
    result.type_ = Type::String;
    return result;
}

Value Value::date(Date date) { return date_of_days(date.days); }

Value Value::date_of_days(std::int64_t days) {
    Value result;
    result.pair_ = {days, 0};
    result.type_ = Type::Date;
    return result;
}

Value Value::time(const Moment& moment) {
    Value result;
    result.moment_ = moment;
    result.type_ = Type::Time;
    return result;
}

Value Value::date_time(const Moment& moment) {
    Value result = time(moment);
    result.type_ = Type::DateTime;
    return result;
}

Value Value::instant(Instant at, const Zone& zone) {
    const std::int64_t whole = floor_divide(at.millis, 1000);
    return date_time(
        at_zone(whole, static_cast<std::uint32_t>(at.millis - whole * 1000) * 1'000'000, &zone));
}

Value Value::duration(Millis span) {
    const std::int64_t whole = floor_divide(span.count, 1000);
    return duration_nanos(whole, static_cast<std::int32_t>(span.count - whole * 1000) * 1'000'000);
}

Value Value::duration_nanos(std::int64_t seconds, std::int32_t nanos) {
    check(nanos >= 0 && nanos < 1'000'000'000);
    Value result;
    result.pair_ = {seconds, nanos};
    result.type_ = Type::DaysTimeDuration;
    return result;
}

Value Value::months(std::int64_t count) {
    Value result;
    result.pair_ = {count, 0};
    result.type_ = Type::YearsMonthsDuration;
    return result;
}

Value Value::list(std::span<const Value> borrowed) {
    Value result;
    result.span_ = {borrowed.data(), borrowed.size()};
    result.type_ = Type::List;
    return result;
}

Value Value::context(std::span<const Entry> borrowed) {
    Value result;
    result.span_ = {borrowed.data(), borrowed.size()};
    result.type_ = Type::Context;
    return result;
}

Value Value::range(const RangeValue* borrowed) {
    Value result;
    result.span_ = {borrowed, 1};
    result.type_ = Type::Range;
    return result;
}

Value Value::function(const FunctionValue* borrowed) {
    Value result;
    result.span_ = {borrowed, 1};
    result.type_ = Type::Function;
    return result;
}

bool Value::as_boolean() const {
    check(type_ == Type::Boolean);
    return boolean_;
}

const Decimal& Value::as_number() const {
    check(type_ == Type::Number);
    return number_;
}

std::string_view Value::as_string() const {
    check(type_ == Type::String);
    return {static_cast<const char*>(span_.data), span_.size};
}

std::int64_t Value::date_days() const {
    check(type_ == Type::Date);
    return pair_.whole;
}

Date Value::as_date() const {
    constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
    const std::int64_t days = date_days();
    return {static_cast<std::int32_t>(days > kMax ? kMax : days < -kMax ? -kMax : days)};
}

Moment Value::as_moment() const {
    check(type_ == Type::Time || type_ == Type::DateTime);
    return moment_;
}

std::int64_t Value::as_months() const {
    check(type_ == Type::YearsMonthsDuration);
    return pair_.whole;
}

std::span<const Value> Value::as_list() const {
    check(type_ == Type::List);
    return {static_cast<const Value*>(span_.data), span_.size};
}

std::span<const Entry> Value::as_context() const {
    check(type_ == Type::Context);
    return {static_cast<const Entry*>(span_.data), span_.size};
}

const RangeValue& Value::as_range() const {
    check(type_ == Type::Range);
    return *static_cast<const RangeValue*>(span_.data);
}

const FunctionValue& Value::as_function() const {
    check(type_ == Type::Function);
    return *static_cast<const FunctionValue*>(span_.data);
}

std::int64_t Value::duration_seconds() const {
    check(type_ == Type::DaysTimeDuration);
    return pair_.whole;
}

std::int32_t Value::duration_nanos_part() const {
    check(type_ == Type::DaysTimeDuration);
    return pair_.part;
}

std::optional<Instant> Value::to_instant(const Zone& zone) const {
    constexpr std::int64_t kLimit = std::numeric_limits<std::int64_t>::max() / 4000;
    if (type_ == Type::Date) {
        if (pair_.whole > kLimit / kDaySeconds || pair_.whole < -kLimit / kDaySeconds)
            return std::nullopt;
        return zone.start_of_day(as_date());
    }
    if (type_ != Type::DateTime) return std::nullopt;
    if (moment_.local_seconds > kLimit || moment_.local_seconds < -kLimit) return std::nullopt;
    const std::int64_t millis = moment_.nanos / 1'000'000;
    if (const auto epoch = epoch_seconds(moment_)) return Instant{*epoch * 1000 + millis};
    return zone.to_instant(LocalTime{moment_.local_seconds * 1000 + millis});
}

std::optional<Millis> Value::to_millis() const {
    if (type_ != Type::DaysTimeDuration) return std::nullopt;
    std::int64_t millis = 0;
    if (__builtin_mul_overflow(pair_.whole, std::int64_t{1000}, &millis) ||
        __builtin_add_overflow(millis, std::int64_t{pair_.part / 1'000'000}, &millis))
        return std::nullopt;
    return Millis{millis};
}

}  // namespace yinuo::feel
