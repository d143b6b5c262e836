#include "engine/canonical_json.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "time/civil.h"

namespace yinuo::engine {

using feel::Type;
using feel::Value;

namespace {

constexpr Instant kYear10000{253'402'300'800'000};
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

void append_escape(std::string& out, char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\t': out += "\\t"; return;
        case '\n': out += "\\n"; return;
        case '\f': out += "\\f"; return;
        case '\r': out += "\\r"; return;
        default:
            out += "\\u00";
            out += kHex[static_cast<unsigned char>(c) >> 4];
            out += kHex[static_cast<unsigned char>(c) & 15];
    }
}

// Characters of ASCII that stand for themselves in a JSON string.
bool is_as_it_is(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

bool is_plain(std::int64_t number) { return -kIntegerMax <= number && number <= kIntegerMax; }

void append_typed(std::string& out, std::string_view kind, std::string_view text) {
    CanonicalObject object(out);
    object.text(kind, text);
    object.close();
}

void append_context(std::string& out, std::span<const feel::Entry> entries) {
    std::vector<const feel::Entry*> sorted;
    for (const feel::Entry& entry : entries) sorted.push_back(&entry);
    std::ranges::stable_sort(sorted, key_comes_before, &feel::Entry::key);
    // Of equal keys the first is the one that a look-up finds.
    const auto repeated = std::ranges::unique(sorted, {}, &feel::Entry::key);
    sorted.erase(repeated.begin(), repeated.end());
    CanonicalObject whole(out);
    whole.member("ctx");
    CanonicalObject object(out);
    for (const feel::Entry* entry : sorted)
        append_canonical_value(object.member(entry->key), entry->value);
    object.close();
    whole.close();
}

}  // namespace

void append_canonical_text(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const auto plain =
            static_cast<std::size_t>(std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                      text.end(), is_as_it_is) -
                                     text.begin());
        out += text.substr(i, plain - i);
        i = plain;
        if (i == text.size()) break;
        const bool ascii = static_cast<unsigned char>(text[i]) < 0x80;
        const std::size_t length = ascii ? 1 : utf8_length(text.substr(i));
        if (ascii)
            append_escape(out, text[i]);
        else if (length == 0)
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(i, length);
        i += std::max<std::size_t>(length, 1);
    }
    out += '"';
}

// UTF-16 puts characters beyond U+FFFF (UTF-8's F0 to F4) before U+E000 to U+FFFF (EE and EF);
// otherwise the bytes of UTF-8 have the same order.
bool key_comes_before(std::string_view a, std::string_view b) {
    const auto [x, y] = std::ranges::mismatch(a, b);
    if (x == a.end() || y == b.end()) return y != b.end();
    const auto rank = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0xF0 ? 0xEE : byte >= 0xEE ? byte + 2 : +byte;
    };
    const int left = rank(*x);
    const int right = rank(*y);
    return left != right ? left < right
                         : static_cast<unsigned char>(*x) < static_cast<unsigned char>(*y);
}

std::string instant_text(Instant at) {
    if (at < Instant{0} || at >= kYear10000) {
        std::string text = to_string(at);
        if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
        return text;
    }
    const LocalTime wall{at.millis};
    const auto day = wall.date().ymd();
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t last, std::int64_t number) {
        for (; number != 0; number /= 10) text[last--] = static_cast<char>('0' + number % 10);
    };
    const std::int64_t millis = wall.millis_of_day();
    put(3, static_cast<int>(day.year()));
    put(6, static_cast<unsigned>(day.month()));
    put(9, static_cast<unsigned>(day.day()));
    put(12, millis / 3'600'000);
    put(15, millis / 60'000 % 60);
    put(18, millis / 1000 % 60);
    put(22, millis % 1000);
    return text;
}

std::string& CanonicalObject::member(std::string_view key) {
    check(empty_ || key_comes_before(last_, key));
    if (!empty_) out_ += ',';
    empty_ = false;
    last_ = key;
    append_canonical_text(out_, key);
    return out_ += ':';
}

void CanonicalObject::text(std::string_view key, std::string_view value) {
    append_canonical_text(member(key), value);
}

void CanonicalObject::number(std::string_view key, std::int64_t value) {
    if (is_plain(value))
        member(key) += std::to_string(value);
    else
        text(key, std::to_string(value));
}

void CanonicalObject::truth(std::string_view key, bool value) {
    member(key) += value ? "true" : "false";
}

void CanonicalObject::instant(std::string_view key, Instant at) {
    if (at != Instant::max()) text(key, instant_text(at));
}

void append_canonical_value(std::string& out, const Value& value) {
    switch (value.type()) {
        case Type::Null: out += "null"; return;
        case Type::Boolean: out += value.as_boolean() ? "true" : "false"; return;
        case Type::String: append_canonical_text(out, value.as_string()); return;
        case Type::Number: {
            const Decimal& number = value.as_number();
            const auto whole = number.exponent() == 0 ? number.to_int64() : std::nullopt;
            if (whole && is_plain(*whole))
                out += std::to_string(*whole);
            else
                append_typed(out, "num", number.to_string());
            return;
        }
        case Type::Date: return append_typed(out, "date", feel::to_text(value));
        case Type::Time: return append_typed(out, "time", feel::to_text(value));
        case Type::DateTime: return append_typed(out, "datetime", feel::to_text(value));
        case Type::DaysTimeDuration:
        case Type::YearsMonthsDuration: return append_typed(out, "duration", feel::to_text(value));
        case Type::List: {
            out += '[';
            bool first = true;
            for (const Value& item : value.as_list()) {
                if (!first) out += ',';
                first = false;
                append_canonical_value(out, item);
            }
            out += ']';
            return;
        }
        case Type::Context: append_context(out, value.as_context()); return;
        case Type::Range:
        case Type::Function: break;
    }
    check(false);
}

}  // namespace yinuo::engine
