#include "engine/entry_bytes.h"

#include <limits>

#include "base/check.h"
#include "feel/temporal.h"

namespace yinuo::engine {

using feel::Moment;
using feel::Type;
using feel::Value;

namespace {

// The first byte of a value. Numbers of the format: never given to anything else.
enum class Tag : std::uint8_t {
    Null = 0,
    False = 1,
    True = 2,
    Integer = 3,     // exponent 0, 63 bits
    Decimal = 4,     // 63 bits and an exponent
    BigDecimal = 5,  // up to 34 digits and an exponent
    Text = 6,
    Date = 7,
    Time = 8,
    DateTime = 9,
    Duration = 10,
    Months = 11,
    List = 12,
    Context = 13,
};

constexpr std::uint8_t kHasNanos = 1;
constexpr std::uint8_t kHasOffset = 2;
constexpr std::uint8_t kHasZone = 4;

constexpr std::int64_t kDaysMax = 366'000'000'000;  // a little more than 999'999'999 years
constexpr std::int64_t kSecondsMax = std::numeric_limits<std::int64_t>::max() / 2;
constexpr std::uint32_t kNanos = 1'000'000'000;
constexpr std::int32_t kOffsetMax = 86'400;
constexpr int kExponentMin = -6176;
constexpr int kExponentMax = 6111;

void put_tag(std::string& out, Tag tag) { put_byte(out, static_cast<std::uint8_t>(tag)); }

bool is_small(const Decimal& number) {
    return number.coefficient_high() == 0 &&
           number.coefficient_low() <=
               static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

void put_number(std::string& out, const Decimal& number) {
    if (!is_small(number)) {
        put_tag(out, Tag::BigDecimal);
        put_byte(out, number.is_negative() ? 1 : 0);
        put_varint(out, number.coefficient_high());
        put_varint(out, number.coefficient_low());
        put_signed(out, number.exponent());
        return;
    }
    const auto size = static_cast<std::int64_t>(number.coefficient_low());
    put_tag(out, number.exponent() == 0 ? Tag::Integer : Tag::Decimal);
    put_signed(out, number.is_negative() ? -size : size);
    if (number.exponent() != 0) put_signed(out, number.exponent());
}

void put_moment(std::string& out, const Moment& moment) {
    const bool has_offset = moment.offset != Moment::kNoOffset;
    put_byte(out, static_cast<std::uint8_t>((moment.nanos != 0 ? kHasNanos : 0) |
                                            (has_offset ? kHasOffset : 0) |
                                            (moment.zone != nullptr ? kHasZone : 0)));
    put_signed(out, moment.local_seconds);
    if (moment.nanos != 0) put_varint(out, moment.nanos);
    if (has_offset) put_signed(out, moment.offset);
    if (moment.zone != nullptr) put_text(out, moment.zone->name());
}

void put_value(std::string& out, const Value& value, int depth) {
    check(depth <= kValueDepthMax);
    switch (value.type()) {
        case Type::Null: return put_tag(out, Tag::Null);
        case Type::Boolean: return put_tag(out, value.as_boolean() ? Tag::True : Tag::False);
        case Type::Number: return put_number(out, value.as_number());
        case Type::String: return put_tag(out, Tag::Text), put_text(out, value.as_string());
        case Type::Date: return put_tag(out, Tag::Date), put_signed(out, value.date_days());
        case Type::Time: return put_tag(out, Tag::Time), put_moment(out, value.as_moment());
        case Type::DateTime: return put_tag(out, Tag::DateTime), put_moment(out, value.as_moment());
        case Type::DaysTimeDuration:
            put_tag(out, Tag::Duration);
            put_signed(out, value.duration_seconds());
            return put_varint(out, static_cast<std::uint64_t>(value.duration_nanos_part()));
        case Type::YearsMonthsDuration:
            return put_tag(out, Tag::Months), put_signed(out, value.as_months());
        case Type::List: {
            std::string items;
            put_varint(items, value.as_list().size());
            for (const Value& item : value.as_list()) put_value(items, item, depth + 1);
            return put_tag(out, Tag::List), put_text(out, items);
        }
        case Type::Context: {
            std::string entries;
            put_varint(entries, value.as_context().size());
            for (const feel::Entry& entry : value.as_context()) {
                put_text(entries, entry.key);
                put_value(entries, entry.value, depth + 1);
            }
            return put_tag(out, Tag::Context), put_text(out, entries);
        }
        case Type::Range:
        case Type::Function: break;
    }
    check(false);
}

Value read_small(ByteReader& in, bool has_exponent) {
    const std::int64_t coefficient = in.signed_number();
    const std::int64_t exponent = has_exponent ? in.signed_number() : 0;
    if (coefficient == std::numeric_limits<std::int64_t>::min() || exponent < kExponentMin ||
        exponent > kExponentMax || (has_exponent && exponent == 0))
        return in.fail(), Value::null();
    const bool negative = coefficient < 0;
    return Value::number(
        Decimal::from_digits(0, static_cast<std::uint64_t>(negative ? -coefficient : coefficient),
                             static_cast<int>(exponent), negative));
}

Value read_big(ByteReader& in) {
    __extension__ using Digits = unsigned __int128;
    constexpr auto kLimit = static_cast<Digits>(10'000'000'000'000'000) *
                            static_cast<Digits>(1'000'000'000'000'000'000);  // 10^34
    const std::uint8_t negative = in.byte();
    const std::uint64_t high = in.varint();
    const std::uint64_t low = in.varint();
    const std::int64_t exponent = in.signed_number();
    const auto number =
        Decimal::from_digits(high, low, static_cast<std::int16_t>(exponent), negative == 1);
    if (negative > 1 || is_small(number) || (static_cast<Digits>(high) << 64 | low) >= kLimit ||
        exponent < kExponentMin || exponent > kExponentMax)
        return in.fail(), Value::null();
    return Value::number(number);
}

Moment read_moment(ByteReader& in, Zones* zones) {
    Moment moment{.offset = Moment::kNoOffset};
    const std::uint8_t has = in.byte();
    moment.local_seconds = in.signed_number();
    const std::uint64_t nanos = (has & kHasNanos) != 0 ? in.varint() : 0;
    if (has > (kHasNanos | kHasOffset | kHasZone) || nanos >= kNanos ||
        ((has & kHasNanos) != 0 && nanos == 0) ||
        moment.local_seconds / feel::kDaySeconds > kDaysMax ||
        moment.local_seconds / feel::kDaySeconds < -kDaysMax)
        return in.fail(), moment;
    moment.nanos = static_cast<std::uint32_t>(nanos);
    if ((has & kHasOffset) != 0) {
        moment.offset = in.small_number();
        if (moment.offset > kOffsetMax || moment.offset < -kOffsetMax) in.fail();
    }
    if ((has & kHasZone) != 0) {
        const std::string_view name = in.text();
        if (zones != nullptr && in.good()) moment.zone = zones->find(name);
    }
    return moment;
}

Value read_time(ByteReader& in, Zones* zones) {
    const Moment moment = read_moment(in, zones);
    if (moment.local_seconds < 0 || moment.local_seconds >= feel::kDaySeconds) in.fail();
    return in.good() ? Value::time(moment) : Value::null();
}

Value read_duration(ByteReader& in) {
    const std::int64_t seconds = in.signed_number();
    const std::uint64_t nanos = in.varint();
    if (seconds > kSecondsMax || seconds < -kSecondsMax || nanos >= kNanos)
        return in.fail(), Value::null();
    return Value::duration_nanos(seconds, static_cast<std::int32_t>(nanos));
}

Value read_date(ByteReader& in) {
    const std::int64_t days = in.signed_number();
    if (days > kDaysMax || days < -kDaysMax) return in.fail(), Value::null();
    return Value::date_of_days(days);
}

Value read_months(ByteReader& in) {
    const std::int64_t months = in.signed_number();
    if (months > kSecondsMax || months < -kSecondsMax) return in.fail(), Value::null();
    return Value::months(months);
}

Value read_value(ByteReader& in, Arena& memory, Zones* zones, int depth) {
    if (depth > kValueDepthMax) return in.fail(), Value::null();
    switch (static_cast<Tag>(in.byte())) {
        case Tag::Null: return Value::null();
        case Tag::False: return Value::boolean(false);
        case Tag::True: return Value::boolean(true);
        case Tag::Integer: return read_small(in, false);
        case Tag::Decimal: return read_small(in, true);
        case Tag::BigDecimal: return read_big(in);
        case Tag::Text: return Value::string(in.text());
        case Tag::Date: return read_date(in);
        case Tag::Time: return read_time(in, zones);
        case Tag::DateTime: return Value::date_time(read_moment(in, zones));
        case Tag::Duration: return read_duration(in);
        case Tag::Months: return read_months(in);
        case Tag::List: {
            ByteReader part = in.section();
            auto items = memory.array<Value>(part.count());
            for (Value& item : items) new (&item) Value(read_value(part, memory, zones, depth + 1));
            if (!part.good() || !part.done()) in.fail();
            return Value::list(items);
        }
        case Tag::Context: {
            ByteReader part = in.section();
            auto entries = memory.array<feel::Entry>(part.count());
            for (feel::Entry& entry : entries) {
                const std::string_view key = part.text();
                new (&entry) feel::Entry{key, read_value(part, memory, zones, depth + 1)};
            }
            if (!part.good() || !part.done()) in.fail();
            return Value::context(entries);
        }
    }
    return in.fail(), Value::null();
}

}  // namespace

void put_instant(std::string& out, Instant at, Instant base) {
    check(Instant::min() <= at && at <= Instant::max());
    if (at == Instant::max())
        put_byte(out, 0);
    else
        put_varint(out, zigzag((at - base).count) + 1);
}

void put_value(std::string& out, const Value& value) { put_value(out, value, 0); }

Value read_value(ByteReader& in, Arena& memory, Zones* zones) {
    return read_value(in, memory, zones, 0);
}

void skip_value(ByteReader& in) {
    switch (static_cast<Tag>(in.byte())) {
        case Tag::Null:
        case Tag::False:
        case Tag::True: return;
        case Tag::Integer:
        case Tag::Date:
        case Tag::Months: in.varint(); return;
        case Tag::Decimal:
        case Tag::Duration: in.varint(), in.varint(); return;
        case Tag::BigDecimal: in.byte(), in.varint(), in.varint(), in.varint(); return;
        case Tag::Text:
        case Tag::List:
        case Tag::Context: in.text(); return;
        case Tag::Time:
        case Tag::DateTime: read_moment(in, nullptr); return;
    }
    in.fail();
}

}  // namespace yinuo::engine
